"""expect(…).to, .not_to, and assert reply == matcher: what a failure shows."""

from __future__ import annotations

REPLY = '''
REPLY = """Sure:

```python
def add(a, b):
    return a - b
```
"""
'''


def test_every_matcher_is_shown_with_the_code(run):
    result = run(
        source=REPLY
        + """
from pytest_aiassert import contains_code, implements, mentions

def test_it(expect):
    expect(REPLY).to(contains_code("python"), implements("add", cases=[((1, 2), 3)]), mentions("Sure"))
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E *AssertionError: 1 of 3 expectations failed",
            "E *✗ implements*add(1, 2) returned -1, expected 3*",
            "E *1 │ def add(a, b):",
            "E *2 │ *return a - b",
        ]
    )
    result.stdout.fnmatch_lines(["E *✓ contains_code('python')*"])


def test_what_cannot_be_judged_loses_no_other_verdict(run, tmp_path):
    result = run(
        "--ai-eval",
        "--ai-save-run",
        str(tmp_path / "run.jsonl"),
        source=REPLY
        + """
import pytest
from pytest_aiassert import contains_code, mentions, within

@pytest.mark.ai_eval
def test_it(expect):
    expect(REPLY).to(contains_code("python"), within(cost=1), mentions("class"))
        """,
    )
    result.stdout.fnmatch_lines(
        [
            ">*expect(REPLY).to(contains_code*",
            "E *CannotJudgeError: within: the reply does not say its cost*",
            "E *1 of 2 expectations failed",
            "E *✗ mentions('class')*",
            "E *✓ contains_code('python')*",
        ]
    )
    result.stdout.no_fnmatch_line("*cost.py*")
    saved = "".join(path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.jsonl"))
    assert '"outcome": "error"' in saved
    assert "mentions('class')" in saved
    assert "contains_code('python')" in saved


def test_not_to(run):
    result = run(
        source=REPLY
        + """
from pytest_aiassert import contains_code, mentions

def test_good(expect): expect(REPLY).not_to(mentions("eval("), contains_code("rust"))
def test_bad(expect): expect(REPLY).not_to(contains_code("python"))
        """
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["E *~contains_code('python')*"])


def test_an_assertion_explains_itself(run):
    result = run(
        source=REPLY
        + """
from pytest_aiassert import contains_code, implements

def test_equal(): assert REPLY == contains_code("python") & implements("addition")
def test_reflected(): assert contains_code("rust") == REPLY
def test_unequal(): assert REPLY != contains_code("python")
        """
    )
    result.assert_outcomes(failed=3)
    text = result.stdout.str()
    assert "does not satisfy contains_code('python') & implements('addition')" in text
    assert "returned" in text
    assert "does not satisfy contains_code('rust')" in text
    assert "satisfies contains_code('python')" in text


def test_comparisons_without_matchers_are_left_to_pytest(run):
    result = run(source="import pytest_aiassert.matchers\n    def test_it(): assert [1, 2] == [1, 3]")
    result.stdout.fnmatch_lines(["E *assert ?1, 2? == ?1, 3?*"])


def test_misuse_is_told(run):
    result = run(
        source="""
    from pytest_aiassert import mentions

    def test_nothing(expect): expect("x").to()
    def test_text(expect): expect("x").to("mentions x")
    def test_class(expect): expect("x").not_to(str)
    def test_type(expect): expect(42).to(mentions("x"))
        """
    )
    result.assert_outcomes(failed=4)
    result.stdout.fnmatch_lines_random(
        [
            "E *UsageError: expect(…).to() was given no matcher*",
            "E *UsageError: expect(…).to takes matchers, got str 'mentions x'",
            "E *UsageError: expect(…).not_to takes matchers, got type <class 'str'>",
            "E *CoercionError: cannot judge a value of type int*pytest_aiassert_coerce*",
        ]
    )


def test_a_matcher_that_gives_no_verdict_is_named(run):
    result = run(
        source="""
    class Yes:
        def check(self, reply): return True
        def __repr__(self): return "yes()"

    def test_it(expect): expect("x").to(Yes())
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *UsageError: yes() returned bool from check(); it must return a Verdict"])
