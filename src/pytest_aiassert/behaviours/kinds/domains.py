"""Inputs that several behaviours draw: numbers, words, tables, graphs, dates."""

from __future__ import annotations

from datetime import date

from pytest_aiassert.behaviours.drawing import LETTERS, Draw

NODES = "ABCDE"
_FIRST_DAY = date(2024, 1, 1).toordinal()


def integers(draw: Draw, low: int = -50, high: int = 50, least: int = 0, most: int = 6) -> list[int]:
    """Draw a list of integers."""
    return draw.items(lambda: draw.integer(low, high), least, most)


def different(draw: Draw, low: int = -20, high: int = 20, least: int = 0, most: int = 6) -> list[int]:
    """Draw a list of integers, none of them twice."""
    return draw.distinct(sorted(range(low, high + 1), key=abs), least, most)


def words(draw: Draw, letters: str = LETTERS, least: int = 0, most: int = 5, longest: int = 4) -> list[str]:
    """Draw a list of words of one letter at least."""
    return draw.items(lambda: draw.text(letters, 1, longest), least, most)


def sentence(draw: Draw) -> str:
    """Draw a text of words with single spaces between."""
    return " ".join(words(draw))


def table(draw: Draw, rows: int, columns: int) -> list[list[int]]:
    """Draw a matrix of a size."""
    return [[draw.integer(-9, 9) for _ in range(columns)] for _ in range(rows)]


def any_table(draw: Draw, most: int = 4) -> list[list[int]]:
    """Draw a matrix that has a cell at least."""
    return table(draw, draw.integer(1, most), draw.integer(1, most))


def square(draw: Draw, most: int = 4) -> list[list[int]]:
    """Draw a matrix with as many rows as columns."""
    size = draw.integer(1, most)
    return table(draw, size, size)


def graph(draw: Draw, least: int = 1) -> dict[str, list[str]]:
    """Draw a directed graph without edges from a node to itself."""
    nodes = NODES[: draw.integer(least, len(NODES))]
    return {node: draw.distinct([other for other in nodes if other != node], 0, 3) for node in nodes}


def acyclic(draw: Draw) -> dict[str, list[str]]:
    """Draw a directed graph without a cycle, its nodes in any order."""
    nodes = draw.shuffled(NODES[: draw.integer(0, len(NODES))])
    edges = {node: draw.distinct(nodes[at + 1 :], 0, 3) for at, node in enumerate(nodes)}
    return {node: edges[node] for node in draw.shuffled(nodes)}


def day(draw: Draw, since: int = 0) -> str:
    """Draw a date from `since` days after the first of 2024 on, some years around."""
    return date.fromordinal(_FIRST_DAY + since + draw.integer(-20_000, 20_000)).isoformat()


def later(day: str, days: int) -> str:
    """Return the date so many days after another."""
    return date.fromordinal(date.fromisoformat(day).toordinal() + days).isoformat()
