"""The questions that are put to every peer, and how the answer is read off a run."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.peers_wire import real_api
from benchmarks.peers_wire.planted import KEYS
from benchmarks.peers_wire.session import Ran

TELLS = re.compile(r"unused|unplayed|never asked|not asked|never requested|not requested", re.IGNORECASE)
NO, YES = "✗", "✓"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A row of the table: the probe `test`, in what mode it is run, and its judge, which says ✓ or ✗ and why.

    The way `any` is a mock where the peer has one, else a recording that is replayed; `tape first` the other way round.
    """

    test: str
    row: str
    judge: Callable[[Ran], str]
    way: str = "any"
    alone: bool = False


def answered(ran: Ran) -> str:
    """Judge whether the application got its answer, and not from the real API."""
    if ran.hits:
        return f"{NO} the real API is asked"
    return YES if ran.passed else f"{NO} not answered"


def kept_in(ran: Ran) -> str:
    """Judge whether a request that nobody answers stays inside."""
    return f"{NO} the real API is asked" if ran.hits else YES


def fails(ran: Ran) -> str:
    """Judge whether the test fails."""
    return f"{NO} the test passes" if ran.passed else YES


def told(ran: Ran) -> str:
    """Judge whether the session names what was not asked for."""
    if not ran.passed:
        return f"{YES} the test fails"
    return f"{YES} in the session's summary" if TELLS.search(ran.output) else f"{NO} no word"


def other_prompt(ran: Ran) -> str:
    """Judge whether another prompt is refused."""
    heard = str(ran.said.get("heard", ""))
    return f"{NO} replays the answer to the first" if "toaster" in heard else YES if not ran.hits else NO


def names_the_difference(ran: Ran) -> str:
    """Judge whether the error has both prompts, the recorded one and the one that was asked."""
    error = str(ran.said.get("error", ""))
    if not error:
        return f"{NO} no miss"
    if "toaster" in error and "kettle" in error:
        return YES
    return f"{NO} only what was asked" if "kettle" in error else f"{NO} neither"


def in_order(ran: Ran) -> str:
    """Judge whether three identical requests get the three replies that were recorded."""
    heard = [int(re.sub(r"\D", "", text)) for text in ran.said.get("heard", ())]
    if len(heard) != 3 or ran.hits:
        return f"{NO} not answered"
    return YES if heard == [heard[0], heard[0] + 1, heard[0] + 2] else f"{NO} the same reply each time"


def one_too_many(ran: Ran) -> str:
    """Judge whether a request beyond those recorded is an error."""
    if ran.said.get("third"):
        return f"{NO} gets an old reply again"
    return YES if len(ran.said.get("heard", ())) == 2 and not ran.passed else f"{NO} not even two are answered"


def hides(*names: str) -> Callable[[Ran], str]:
    """Return the judge of whether these planted secrets are in no file."""

    def judge(ran: Ran) -> str:
        if not ran.written:
            return f"{NO} nothing is recorded"
        found = [name for name in names if KEYS[name].encode() in ran.written]
        return f"{NO} writes {', '.join(found)}" if found else YES

    return judge


def first_at_once(ran: Ran) -> str:
    """Judge whether the first token comes long before the last while recording."""
    if "first" not in ran.said:
        return f"{NO} no stream"
    whole = real_api.PAUSE * (len(real_api.PIECES) - 1)
    gap = ran.said["last"] - ran.said["first"]
    return YES if gap > whole / 2 else f"{NO} comes with the last"


def in_pieces(ran: Ran) -> str:
    """Judge whether a replayed stream has its events, and comes in as many pieces."""
    sent, pieces, events = len(real_api.PIECES) + 2, ran.said.get("pieces", 0), ran.said.get("events", 0)
    if ran.hits or not pieces:
        return f"{NO} not replayed"
    if events != sent:
        return f"{NO} cut anew: {events} events for {sent}"
    return YES if pieces >= len(real_api.PIECES) else f"{NO} all at once"


def with_delays(ran: Ran) -> str:
    """Judge whether a replayed stream takes its recorded time."""
    if ran.hits or "first" not in ran.said:
        return f"{NO} not replayed"
    whole = real_api.PAUSE * (len(real_api.PIECES) - 1)
    return YES if ran.said["last"] - ran.said["first"] > whole / 2 else f"{NO} without them"


def keeps_all(pattern: str, count: int) -> Callable[[Ran], str]:
    """Return the judge of whether so many different prompts are in the files."""

    def judge(ran: Ran) -> str:
        found = len(set(re.findall(pattern.encode(), ran.written)))
        return YES if found == count else f"{NO} {found} of {count}"

    return judge


PROBES = (
    Probe(test="openai", row="sees the newest openai", judge=answered),
    Probe(test="anthropic", row="sees the newest anthropic", judge=answered),
    Probe(test="async", row="async client", judge=answered),
    Probe(test="aiohttp", row="a request through aiohttp", judge=answered),
    Probe(test="fixed_address", row="the API's address is written in the application", judge=answered),
    Probe(test="thread", row="the application asks from a thread of its own", judge=answered),
    Probe(test="unanswered", row="a request that nobody answers is not sent", judge=kept_in),
    Probe(test="swallowed", row="it fails the test where the application swallows every `Exception`", judge=fails),
    Probe(test="unused_script", row="a scripted reply that nobody asks for fails the test", judge=fails, way="mock"),
    Probe(
        test="unused_recording",
        row="a recorded reply that nobody asks for is told",
        judge=told,
        way="tape",
        alone=True,
    ),
    Probe(test="other_prompt", row="another prompt does not get the recorded answer", judge=other_prompt, way="tape"),
    Probe(
        test="miss", row="a miss has what was recorded and what was asked", judge=names_the_difference, way="tape first"
    ),
    Probe(test="nth", row="the n-th identical request gets the n-th reply", judge=in_order, way="tape"),
    Probe(test="one_too_many", row="one request too many is an error", judge=one_too_many, way="tape"),
    Probe(
        test="keys",
        row="no `authorization`, `x-api-key` or cookie on disk",
        judge=hides("bearer", "x-api-key", "cookie"),
        way="tape",
    ),
    Probe(test="keys", row="no key of a query on disk", judge=hides("?key="), way="tape"),
    Probe(test="keys", row="no token out of a prompt on disk", judge=hides("prompt"), way="tape"),
    Probe(test="stream", row="while recording, the first token comes when it comes", judge=first_at_once, way="record"),
    Probe(test="pieces", row="a replayed stream comes event by event", judge=in_pieces, way="tape"),
    Probe(test="stream", row="with the recorded delays", judge=with_delays, way="tape"),
    Probe(test="threads", row="ten threads record 50 requests", judge=keeps_all(r"thread-\d-\d\.", 50), way="tape"),
    Probe(
        test="processes",
        row="two processes record ten requests in one cassette",
        judge=keeps_all(r"process-\d-\d\.", 10),
        way="twice",
        alone=True,
    ),
)
