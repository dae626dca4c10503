"""The inputs of behaviours as Hypothesis strategies; the one module that imports Hypothesis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from assistant.errors import MissingExtraError
from pytest_aiassert.behaviours.drawing import Draw, Inputs

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

T = TypeVar("T")


def strategy(inputs: Inputs[T]) -> SearchStrategy[T]:
    """Return a strategy that draws what `inputs` draws; raises MissingExtraError without Hypothesis."""
    try:
        from hypothesis import strategies
    except ImportError:
        raise MissingExtraError("hypothesis", "hypothesis") from None

    def made(draw: DrawFn) -> T:
        return inputs(_Hypothesis(draw, strategies))

    return strategies.composite(made)()


class _Hypothesis(Draw):
    """Draws through Hypothesis, which then shrinks in its own way."""

    def __init__(self, draw: DrawFn, strategies: Any) -> None:
        self._draw = draw
        self._strategies = strategies

    def choice(self, most: int, *, likely: float | None = None) -> int:
        del likely
        return int(self._draw(self._strategies.integers(0, most)))

    def one_of(self, options: Sequence[T]) -> T:
        chosen: T = self._draw(self._strategies.sampled_from(options))
        return chosen
