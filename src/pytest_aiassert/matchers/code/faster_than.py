"""A matcher that asks whether code is faster than a reference, measured side by side."""

from __future__ import annotations

import inspect
import math
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from statistics import median
from typing import Any

from assistant.messages import Completion
from pytest_aiassert.behaviours import Attempt, best_attempt
from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers.arguments import number
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.matchers.code.behaves_like import BehavesLike, behaves_like
from pytest_aiassert.matchers.code.implements import judge_code
from pytest_aiassert.matchers.code.programs import code_of
from pytest_aiassert.matchers.describing import source
from pytest_aiassert.sandbox import CandidateSession, Limits, Lost, Returned, outline
from pytest_aiassert.verdict import Verdict

_PROCESSES = 12
_ROUNDS = 4  # in each process
_WINDOW = 3_000_000  # nanoseconds that a round measures of the slower one
_BUDGET = 1_000_000_000  # nanoseconds for all rounds of a process
_CONFIDENCE = 0.95
_SECONDS = 5.0  # for a process


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class FasterThan(Matcher):
    """Passes where some function answers as the reference does, in less time; made by `faster_than`."""

    like: BehavesLike
    code: str
    name: str
    inputs: tuple[Any, ...]
    by: float
    shown: str

    def judge(self, reply: Completion) -> Verdict:
        """Find the function, then measure both in turns; the score is the wanted share of time by that it takes."""
        found: list[tuple[str, Attempt]] = []

        def attempt(code: str) -> Attempt | None:
            attempted = best_attempt(code, self.like.behaviour)
            if attempted is not None and attempted.satisfied:
                found.append((code, attempted))
            return attempted

        python = code_of(reply, "python")
        verdict = judge_code(self, reply, python, attempt, what=self.like.behaviour.sought, unit="input")
        if not found:
            return replace(verdict, score=0.0)
        code, best = found[-1]
        measured = self._measured(code, best.name)
        if isinstance(measured, str):
            return replace(verdict, passed=False, score=0.0, reason=f"{best.name} {measured}")
        return self._compared(verdict, best.name, measured)

    def _compared(self, verdict: Verdict, name: str, ratios: Sequence[float]) -> Verdict:
        low, middle, high = interval(ratios)
        wanted = 1 / self.by
        passed = high < wanted
        score = 1.0 if passed else min(0.99, wanted / middle)
        than = "" if self.by == 1 else f", {wanted:.3g} times allowed"
        reason = (
            f"{name} takes {middle:.3g} times the reference's processor time{than} "
            f"({low:.3g} to {high:.3g} with 95% confidence, in {len(ratios)} processes)"
        )
        if not passed and low <= wanted:
            reason += "; that is within the noise: larger inputs would tell more"
        return replace(verdict, passed=passed, score=score, reason=reason)

    def _measured(self, code: str, name: str) -> list[float] | str:
        """Return ratios of the candidate's time to the reference's, one for each process, or say why there are none."""
        work = {
            "reference": self.code, "reference_name": self.name, "candidate": code, "candidate_name": name,
            "inputs": [list(each) for each in self.inputs], "rounds": _ROUNDS, "window": _WINDOW, "budget": _BUDGET,
        }  # fmt: skip
        ratios: list[float] = []
        for first in ("reference", "candidate") * (_PROCESSES // 2):
            with CandidateSession(_program(), limits=Limits(wall=_SECONDS, cpu=_SECONDS)) as session:
                answer = session.call("measure", [{**work, "first": first}])
            if not isinstance(answer, Returned):
                ended = answer.detail if isinstance(answer, Lost) else f"raised {answer.error}: {answer.message}"
                return f"could not be measured beside {self.name}: the process {ended}"
            try:
                ratio = median(float(candidate) / float(reference) for reference, candidate in answer.value["rounds"])
            except (TypeError, ValueError, KeyError, ZeroDivisionError, OverflowError):
                ratio = math.nan
            if not 0 < ratio < math.inf:
                return "sent a measurement that cannot be read"
            ratios.append(ratio)
        return ratios

    def __repr__(self) -> str:
        return self.shown


def faster_than(reference: Callable[..., Any] | str, *, inputs: Sequence[Any], by: float = 1.0) -> FasterThan:
    """Pass where a function answers as `reference` does, and takes less processor time.

    `reference` is source text that defines a function last, or a function whose source can be read and needs nothing
    around it; `inputs` are tuples of positional arguments, as for `behaves_like`. Both are measured in processes of
    the sandbox, in turns, and it passes where the ratio's interval, of 95% confidence, lies below 1 / `by`. The score
    is 1, or 1 / `by` over the ratio. Raises UsageError for a reference that cannot be run by itself, for inputs that
    do not fit it, and for a `by` that is not positive.
    """
    code = _source_of(reference)
    like = _like(code, inputs)
    factor = number("faster_than: by", by)
    if not factor:
        raise UsageError(
            "faster_than: by is 0, which any code is; expected a positive number, such as 2 for twice as fast"
        )
    given = reference if isinstance(reference, str) else None
    name = outline(code)[-1].name
    keywords = {"inputs": list(inputs)} | ({} if factor == 1 else {"by": factor})
    shown = source("faster_than", *([given] if given else []), **keywords)
    if given is None:
        shown = shown.replace("faster_than(", f"faster_than({name}, ", 1)
    return FasterThan(like=like, code=code, name=name, inputs=tuple(inputs), by=factor, shown=shown)


def interval(ratios: Sequence[float]) -> tuple[float, float, float]:
    """Return the median and, around it, the order statistics that hold it with 95% confidence.

    Source: the binomial interval of a median, e.g. Conover, Practical Nonparametric Statistics, section 3.2.
    """
    ordered = sorted(ratios)
    total = len(ordered)
    out, tail = 0, 0.0
    while 2 * (tail + math.comb(total, out) / 2**total) <= 1 - _CONFIDENCE:
        tail += math.comb(total, out) / 2**total
        out += 1
    place = max(out - 1, 0)
    return ordered[place], median(ordered), ordered[-1 - place]


def _like(code: str, inputs: Sequence[Any]) -> BehavesLike:
    try:
        return behaves_like(code, inputs=inputs)
    except UsageError as error:
        raise UsageError(str(error).replace("behaves_like", "faster_than", 1)) from None


def _source_of(reference: object) -> str:
    if isinstance(reference, str):
        return reference
    name = getattr(reference, "__name__", repr(reference))
    hint = "give its source text, such as 'def …', with what it needs"
    if not callable(reference) or not inspect.isfunction(reference) or name == "<lambda>":
        raise UsageError(f"faster_than: the reference {name} has no source that can be run by itself; {hint}")
    try:
        code = textwrap.dedent(inspect.getsource(reference))
    except (OSError, TypeError) as error:
        raise UsageError(f"faster_than: the source of {name} cannot be read ({error}); {hint}") from None
    if reference.__closure__:
        raise UsageError(f"faster_than: {name} needs variables of the function around it; {hint}")
    return code


@cache
def _program() -> str:
    return resources.files("pytest_aiassert.code.jailed").joinpath("timing.py").read_text(encoding="utf-8")
