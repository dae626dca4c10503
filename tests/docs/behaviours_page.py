"""Writes docs/reference/behaviours.md from the code: `python -m tests.docs.behaviours_page`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pytest_aiassert.behaviours import AnyBehaviour, behaviours_by_kind

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "behaviours.md"

INTRODUCTION = """\
# Behaviours

What `implements("…")` can ask for by name; the [guide](../guide/matchers.md) shows it, and
[extending](../guide/extending.md#a-behaviour-of-your-own) how to add your own. A name may be written with spaces,
hyphens or capitals, and with articles: `"is_prime"`, `"prime check"`, `"reverse the string"`.

## What is always accepted

- **Any name.** Functions are tried by what they do, those with a likely name first. The name decides only whose
  counterexample is told where none is right.
- **Functions and methods**, plain or async, of classes that need no arguments; parameters in another order where they
  have the names of the signature below; parameters that must be named.
- **Lists, tuples and finished iterators** for each other. Generators, `map` and `range` count as the list of their
  items.
- **Floats** within 1e-9 of what is right; 1 for True and 0 for False.

What is printed and not returned is not accepted, and the reason says that it was printed. A function that keeps state
between calls fails, and the reason says so.

Of **classes**, methods are found by what their names sound like (`push`, `append`, `add`), properties and attributes
count, and what methods return that only change something does not matter. Where a class must refuse, as an empty
stack must refuse to pop, it may raise anything, or return None, False, -1 or a text. In scripts of `rate_limiter`
time passes at once: the clocks of `time` and `datetime` are moved forward.
"""


def page() -> str:
    """Return the page as the code has it."""
    return INTRODUCTION + "\n".join(line for kind in behaviours_by_kind() for line in _section(kind)) + "\n"


def _section(kind: str) -> Iterator[str]:
    yield f"\n## {kind[0].upper()}{kind[1:]}\n"
    yield "| behaviour | what it does | also called | also accepted |"
    yield "|---|---|---|---|"
    for behaviour in behaviours_by_kind()[kind]:
        yield f"| {' | '.join(_cells(behaviour))} |"


def _cells(behaviour: AnyBehaviour) -> Iterator[str]:
    yield f"`{behaviour.name}` <br> `{behaviour.signature}`"
    yield behaviour.summary
    yield ", ".join(behaviour.aliases)
    yield behaviour.accepted or "–"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
