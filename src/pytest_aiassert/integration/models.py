"""From a provider spec to a provider: replayed, mocked, live, or live and recorded."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from pytest_aiassert.errors import CassetteError, UsageError

if TYPE_CHECKING:
    from assistant.protocols import Provider
    from pytest_aiassert.cassettes import RecordMode
    from pytest_aiassert.cassettes.exchange import Exchange
    from pytest_aiassert.providers.replay import TransportFactory

_FIRST_ERROR: Final = 400
JUDGE: Final = "judge"
"""The role of a judge's exchanges in a cassette."""
MOCK_REPLY = "This is the mock provider; choose a model with --ai-provider."


def recorded_model(spec: str) -> str:
    """Return the model that a `replay:MODEL` spec names; empty for plain `replay` and for other specs."""
    return spec.removeprefix("replay:") if spec.startswith("replay:") else ""


def is_replay(spec: str) -> bool:
    """Whether a spec is answered from cassettes."""
    return spec == "replay" or spec.startswith("replay:")


def check_spec(spec: str, *, record: RecordMode = "none", allow_network: bool = False) -> None:
    """Refuse a spec that cannot work; raises UsageError or ConfigurationError.

    A live model elsewhere than on this machine needs recording or `allow_network`, so that no test calls it by mistake.
    """
    if is_replay(spec):
        if spec == "replay:":
            raise UsageError("provider spec 'replay:' names no model; write replay or replay:MODEL")
        if record != "none":
            raise UsageError(f"provider spec {spec!r} has nothing to record from; name a live provider")
        return
    if spec == "mock":
        if record != "none":
            raise UsageError("provider spec 'mock' has nothing to record from; name a live provider")
        return
    from assistant.assembly import connect
    from assistant.providers.spec import parse_spec

    parsed = parse_spec(spec)
    if record == "none" and not allow_network and not _is_local(parsed.base_url):
        raise UsageError(
            f"{spec} would call {parsed.base_url} in every trial; add --ai-allow-network to let it, "
            "--ai-record=once to record its replies, or use --ai-provider replay"
        )
    connect(spec).close()  # a missing key is told now, not in the middle of a run


def open_provider(spec: str, *, cassette: Path, record: RecordMode = "none", role: str = "") -> Provider:
    """Return the provider a spec names; `cassette` is where its replies are, or are recorded, in their role.

    Raises CassetteError, UsageError or ConfigurationError.
    """
    if spec == "mock":
        from pytest_aiassert.providers import MockProvider

        return MockProvider().reply(MOCK_REPLY)
    if is_replay(spec):
        return _replaying(cassette, recorded_model(spec) or None, role)
    from pytest_aiassert.integration.apart import ApartProvider

    if record == "none":
        from assistant.assembly import connect

        return ApartProvider(connect(spec))
    return ApartProvider(_recording(spec, cassette, record, role))


def open_judge(
    spec: str, *, cassette: Path, record: RecordMode = "none", allow_network: bool = False, recorded_first: bool = False
) -> Provider:
    """Return the provider that judges; what it is asked and answers stands in the cassette in a role of its own.

    With `recorded_first` a live judge whose answers are recorded is replayed, unless it is to be recorded or may be
    asked. Raises CassetteError, UsageError or ConfigurationError.
    """
    if not is_replay(spec):
        if recorded_first and record == "none" and not allow_network:
            from assistant.providers.spec import parse_spec

            model = parse_spec(spec).model
            if model in _recorded_judges(cassette):
                return open_provider(f"replay:{model}", cassette=cassette, role=JUDGE)
        check_spec(spec, record=record, allow_network=allow_network)
        return open_provider(spec, cassette=cassette, record=record, role=JUDGE)
    if not _recorded_judges(cassette):
        raise CassetteError(
            f"{cassette} has no recorded judge; record one with --ai-record=new --ai-judge SPEC, or name a live one"
        )
    return open_provider(spec, cassette=cassette, role=JUDGE)


def _recorded_judges(path: Path) -> tuple[str, ...]:
    from pytest_aiassert.cassettes import Cassette
    from pytest_aiassert.providers.replay import models_of

    return models_of(Cassette.load(path, role=JUDGE)) if path.is_file() else ()


def _replaying(path: Path, model: str | None, role: str) -> Provider:
    from pytest_aiassert.cassettes import Cassette
    from pytest_aiassert.providers import ReplayProvider

    return ReplayProvider(Cassette.load(path, role=role), _connect, model=model)


def _recording(spec: str, path: Path, record: RecordMode, role: str) -> Provider:
    import httpx2

    from assistant.providers.spec import parse_spec
    from pytest_aiassert.cassettes import Cassette
    from pytest_aiassert.providers import ReplayProvider

    parsed = parse_spec(spec)
    return ReplayProvider(
        Cassette.open(path, record, model=parsed.model, role=role),
        lambda _base_url, _model, transport: _connect_spec(spec, transport),
        model=parsed.model,
        base_url=parsed.base_url,
        upstream=httpx2.AsyncHTTPTransport,
        usable=is_reply,
    )


def is_reply(exchange: Exchange) -> bool:
    """Whether an answer can be read as a reply, or refuses the request; a login page is neither."""
    from assistant.errors import ProviderError
    from assistant.providers.openai_format import StreamDecoder, decode_completion

    request, response = exchange.request.body.json, exchange.response
    if response.status >= _FIRST_ERROR:
        return True
    try:
        if response.body.events is None:
            decode_completion(response.body.json)
            return True
        decoder = StreamDecoder("")
        for event in response.body.events:
            lines = [line.removeprefix("data:") for line in event.data.splitlines() if line.startswith("data:")]
            decoder.feed("\n".join(lines))
        decoder.close()
    except ProviderError:
        return False
    return isinstance(request, dict) and bool(request.get("stream"))


def _connect(base_url: str, model: str, transport: TransportFactory) -> Provider:
    from assistant.assembly import connect
    from assistant.config import Settings

    # plain settings: a replay depends on nothing outside the cassette
    return connect(f"openai+{base_url}:{model}", transport=transport, settings=Settings())


def _connect_spec(spec: str, transport: TransportFactory) -> Provider:
    from assistant.assembly import connect

    return connect(spec, transport=transport)


def _is_local(base_url: str) -> bool:
    host = urlsplit(base_url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
