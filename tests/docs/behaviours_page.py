"""Writes docs/reference/behaviours.md from the code: `python -m tests.docs.behaviours_page`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pytest_aiassert.behaviours import AnyBehaviour, Behaviour, behaviours_by_kind
from pytest_aiassert.behaviours.best import dialect_of

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "behaviours.md"

INTRODUCTION = """\
# Behaviours

What `implements("…")` can ask for by name; the [guide](../guide/matchers.md) shows it, and
[extending](../guide/extending.md#a-behaviour-of-your-own) how to add your own. A name may be written with spaces,
hyphens or capitals, and with articles: `"is_prime"`, `"prime check"`, `"reverse the string"`.

## How code is tried

Every behaviour has cases, from small to large. Code that agrees with all of them is asked some forty more that are
drawn: always the same ones, on every machine. An input that refutes is then made smaller, as far as the code stays
wrong, and that counterexample is told, with the properties in the table that do not hold there.
`find_behaviour("gcd").strategy()` gives the same inputs as a [Hypothesis](https://hypothesis.readthedocs.io)
strategy, for property tests of your own; it needs `pip install 'pytest-aiassert[hypothesis]'`.

```python
from hypothesis import given
from pytest_aiassert.behaviours import find_behaviour

gcd = find_behaviour("gcd")


@given(gcd.strategy())
def test_it_does_not_matter_which_is_first(pair):
    assert gcd.reference(*pair) == gcd.reference(*reversed(pair))


test_it_does_not_matter_which_is_first()
```

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

## JavaScript and TypeScript

Code in a `javascript` or `typescript` block is judged in Node.js, TypeScript by Node.js 22.6 or later, which strips
the types. `implements("gcd", language="javascript")` insists on it. Functions, arrow functions, methods of classes
and objects, and what CommonJS and ES modules export are tried; one parameter that is taken apart, `{a, b}`, gets an
object. Promises are awaited, generators count as the list of their items.

- **Numbers** are compared by value: 2 is 2.0. Cases with integers over 2⁵³ are left out. A BigInt is not a number: it
  is told, as `120n (a BigInt)`.
- **Objects** stand for dicts; their keys are texts, so an expected key 1 is `"1"`. A `Map` or a `Set` is told, not
  taken for an object or an array.
- **undefined and null** both stand for None. Changes in place count where they count in Python.
- **Exceptions**: where the reference raises, the code may throw anything.
- Clocks and timers are moved forward in scripts of `rate_limiter`.

Functions in other languages cannot be called: `implements` says "cannot judge" of a reply whose code is in Go, Rust,
Java, C or another one, and fails it with `language="python"`.
"""


def page() -> str:
    """Return the page as the code has it."""
    return INTRODUCTION + "\n".join(line for kind in behaviours_by_kind() for line in _section(kind)) + "\n"


def _section(kind: str) -> Iterator[str]:
    yield f"\n## {kind[0].upper()}{kind[1:]}\n"
    yield "| behaviour | what it does | also called | also accepted | languages |"
    yield "|---|---|---|---|---|"
    for behaviour in behaviours_by_kind()[kind]:
        yield f"| {' | '.join(_cells(behaviour))} |"


def _cells(behaviour: AnyBehaviour) -> Iterator[str]:
    yield f"`{behaviour.name}` <br> `{behaviour.signature}`"
    holds = "; ".join(behaviour.properties) if isinstance(behaviour, Behaviour) else ""
    yield f"{behaviour.summary} <br> *Holds:* {holds}." if holds else behaviour.summary
    yield ", ".join(behaviour.aliases)
    yield behaviour.accepted or "–"
    yield f"Python, JavaScript{_left_out(behaviour)}"


def _left_out(behaviour: AnyBehaviour) -> str:
    """Say how many cases JavaScript has no values for."""
    if not isinstance(behaviour, Behaviour):
        return ""
    asked, all_of_them = len(dialect_of("javascript").askable(behaviour)), len(behaviour.examples)
    return "" if asked == all_of_them else f" ({asked} of {all_of_them} cases)"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
