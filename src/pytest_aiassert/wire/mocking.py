"""Mocked model APIs: answers requests in every wire format from one script."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol, Self, TypeAlias, runtime_checkable

from assistant.messages import Completion, as_request
from pytest_aiassert.errors import AIAssertError, UsageError
from pytest_aiassert.wire.faults import Fault
from pytest_aiassert.wire.formats.base import Call, WireFormat
from pytest_aiassert.wire.formats.counting import count_request, with_usage
from pytest_aiassert.wire.formats.registry import formats_in_use, recognise
from pytest_aiassert.wire.message import Decision, Handler, WireRequest, WireResponse
from pytest_aiassert.wire.script import Answer, Turn
from pytest_aiassert.wire.scripted import Scripted, next_turn
from pytest_aiassert.wire.spoiling import replaced, spoiled
from pytest_aiassert.wording import cut, known_names

Vector: TypeAlias = Sequence[float]
Embedder: TypeAlias = Callable[[str], Vector]

_CUT_TEXT: Final = "This réply is cut somewhere in the middle."
_DIMENSIONS: Final = ("dimensions", "outputDimensionality", "output_dimension")


@runtime_checkable
class Recording(Protocol):
    """Something recorded that can be played afresh."""

    def handler(self) -> Handler:
        """Return what answers from it, from its beginning."""
        ...


class MockedAPI(Scripted):
    """One mocked API: `ai_wire.openai` and its like. `calls` holds what was asked."""

    def __init__(self, title: str, calls: Callable[[], tuple[Call, ...]]) -> None:
        super().__init__(title)
        self._own_calls = calls
        self._embed: Callable[[Call], list[Vector]] | None = None
        self._models: tuple[str, ...] | None = None

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every call so far, in order: `.request`, `.raw`, `.headers`, `.url`, `.stream`, `.model`."""
        return self._own_calls()

    @property
    def blank(self) -> bool:
        """Whether nothing was ever scripted."""
        return super().blank and self._embed is None and self._models is None

    def embed(self, *vectors: Vector | Embedder, dimensions: int | None = None) -> Self:
        """Answer embedding requests: with one vector, one a text, a function of the text, or made ones.

        Made vectors have the `dimensions` given (a request may ask for others), length 1, and depend on the text
        alone. Raises UsageError where neither vectors nor dimensions are given.
        """
        if bool(vectors) == (dimensions is not None):
            raise UsageError("embed() takes vectors, a function of the text, or dimensions=8; one of them")
        if dimensions is not None:
            size = dimensions
            self._embed = lambda call: [_made(text, _wanted(call) or size) for text in call.inputs]
            return self
        fixed = [vector for vector in vectors if not callable(vector)]
        made = [vector for vector in vectors if callable(vector)]
        if made and (fixed or len(made) > 1):
            raise UsageError("embed() takes vectors or one function of the text, not both")
        self._embed = (
            (lambda call: [made[0](text) for text in call.inputs]) if made else lambda call: _given(fixed, call)
        )
        return self

    def models(self, *names: str) -> Self:
        """Answer requests for the models that there are."""
        self._models = names
        return self

    @property
    def speaks(self) -> bool:
        """Whether any reply, vectors or models are scripted, not faults alone."""
        return super().speaks or self._embed is not None or self._models is not None

    def other(self, call: Call) -> Any:
        """Return the answer to anything but a chat; None where none is scripted. Raises UsageError."""
        if call.operation == "count":
            return count_request(call.request, call.inputs)
        if call.operation == "models":
            return (call.model,) if call.model and self._models is None else self._models
        if self._embed is None:
            return None
        return tuple(_numbers(vector) for vector in self._embed(call))

    def reset(self) -> None:
        """Forget rules, replies, faults, vectors and models."""
        super().reset()
        self._embed = self._models = None

    def __repr__(self) -> str:
        return f"<{self.title}, {len(self.calls)} calls>"


