"""A provider that answers from a cassette, and can record into it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias

from assistant.errors import ConfigurationError
from pytest_aiassert.errors import CassetteError, UsageError

if TYPE_CHECKING:
    import httpx2

    from assistant.messages import Chunk, Completion, Prompt, Tool
    from assistant.protocols import Provider
    from pytest_aiassert.cassettes.cassette import Cassette
    from pytest_aiassert.cassettes.exchange import Exchange

    TransportFactory: TypeAlias = Callable[[], httpx2.AsyncBaseTransport]
    Connect: TypeAlias = Callable[[str, str, TransportFactory], Provider]

_SUFFIX: Final = "/chat/completions"


class ReplayProvider:
    """Answers from a cassette at once; a reply's latency is the recorded one.

    `connect(base_url, model, transport_factory)` makes the provider that speaks the recorded format. Address and model
    come from the cassette unless given. Where it has no reply and records, an `upstream` transport factory answers, and
    what is `usable` of its answers is recorded.
    """

    def __init__(
        self,
        cassette: Cassette,
        connect: Connect,
        *,
        model: str | None = None,
        base_url: str | None = None,
        upstream: TransportFactory | None = None,
        usable: Callable[[Exchange], bool] | None = None,
    ) -> None:
        self.cassette = cassette
        self._upstream = upstream
        self._usable = usable
        recorded = models_of(cassette)
        if model is not None and upstream is None and model not in recorded:
            known = ", ".join(recorded) or "nothing"
            raise UsageError(
                f"{cassette.path} has no recording of model {model!r}; recorded: {known}. "
                "Choose one of these, or record with --ai-record=new --ai-provider SPEC"
            )
        self.name = "replay"
        self.model = model or (recorded[0] if recorded else _missing(cassette, "model"))
        address = base_url or base_url_of(cassette, self.model)
        try:
            self._inner = connect(address, self.model, self._transport)
        except ConfigurationError as error:
            if base_url:
                raise
            raise CassetteError(f"{cassette.path}: nobody can be asked at the recorded address: {error}") from error

    def complete(self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any) -> Completion:
        """Return the recorded reply; raises CassetteMissError."""
        return self._inner.complete(prompt, tools=tools, **parameters)

    async def acomplete(self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any) -> Completion:
        """Return the recorded reply; raises CassetteMissError."""
        return await self._inner.acomplete(prompt, tools=tools, **parameters)

    def stream(self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any) -> Iterator[Chunk]:
        """Yield the recorded reply; raises CassetteMissError."""
        return self._inner.stream(prompt, tools=tools, **parameters)

    def astream(self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any) -> AsyncIterator[Chunk]:
        """Yield the recorded reply; raises CassetteMissError."""
        return self._inner.astream(prompt, tools=tools, **parameters)

    def close(self) -> None:
        """Release connections and threads, and publish a complete new recording; twice is harmless."""
        self._inner.close()
        self.cassette.publish()

    def abandon(self) -> None:
        """Release connections and threads, and keep the cassette that was there before `--ai-record=all`."""
        self._inner.close()
        self.cassette.discard()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon()

    def __repr__(self) -> str:
        return f"<ReplayProvider {self.model} from {self.cassette.path}>"

    def _transport(self) -> httpx2.AsyncBaseTransport:
        from pytest_aiassert.cassettes.transport import CassetteTransport

        upstream = self._upstream() if self._upstream else None
        return CassetteTransport(self.cassette, upstream=upstream, usable=self._usable)


def models_of(cassette: Cassette) -> tuple[str, ...]:
    """Return the models that a cassette holds replies of, in order of appearance."""
    named = (exchange.request.model for exchange in cassette.exchanges)
    return tuple(dict.fromkeys(model for model in named if model))


def base_url_of(cassette: Cassette, model: str) -> str:
    """Return the address that a model was first recorded from; raises CassetteError where none fits."""
    found = ((n, e.request.url) for n, e in enumerate(cassette.exchanges) if e.request.model == model)
    position, url = next(found, (0, ""))
    if not url:
        return _missing(cassette, "address")
    path = url.partition("?")[0]
    if not path.endswith(_SUFFIX):
        raise CassetteError(
            f"{cassette.path}: exchanges[{position}] is a request to {url}; "
            f"only chat completions ({_SUFFIX}) can be replayed by a provider"
        )
    return path.removesuffix(_SUFFIX)


def _missing(cassette: Cassette, what: str) -> str:
    state = f"names no {what}" if cassette.exchanges else f"is empty, so its {what} is unknown"
    raise CassetteError(f"cassette {cassette.path} {state}; record with --ai-record=new --ai-provider SPEC")
