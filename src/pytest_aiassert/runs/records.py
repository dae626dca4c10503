"""What a run is made of: trials, grouped by case, under a header that says how they came about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from assistant.messages import Completion, Message
from pytest_aiassert.verdict import Judging, Verdict

TrialOutcome: TypeAlias = Literal["passed", "failed", "error"]
CaseOutcome: TypeAlias = Literal["passed", "failed", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One question put to a model during a trial, and its reply."""

    messages: tuple[Message, ...]
    reply: Completion


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRecord:
    """One execution of one case: what was asked, answered and judged.

    `index` counts from 1. `score` is the mean score of the verdicts, 1 or 0 where there are none.
    An `error` (of provider, judge or budget) is not a trial: it counts neither as pass nor as fail.
    `duration` is in seconds, `seed` what the model was given, None where it was given none. `judging` is what asking
    judges took, apart from the model's own cost and tokens; None where none was asked.
    """

    case: str
    index: int
    outcome: TrialOutcome
    score: float
    turns: tuple[Turn, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    duration: float = 0.0
    message: str = ""
    seed: int | None = None
    judging: Judging | None = None

    @property
    def cost(self) -> float | None:
        """US dollars over all turns, None where no turn has a price."""
        costs = [turn.reply.cost for turn in self.turns if turn.reply.cost is not None]
        return sum(costs) if costs else None

    @property
    def latency(self) -> float | None:
        """Seconds that the model took over all turns, None where unknown."""
        times = [turn.reply.latency for turn in self.turns if turn.reply.latency is not None]
        return sum(times) if times else None

    @property
    def tokens(self) -> int:
        """Input and output tokens over all turns."""
        return sum(turn.reply.usage.total_tokens for turn in self.turns)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """All trials of one case or marked test; `bar` is the pass rate it needs, in [0, 1].

    `planned` is how many trials were asked for; fewer ran where the rest could not change the outcome.
    `model` is the provider spec that answered. `expected` says why the case was expected to fail, where it was.
    """

    id: str
    outcome: CaseOutcome
    trials: tuple[TrialRecord, ...] = ()
    bar: float = 1.0
    planned: int = 1
    tags: tuple[str, ...] = ()
    weight: float = 1.0
    fingerprint: str = ""
    model: str = ""
    message: str = ""
    expected: str = ""

    @property
    def judged(self) -> tuple[TrialRecord, ...]:
        """The trials that count: all but errors."""
        return tuple(trial for trial in self.trials if trial.outcome != "error")

    @property
    def passes(self) -> int:
        """How many trials passed."""
        return sum(trial.outcome == "passed" for trial in self.trials)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHeader:
    """How a run came about; `started` is ISO 8601 in UTC, `fingerprint` changes with the cases."""

    name: str
    model: str
    provider: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    started: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    fingerprint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """All trials of one golden set or test suite against one model version.

    `notes` say what a reader must know of the file it came from, such as a line that was cut.
    """

    header: RunHeader
    cases: tuple[CaseResult, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalReport:
    """What a report shows: one or several runs of a session; `duration` is in seconds."""

    title: str
    runs: tuple[Run, ...]
    duration: float = 0.0
    notes: tuple[str, ...] = ()
    sections: tuple[tuple[str, str], ...] = ()