class AIWire(MockedAPI):
    """Answers the model APIs that an application calls, whatever SDK it uses. Safe across threads.

    Its own verbs speak for every API; those of `openai`, `anthropic`, `gemini`, `mistral`, `ollama`, and of added
    formats, for that API alone, and first. Where no reply is scripted, `beneath` answers, if there is one.
    """

    def __init__(self, title: str = "ai_wire", *, beneath: Handler | None = None) -> None:
        super().__init__(title, lambda: tuple(self._calls))
        self.beneath = beneath
        self._formats = formats_in_use()
        self._calls: list[Call] = []
        self._held: dict[tuple[str, str], Decision] = {}
        self._lock = threading.Lock()
        self._apis = {name: self._api(name) for name in dict.fromkeys(form.api for form in self._formats)}

    @property
    def openai(self) -> MockedAPI:
        """OpenAI: chat completions, responses, embeddings, models; and the servers that speak like it."""
        return self._apis["openai"]

    @property
    def anthropic(self) -> MockedAPI:
        """Anthropic: messages, count_tokens, models."""
        return self._apis["anthropic"]

    @property
    def gemini(self) -> MockedAPI:
        """Gemini: generateContent, streamGenerateContent, embedContent, countTokens, models."""
        return self._apis["gemini"]

    @property
    def mistral(self) -> MockedAPI:
        """Mistral: chat, fill-in-the-middle, embeddings, models."""
        return self._apis["mistral"]

    @property
    def ollama(self) -> MockedAPI:
        """Ollama: chat, generate, embed, tags, show."""
        return self._apis["ollama"]

    def __getattr__(self, name: str) -> MockedAPI:
        """Return the mock of an API that a format was added for."""
        apis: dict[str, MockedAPI] = self.__dict__.get("_apis", {})
        if name not in apis:
            raise AttributeError(f"{self.__dict__.get('title')} has no API {name!r}; {known_names(name, apis)}")
        return apis[name]

    def play(self, recording: Handler | Recording) -> Self:
        """Answer from a recording where no reply is scripted, such as one of `every_cut`; faults spoil it, too."""
        self.beneath = recording.handler() if isinstance(recording, Recording) else recording
        return self

    def claims(self, request: WireRequest) -> bool:
        """Say whether a request is one to a model API, on whatever host."""
        return recognise(request, self._formats) is not None

    def reset(self) -> None:
        """Forget calls and everything scripted."""
        super().reset()
        self._calls.clear()
        self._held.clear()
        for api in self._apis.values():
            api.reset()

    def unused(self) -> list[str]:
        """Say which scripted replies and faults never happened, of any API."""
        return [*super().unused(), *(line for api in self._apis.values() for line in api.unused())]

    def answer(self, request: WireRequest) -> Decision | None:
        """Answer a request; None where nothing is scripted for its API. Raises UsageError."""
        form = recognise(request, self._formats)
        if form is None or (self._apis[form.api].blank and self.blank):
            return self.beneath.answer(request) if self.beneath else None
        call = form.read(request)
        with self._lock:
            call = replace(call, serial=len(self._calls))
            self._calls.append(call)
        return self._decide(form, call, request)

    def _decide(self, form: WireFormat, call: Call, request: WireRequest) -> Decision | None:
        mocks = (self._apis[form.api], self)
        asked = call.request if call.request.messages else as_request(call.prompt)
        try:
            turn = next_turn(mocks, asked, says=call.operation == "chat") or Turn()
            answer = self._answer(turn.reply, mocks, form, call)
        except AIAssertError:
            raise
        except Exception as error:  # what a function of the user's raises would look like a broken connection
            raise UsageError(
                f"a function given to {self.title} raised {type(error).__name__}: {error}; "
                f"the prompt was {cut(call.prompt)!r}"
            ) from error
        lost = any(not fault.kind.arrives for fault in turn.faults)
        if answer is None:
            answer = self._recorded(call, request, keep=lost)
        if answer is None and lost:
            answer = form.respond(with_usage(Completion(text=_CUT_TEXT), call.request), call)
        if answer is None and any(mock.speaks for mock in mocks):
            raise UsageError(self._refusal(form, call))
        return spoiled(turn.faults, answer)

    def _recorded(self, call: Call, request: WireRequest, *, keep: bool) -> Decision | None:
        """Ask the recording; what does not arrive is there for the next request that is the same."""
        if self.beneath is None:
            return None
        key = (call.url, call.digest)
        with self._lock:
            held = self._held.pop(key, None)
        decision = held or self.beneath.answer(request)
        if keep and decision is not None:
            self._held[key] = decision
        return decision

    def _answer(
        self, reply: Answer | None, mocks: tuple[MockedAPI, ...], form: WireFormat, call: Call
    ) -> Decision | None:
        """Return what the script answers; None where it has nothing to say."""
        if isinstance(reply, WireResponse):
            return reply
        if isinstance(reply, Fault):
            if not reply.spoils:
                return replaced(reply, form, call)
            return spoiled((reply,), form.respond(with_usage(Completion(text=_CUT_TEXT), call.request), call))
        if isinstance(reply, BaseException):
            raise UsageError(
                f"{self.title}.{form.api} was told to raise {reply!r}, but over HTTP nothing is raised; "
                "give a fault by name or status: .fail('timeout'), .fail(503)"
            )
        if reply is not None:
            return form.respond(with_usage(reply, call.request), call)
        if call.operation == "chat":
            return None
        answer = next((found for mock in mocks if (found := mock.other(call)) is not None), None)
        return None if answer is None else form.respond(answer, call)

    def _refusal(self, form: WireFormat, call: Call) -> str:
        mock, asked = self._apis[form.api], f"({form.title}, model {call.model or 'unnamed'!r})"
        if call.operation == "embed":
            return (
                f"{mock.title} has no vectors for {cut(call.prompt)!r} {asked}; "
                f"script them with {mock.title}.embed(dimensions=8) or .embed([…])"
            )
        if call.operation == "models":
            return f"{mock.title} has no models {asked}; script them with {mock.title}.models('name')"
        words = mock.unanswered(call.request, mock.title).removeprefix("the mock ")
        return f"{mock.title} {words} {asked}"

    def _api(self, name: str) -> MockedAPI:
        return MockedAPI(f"{self.title}.{name}", lambda: tuple(call for call in self._calls if call.api == name))


def _numbers(vector: Vector) -> tuple[float, ...]:
    try:
        return tuple(float(number) for number in vector)
    except (TypeError, ValueError) as error:
        raise UsageError(f"embed() was given {cut(repr(vector))}, which is no vector of numbers") from error


def _wanted(call: Call) -> int | None:
    """Return the number of dimensions that a request asks for."""
    raw = call.raw if isinstance(call.raw, dict) else {}
    bodies = [raw, *(raw.get("requests") or ())[:1]]
    found = (body.get(name) for body in bodies if isinstance(body, dict) for name in _DIMENSIONS)
    return next((size for size in found if isinstance(size, int)), None)


def _made(text: str, size: int) -> Vector:
    source = random.Random(text)  # noqa: S311  a repeatable vector, not a secret
    numbers = [source.gauss(0, 1) for _ in range(size)]
    length = sum(number * number for number in numbers) ** 0.5 or 1.0
    return [number / length for number in numbers]


def _given(vectors: list[Vector], call: Call) -> list[Vector]:
    if len(vectors) == 1:
        return vectors * len(call.inputs)
    if len(vectors) != len(call.inputs):
        raise UsageError(f"embed() was given {len(vectors)} vectors, and the request has {len(call.inputs)} texts")
    return vectors
