"""Asking a judge: one answer to one question, repaired once, or an error; never a guess."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from contextvars import copy_context
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, TypeVar

from assistant.errors import (
    AssistantError,
    BadRequestError,
    ContentRefusedError,
    ContextLengthError,
    ProviderTimeoutError,
)
from assistant.messages import Completion, Message
from assistant.protocols import Provider
from pytest_aiassert.errors import JudgeError
from pytest_aiassert.judges.answers import UnusableError, read_object
from pytest_aiassert.judges.prompting import Question, again
from pytest_aiassert.judges.setup import JudgeSetup, current_setup, tell
from pytest_aiassert.verdict import Judging
from pytest_aiassert.wording import cut

T = TypeVar("T")
Read = Callable[[Mapping[str, Any]], T]

NO_PARAMETERS: Final[Mapping[str, Any]] = MappingProxyType({})
_ATTEMPTS: Final = 2
_SHOWN: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Asks one model and reads its answers; `title` names the judge in errors, `timeout` is in seconds an answer.

    `judge` is a provider, a provider spec, or None for the session's own judge.
    """

    title: str
    judge: Provider | str | None = None
    parameters: Mapping[str, Any] = field(default_factory=lambda: NO_PARAMETERS)
    timeout: float = 120.0
    temperature: float = 0.0

    @property
    def source(self) -> str | None:
        """How the judge is written in a matcher's source, None for the session's own."""
        judge = self.judge
        return judge if judge is None or isinstance(judge, str) else f"{judge.name}:{judge.model}"

    def ask(self, question: Question, read: Read[T], *, vote: int = 0) -> tuple[T, Judging]:
        """Return what `read` makes of the answer, and what it took; an answer that is known already takes nothing.

        `vote` tells equal questions apart. Raises JudgeError, BudgetError and CassetteError.
        """
        setup = current_setup()
        provider = self._provider(setup)
        memory = setup.remembered(provider)
        key = _digest(question, {"temperature": self.temperature, **self.parameters}, vote)
        if key in memory:
            return read(memory[key]), Judging()
        spent: list[Judging] = []
        messages, problem, answer = question.messages, "", ""
        for _ in range(_ATTEMPTS):
            reply = self._reply(setup, provider, messages, question.schema, spent)
            answer = reply.text
            try:
                value = read_object(answer, question.schema)
                result = read(value)
            except UnusableError as error:
                problem = _explained(error, reply)
                messages = again(question, answer, str(error))
                continue
            memory[key] = value
            return result, Judging.total(spent) or Judging()
        raise JudgeError(f"judge {self.title!r} {problem}; the raw reply is in err.reply", reply=answer)

    def _provider(self, setup: JudgeSetup) -> Provider:
        if self.judge is not None and not isinstance(self.judge, str):
            return self.judge
        try:
            return setup.provider_for(self.judge or "")
        except AssistantError as error:
            raise JudgeError(f"judge {self.title!r} cannot be asked: {error}") from error

    def _reply(
        self,
        setup: JudgeSetup,
        provider: Provider,
        messages: tuple[Message, ...],
        schema: Mapping[str, Any],
        spent: list[Judging],
    ) -> Completion:
        form = {"type": "json_schema", "json_schema": {"name": "judgement", "strict": True, "schema": dict(schema)}}
        wishes: dict[str, Any] = {"temperature": self.temperature, **self.parameters, "response_format": form}
        refused: set[str] = setup.remembered(provider).setdefault("refused", set())
        while True:
            setup.before_ask()
            parameters = {name: value for name, value in wishes.items() if name not in refused}
            try:
                reply = self._in_time(provider, messages, parameters)
            except (ContextLengthError, ContentRefusedError) as error:
                raise JudgeError(f"judge {self.title!r} did not take the question: {error}") from error
            except BadRequestError as error:
                name = _culprit(str(error), parameters)
                if name is None:
                    raise JudgeError(f"judge {self.title!r} did not take the question: {error}") from error
                refused.add(name)
                continue
            except AssistantError as error:
                raise JudgeError(f"judge {self.title!r} gave no answer: {error}") from error
            judging = _taken(reply, provider)
            spent.append(judging)
            tell(judging)
            if reply.finish_reason == "refused":
                said = cut(" ".join(reply.text.split()), _SHOWN)
                raise JudgeError(f"judge {self.title!r} refused to judge: {said!r}", reply=reply.text)
            return reply

    def _in_time(self, provider: Provider, messages: tuple[Message, ...], parameters: Mapping[str, Any]) -> Completion:
        """Ask from a thread of its own, which is left behind where it hangs."""
        outcome: list[Completion | BaseException] = []

        def ask() -> None:
            try:
                outcome.append(provider.complete(messages, **parameters))
            except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
                outcome.append(error)

        thread = threading.Thread(target=copy_context().run, args=(ask,), name=f"judge {self.title}", daemon=True)
        thread.start()
        thread.join(self.timeout)
        if not outcome:
            raise ProviderTimeoutError(f"nothing came in {self.timeout:g} s; give it more with timeout=…")
        if isinstance(outcome[0], BaseException):
            raise outcome[0]
        return outcome[0]


def _culprit(complaint: str, parameters: Mapping[str, Any]) -> str | None:
    """Return the wish that a server does not grant and a judge can do without, None where it is something else."""
    said = complaint.lower()
    if "temperature" in parameters and "temperature" in said:
        return "temperature"
    return "response_format" if "response_format" in parameters else None


def _explained(error: UnusableError, reply: Completion) -> str:
    said = str(error)
    if said.startswith("it returned "):
        return said.removeprefix("it ")
    end = "; it was cut at its token limit, raise max_tokens in parameters=…" if reply.finish_reason == "length" else ""
    return f"gave an answer that cannot be used: {said}{end}"


def _taken(reply: Completion, provider: Provider) -> Judging:
    return Judging(
        model=reply.model or provider.model,
        calls=1,
        input_tokens=reply.usage.input_tokens,
        output_tokens=reply.usage.output_tokens,
        cost=reply.cost,
    )


def _digest(question: Question, parameters: Mapping[str, Any], vote: int) -> str:
    messages = [[message.role, message.content] for message in question.messages]
    content = [messages, question.schema, dict(parameters), vote]
    text = json.dumps(content, sort_keys=True, default=repr)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
