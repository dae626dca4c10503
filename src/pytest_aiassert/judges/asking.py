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

from assistant.errors import AssistantError, BadRequestError, ProviderError, ProviderTimeoutError
from assistant.messages import Completion, Message
from assistant.protocols import Provider
from pytest_aiassert.errors import CassetteMissError, JudgeError
from pytest_aiassert.judges.answers import UnusableError, read_object
from pytest_aiassert.judges.prompting import Question, again
from pytest_aiassert.judges.setup import JudgeSetup, current_setup, tell
from pytest_aiassert.judges.wishes import fewer_wishes, parameters_for, refused_wish
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
        hearing = _Hearing(self, setup, provider, question.schema)
        messages, problem, answer = question.messages, "", ""
        for _ in range(_ATTEMPTS):
            reply = hearing.reply(messages)
            answer = reply.text
            try:
                value = read_object(answer, question.schema)
                result = read(value)
            except UnusableError as error:
                problem = _explained(error, reply)
                messages = again(question, answer, str(error))
                continue
            memory[key] = value
            return result, Judging.total(hearing.taken) or Judging()
        raise JudgeError(f"judge {self.title!r} {problem}; the raw reply is in err.reply", reply=answer)

    def _provider(self, setup: JudgeSetup) -> Provider:
        if self.judge is not None and not isinstance(self.judge, str):
            return self.judge
        try:
            return setup.provider_for(self.judge or "")
        except AssistantError as error:
            raise JudgeError(f"judge {self.title!r} cannot be asked: {error}") from error


class _Hearing:
    """One question to one provider, and the replies that it takes until the answer can be used."""

    def __init__(self, asker: Asker, setup: JudgeSetup, provider: Provider, schema: Mapping[str, Any]) -> None:
        self.taken: list[Judging] = []
        self._asker = asker
        self._setup = setup
        self._provider = provider
        self._schema = schema

    def reply(self, messages: tuple[Message, ...]) -> Completion:
        """Return what the model says, wishing for less where the server refuses; raises JudgeError."""
        reply = self._granted(messages)
        judging = _taken(reply, self._provider)
        self.taken.append(judging)
        tell(judging)
        if reply.finish_reason == "refused":
            said = cut(" ".join(reply.text.split()), _SHOWN)
            raise JudgeError(f"judge {self._asker.title!r} refused to judge: {said!r}", reply=reply.text)
        return reply

    def _granted(self, messages: tuple[Message, ...]) -> Completion:
        kept = self._setup.remembered(self._provider)
        refused: frozenset[str] = kept.get("refused", frozenset())
        while True:
            try:
                reply = self._sent(messages, refused)
            except CassetteMissError as miss:
                reply, refused = self._recorded(messages, refused, miss)
            except ProviderError as error:
                wish = refused_wish(error, self._parameters(refused), self._asker.parameters)
                if wish is None:
                    problem = "did not take the question" if isinstance(error, BadRequestError) else "gave no answer"
                    raise JudgeError(f"judge {self._asker.title!r} {problem}: {error}") from error
                refused |= {wish}
                continue
            except AssistantError as error:
                raise JudgeError(f"judge {self._asker.title!r} gave no answer: {error}") from error
            kept["refused"] = refused
            return reply

    def _recorded(
        self, messages: tuple[Message, ...], refused: frozenset[str], miss: CassetteMissError
    ) -> tuple[Completion, frozenset[str]]:
        """Look for what a server said that refused some wishes when it was recorded; raises CassetteMissError."""
        for more in fewer_wishes(refused):
            try:
                return self._sent(messages, more), more
            except CassetteMissError:
                continue
        raise miss

    def _parameters(self, refused: frozenset[str]) -> dict[str, Any]:
        return parameters_for(self._asker.parameters, self._asker.temperature, self._schema, refused)

    def _sent(self, messages: tuple[Message, ...], refused: frozenset[str]) -> Completion:
        """Ask from a thread of its own, which is left behind where it hangs."""
        self._setup.before_ask()
        parameters = self._parameters(refused)
        outcome: list[Completion | BaseException] = []

        def ask() -> None:
            try:
                outcome.append(self._provider.complete(messages, **parameters))
            except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
                outcome.append(error)

        title, timeout = self._asker.title, self._asker.timeout
        thread = threading.Thread(target=copy_context().run, args=(ask,), name=f"judge {title}", daemon=True)
        thread.start()
        thread.join(timeout)
        if not outcome:
            raise ProviderTimeoutError(f"nothing came in {timeout:g} s; give it more with timeout=…")
        if isinstance(outcome[0], BaseException):
            raise outcome[0]
        return outcome[0]


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
