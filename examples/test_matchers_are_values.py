"""Matchers are values: they combine, print as they are written, and judge any text."""

from pytest_aiassert import contains_code, implements, mentions, parses

REPLY = """Here you go:

```python
def add(a, b):
    return a + b
```
"""


def test_and_or_not():
    assert REPLY == contains_code("python") & parses("python")
    assert REPLY == mentions("def add") | mentions("lambda")
    assert REPLY == ~mentions("eval(")
    assert REPLY != contains_code("javascript")


def test_a_verdict_says_how_well_and_why():
    verdict = implements("add", cases=[((2, 2), 4), ((2, 3), 6)]).check(REPLY)
    assert not verdict.passed
    assert verdict.score == 0.5
    assert "add(2, 3) returned 5, expected 6" in verdict.reason


def test_a_matcher_prints_as_it_is_written():
    assert repr(contains_code("python") & ~mentions("eval(")) == "contains_code('python') & ~mentions('eval(')"
