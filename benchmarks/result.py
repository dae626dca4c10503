"""What a benchmark returns."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured figure: a median with its 95 % interval over `n` rounds, and the most or least it may be."""

    name: str
    value: float
    unit: str
    low: float | None = None
    high: float | None = None
    n: int = 1
    limit: float | None = None
    least: float | None = None

    @property
    def over(self) -> bool:
        """Whether the figure is beyond its bound by more than its interval explains."""
        if self.least is not None and (self.value if self.high is None else self.high) < self.least:
            return True
        return self.limit is not None and (self.value if self.low is None else self.low) > self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The figures of one benchmark, under a title, with one sentence on how they were taken."""

    title: str
    method: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What was found in words: rows of cells under a head, on a page of its own in docs/reference."""

    title: str
    method: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figures: tuple[Figure, ...] = ()
