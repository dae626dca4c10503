"""What is known of one item while it runs: its plan, its trials so far, and what the current trial recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, MutableMapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast
from weakref import WeakKeyDictionary

import pytest

from pytest_aiassert.errors import BudgetError
from pytest_aiassert.runs.records import TrialOutcome, TrialRecord, Turn
from pytest_aiassert.verdict import Judging

if TYPE_CHECKING:
    from assistant.protocols import Provider
    from pytest_aiassert.integration.markers import TrialPlan
    from pytest_aiassert.runs.rules import Decision
    from pytest_aiassert.verdict import Verdict


class Recorder:
    """Collects the turns and verdicts of one trial, and what its judges took."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self.verdicts: list[Verdict] = []
        self.judgings: list[Judging] = []


class Purse:
    """Counts what replies cost, against a cap in US dollars."""

    def __init__(self, budget: float | None) -> None:
        self.budget = budget
        self.spent = 0.0

    def check(self) -> None:
        """Raise BudgetError once the cap is reached."""
        if self.budget is not None and self.spent >= self.budget:
            raise BudgetError(
                f"replies have cost ${self.spent:.4f} of --ai-budget ${self.budget:.4f}; raise it to go on"
            )

    def pay(self, cost: float | None) -> None:
        """Add the price of a reply; unpriced replies add nothing."""
        self.spent += cost or 0.0


class Closable(Protocol):
    """What can be held: a provider, a cassette."""

    def close(self) -> None:
        """Release what it holds."""
        ...


_Held = TypeVar("_Held", bound=Closable)


class Holder:
    """Holds the providers and cassettes that an item uses, each opened at first use."""

    def __init__(self) -> None:
        self._held: dict[str, Closable] = {}

    def hold(self, name: str, open_it: Callable[[], _Held]) -> _Held:
        """Return what goes by a name, opening it at first use."""
        if name not in self._held:
            self._held[name] = open_it()
        return cast("_Held", self._held[name])

    def close(self, *, broken: bool = False) -> None:
        """Close all that was opened; a broken recording does not take the place of an older one.

        Raises CassetteError where a recording cannot be put in its place.
        """
        with ExitStack() as scope:
            while self._held:
                held = self._held.popitem()[1]
                scope.callback(getattr(held, "abandon", held.close) if broken else held.close)


class Judges(Holder):
    """What the judges of a session share: live models, and what each provider answered while it is in use."""

    def __init__(self) -> None:
        super().__init__()
        self.memory: MutableMapping[Provider, dict[str, Any]] = WeakKeyDictionary()


@dataclass(kw_only=True)
class Evaluation(Holder):
    """One marked item across its trials; `model` is the provider spec that answers."""

    case_id: str
    model: str
    plan: TrialPlan
    trials: list[TrialRecord] = field(default_factory=list)
    counts: Counter[TrialOutcome] = field(default_factory=Counter)
    decided: Decision | None = None
    recorder: Recorder = field(default_factory=Recorder)

    def __post_init__(self) -> None:
        super().__init__()

    def certain(self) -> int:
        """Return how many trials, the present one included, will run whatever they bring."""
        left = self.plan.samples - len(self.trials)
        if not self.plan.curtailed:
            return left
        return min(left, self.plan.rule.certain(self.counts["passed"], self.counts["failed"]))

    def finish_trial(self, outcome: TrialOutcome, *, duration: float, message: str = "") -> TrialRecord:
        """Keep what the current trial recorded and start afresh."""
        recorder, self.recorder = self.recorder, Recorder()
        verdicts = tuple(recorder.verdicts)
        score = sum(v.score for v in verdicts) / len(verdicts) if verdicts else float(outcome == "passed")
        trial = TrialRecord(
            case=self.case_id,
            index=len(self.trials) + 1,
            outcome=outcome,
            score=score,
            turns=tuple(recorder.turns),
            verdicts=verdicts,
            duration=duration,
            message=message,
            judging=Judging.total(recorder.judgings),
        )
        self.trials.append(trial)
        self.counts[outcome] += 1
        if self.decided is None:
            self.decided = self.plan.rule.decide(self.counts["passed"], self.counts["failed"])
        return trial


EVALUATION: pytest.StashKey[Evaluation] = pytest.StashKey()
RECORDER: pytest.StashKey[Recorder] = pytest.StashKey()
"""That of an item which is not evaluated."""
