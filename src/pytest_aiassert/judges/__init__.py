"""Judges: matchers that ask a model, with a cost. Each loads when first used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_aiassert.lazy import lazy

if TYPE_CHECKING:
    from pytest_aiassert.judges.judging import judged_by
    from pytest_aiassert.judges.preferring import better_than
    from pytest_aiassert.judges.rubric import Criterion
    from pytest_aiassert.judges.setup import JudgeSetup, hearing, use_judges

__all__ = ["Criterion", "JudgeSetup", "better_than", "hearing", "judged_by", "use_judges"]

__getattr__, __dir__ = lazy(
    __name__,
    judging=("judged_by",),
    preferring=("better_than",),
    rubric=("Criterion",),
    setup=("JudgeSetup", "hearing", "use_judges"),
)
