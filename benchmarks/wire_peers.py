"""What tools that mock and record model APIs get right, each in an environment of its own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.environment import BUILD, ROOT, fresh_environment
from benchmarks.peers_wire.judging import NO, PROBES, YES, Probe
from benchmarks.peers_wire.real_api import RealApi, real_api
from benchmarks.peers_wire.session import Bench, Ran
from benchmarks.result import Table
from benchmarks.timing import run

TITLE = "Tools that mock and record model APIs"
NEW = ("openai>=3,<4", "anthropic>=2,<3", "aiohttp", "pytest")
OLD = ("openai<3", "anthropic<1", "httpx", "aiohttp", "pytest")
MANY = 5000
RECORDING = f"recording {MANY:,} exchanges, longer than one"
LOADING = f"one reply out of {MANY:,}, longer and more memory than out of one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """What a user can set so that these probes do better, in words, and as the adapter takes it."""

    words: str
    options: Mapping[str, Any]
    probes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A tool, what to install for it, and whether it mocks (`mock`) or records (`tape`)."""

    name: str
    adapter: str
    requirement: str | Path
    ways: tuple[str, ...]
    mends: tuple[Mend, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


PEERS = (
    Peer(
        name="pytest-aiassert",
        adapter="aiassert",
        requirement=ROOT,
        ways=("mock", "tape"),
        mends=(
            Mend(words="`ai_wire.assert_all_used()`", options={"assert_all_used": True}, probes=("unused_script",)),
            Mend(words="`speed=1`", options={"speed": 1}, probes=("stream",)),
        ),
    ),
    Peer(
        name="vcrpy",
        adapter="vcrpy",
        requirement="vcrpy",
        ways=("tape",),
        mends=(
            Mend(
                words="`match_on=[…, 'body']`",
                options={"match_on": ["method", "scheme", "host", "port", "path", "query", "body"]},
                probes=("other_prompt", "miss", "nth", "one_too_many"),
            ),
            Mend(
                words="`filter_headers`, `filter_query_parameters`",
                options={
                    "filter_headers": ["authorization", "x-api-key"],
                    "filter_query_parameters": ["key"],
                },
                probes=("keys",),
            ),
        ),
    ),
    Peer(
        name="cassetter",
        adapter="cassetter",
        requirement="cassetter",
        ways=("tape",),
        mends=(
            Mend(
                words="`match_on=[…, 'json_body']`",
                options={"match_on": ["method", "uri", "json_body"]},
                probes=("other_prompt", "miss", "nth", "one_too_many"),
            ),
            Mend(words="`on_unplayed='fail'`", options={"on_unplayed": "fail"}, probes=("unused_recording",)),
            Mend(
                words="`filter_query_parameters`",
                options={"filter_query_parameters": ["key"]},
                probes=("keys",),
            ),
        ),
    ),
    Peer(
        name="respx",
        adapter="respx",
        requirement="respx",
        ways=("mock",),
        mends=(
            Mend(
                words="`assert_all_called=True`",
                options={"assert_all_called": True},
                probes=("unused_script",),
            ),
        ),
        environment={"MARKER": "respx"},
    ),
    Peer(
        name="pytest-httpx2",
        adapter="respx",
        requirement="pytest-httpx2",
        ways=("mock",),
        environment={"MARKER": "httpx2"},
    ),
    Peer(name="httpx2-pytest", adapter="httpx2_pytest", requirement="httpx2-pytest", ways=("mock",)),
    Peer(
        name="aimock",
        adapter="aimock",
        requirement="@copilotkit/aimock",
        ways=("mock", "tape"),
        mends=(
            Mend(words="`--strict`", options={"arguments": ["--strict"]}, probes=("swallowed",)),
            Mend(words="`--chunk-size 5`", options={"arguments": ["--chunk-size", "5"]}, probes=("stream", "pieces")),
        ),
    ),
)


def measure(*, quick: bool = False) -> Table:
    """Put every probe to every peer; `quick` leaves out the load of many."""
    with real_api() as api:
        columns = [_column(peer, api, load=not quick) for peer in PEERS]
    rows = [
        "version",
        "SDKs it is asked through",
        *(probe.row for probe in PROBES),
        *([] if quick else (RECORDING, LOADING)),
    ]
    return Table(
        title=TITLE,
        method=(
            "Each tool in an environment of its own, used as its documentation says first; a server on loopback stands "
            "for the real API and counts what reaches it. ✓ and ✗ are what a small test of `benchmarks/peers_wire` "
            "found; after a semicolon stands what the same test found with an option of the tool. – means that the "
            "tool offers no such thing: respx, pytest-httpx2 and httpx2-pytest record nothing, vcrpy and cassetter "
            "script nothing, so that there a recording stands for a script."
        ),
        head=("", *(peer.name for peer in PEERS)),
        rows=tuple((row, *(column.get(row, "–") for column in columns)) for row in rows),
    )


def _column(peer: Peer, api: RealApi, *, load: bool) -> dict[str, str]:
    """Return a peer's cell for each row; a peer that does not see today's SDKs is asked the rest with older ones."""
    print(f"  {peer.name}: installing", flush=True)
    npm = peer.adapter == "aimock"
    more = _npm(peer) if npm else peer.environment
    extra = [] if npm else [peer.requirement]
    python = fresh_environment(f"peer-wire-{peer.name}", [*NEW, *extra])
    bench = Bench.make(f"peer-wire-{peer.name}", peer.adapter, python, api, **more)
    sees = [probe for probe in PROBES if probe.test in ("openai", "anthropic")]
    first = _cells(peer, bench, sees)
    sdks = _versions(python, "openai", "anthropic")
    if all(cell.startswith(NO) for cell in first.values()):
        print(f"  {peer.name}: sees neither; installing older SDKs", flush=True)
        python = fresh_environment(f"peer-wire-{peer.name}-older", [*OLD, *extra])
        bench = Bench.make(f"peer-wire-{peer.name}-older", peer.adapter, python, api, **more)
        sdks += ", the rest " + _versions(python, "openai", "anthropic")
    cells = {**_cells(peer, bench, [probe for probe in PROBES if probe not in sees]), **first}
    cells["version"] = _npm_version(peer) if npm else _versions(python, peer.name).rpartition(" ")[2]
    cells["SDKs it is asked through"] = sdks
    if load and "tape" in peer.ways:
        cells |= _load(bench)
    for row in (probe.row for probe in PROBES):
        print(f"    {row}: {cells.get(row, '–')}", flush=True)
    return cells


def _cells(peer: Peer, bench: Bench, probes: Sequence[Probe]) -> dict[str, str]:
    found = {probe.row: probe.judge(ran) for probe, ran in _runs(peer, bench, probes).items()}
    for mend in peer.mends:
        tried = [probe for probe in probes if probe.test in mend.probes and found.get(probe.row, YES).startswith(NO)]
        better = _runs(peer, bench.renewed(), tried, OPTIONS=json.dumps(dict(mend.options)))
        for probe, ran in better.items():
            cell = probe.judge(ran)
            if cell != found[probe.row]:
                found[probe.row] += f"; {cell} with {mend.words}"
    return found


def _runs(peer: Peer, bench: Bench, probes: Sequence[Probe], **variables: str) -> dict[Probe, Ran]:
    """Run the probes that the peer can be asked, as few sessions as that takes; return how each went."""
    ran: dict[Probe, Ran] = {}
    recorded: dict[str, Ran] = {}
    ways = {probe: _way(peer, probe) for probe in probes}
    for way, alone in (("mock", False), ("tape", False), ("tape", True), ("twice", True)):
        chosen = [probe for probe in probes if ways[probe] == way and probe.alone == alone]
        tests = list(dict.fromkeys(probe.test for probe in chosen))
        if not tests:
            continue
        if way == "twice":
            last = {test: bench.run_twice("new", test) for test in tests}
        elif way == "mock":
            last = bench.run("mock", tests, **variables)
        else:
            recorded = bench.run("record", tests, **variables)
            last = bench.run("replay", tests, **variables)
        for probe in chosen:
            ran[probe] = recorded[probe.test] if probe.way == "record" else last[probe.test]
    return ran


def _way(peer: Peer, probe: Probe) -> str:
    """Return how a peer is asked a probe: mock, tape or twice; nothing where it offers no such thing."""
    if probe.way in ("any", "tape first"):
        return peer.ways[0 if probe.way == "any" else -1]
    needed = "mock" if probe.way == "mock" else "tape"
    if needed not in peer.ways:
        return ""
    return "twice" if probe.way == "twice" else needed


def _load(bench: Bench) -> dict[str, str]:
    recording, replaying = [], []
    for count in (1, MANY):
        fresh = bench.renewed()
        recording.append(fresh.run("record", ["load"], COUNT=str(count))["load"])
        tries = [fresh.run("replay", ["load"], COUNT=str(count))["load"] for _ in range(3)]
        replaying.append(min(tries, key=lambda ran: ran.seconds))
    cells = {RECORDING: f"{NO} not done", LOADING: f"{NO} no answer"}
    if all(ran.passed for ran in recording):
        cells[RECORDING] = f"{recording[1].seconds - recording[0].seconds:.0f} s"
    if all(ran.passed for ran in replaying):
        one, many = replaying
        more = many.said["megabytes"] - one.said["megabytes"]
        cells[LOADING] = f"{max(0, many.seconds - one.seconds):.1f} s, {more:.0f} MB"
    return cells


def _npm(peer: Peer) -> dict[str, str]:
    """Install a package of npm into a folder of its own; return the variable that names its program."""
    if not shutil.which("npm"):
        raise SystemExit("benchmarks: aimock needs npm and node; install them, or leave wire_peers out")
    folder = BUILD / "peer-wire-npm"
    folder.mkdir(parents=True, exist_ok=True)
    run(["npm", "install", "--silent", "--prefix", folder, str(peer.requirement)], cwd=folder)
    return {"LLMOCK": str(folder / "node_modules" / ".bin" / "llmock")}


def _npm_version(peer: Peer) -> str:
    manifest = BUILD / "peer-wire-npm" / "node_modules" / str(peer.requirement) / "package.json"
    return str(json.loads(manifest.read_text(encoding="utf-8"))["version"])


def _versions(python: Path, *packages: str) -> str:
    code = "import sys, importlib.metadata as m; print(*(f'{p} {m.version(p)}' for p in sys.argv[1:]), sep=', ')"
    return run([python, "-c", code, *packages], cwd=ROOT).strip()
