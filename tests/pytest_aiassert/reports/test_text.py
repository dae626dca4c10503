import pytest

from pytest_aiassert import at_least, contains_code, mentions, passes_lint
from pytest_aiassert.reports import failure_text
from pytest_aiassert.verdict import Evidence


def test_failing_matchers_come_first_with_reason_and_marked_code(build):
    text = failure_text([build.verdict(), build.wrong_sum], width=80, colour=False)
    assert text == (
        "✗ implements('addition')  0.00  add(2, 2) returned 0, expected 4\n"
        "    the function found:\n"
        "      1 │ def add(a, b):\n"
        "      2 │     print(a)\n"
        "    ▸ 3 │     return a - b\n"
        "✓ mentions('add')  1.00  found 'add' on line 1"
    )


def test_parts_are_nested_failing_first(build):
    outer = build.verdict(
        "contains_code('python') & ~mentions('eval')",
        passed=False,
        score=0.5,
        reason="1 of 2 fails",
        parts=[
            build.verdict("contains_code('python')", reason="1 block"),
            build.verdict("~mentions('eval')", passed=False, reason="found on line 2"),
        ],
    )
    assert failure_text([outer], width=80, colour=False) == (
        "✗ contains_code('python') & ~mentions('eval')  0.50  1 of 2 fails\n"
        "  ✗ ~mentions('eval')  0.00  found on line 2\n"
        "  ✓ contains_code('python')  1.00  1 block"
    )


def test_what_a_part_says_is_said_once():
    code = "import os\nx = 1\n"
    matcher = contains_code("python") & passes_lint() & at_least(2, mentions("q"), mentions("z"))

    assert failure_text([matcher.check(code)], width=110, colour=False) == (
        "✗ contains_code('python') & passes_lint() & at_least(2, mentions('q'), mentions('z'))  0.00\n"
        "  ✗ passes_lint()  0.50  1 finding: line 1: F401 `os` imported but unused\n"
        "      python block at line 1:\n"
        "      ▸ 1 │ import os\n"
        "        2 │ x = 1\n"
        "  ✗ at_least(2, mentions('q'), mentions('z'))  0.00  0 of 2 matchers pass, 2 needed\n"
        "    ✗ mentions('q')  0.00  'q' does not occur in the reply (16 characters)\n"
        "    ✗ mentions('z')  0.00  'z' does not occur in the reply (16 characters)\n"
        "  ✓ contains_code('python')  1.00  1 python block, at line 1"
    )


def test_what_only_the_whole_says_stays(build):
    part = build.verdict("a()", passed=False, reason="no a")
    whole = build.verdict("a() & j()", passed=False, reason="a(): no a; that decides, so not asked: j()", parts=[part])

    assert failure_text([whole], width=80, colour=False) == (
        "✗ a() & j()  0.00  that decides, so not asked: j()\n  ✗ a()  0.00  no a"
    )


def test_equal_code_is_shown_once_later_only_its_marks(build):
    def about(marks, title="the code"):
        return [Evidence(title=title, text=build.addition, language="python", marks=marks)]

    first = build.verdict("a()", passed=False, reason="r", evidence=about((3,)))
    second = build.verdict("b()", passed=False, reason="r", evidence=about((2,), "linted code"))
    third = build.verdict("c()", passed=False, reason="r", evidence=about(()))
    text = failure_text([first, second, third], width=80, colour=False)
    assert text == (
        "✗ a()  0.00  r\n"
        "    the code:\n"
        "      1 │ def add(a, b):\n"
        "      2 │     print(a)\n"
        "    ▸ 3 │     return a - b\n"
        "✗ b()  0.00  r\n"
        "    linted code, shown above:\n"
        "      1 │ def add(a, b):\n"
        "    ▸ 2 │     print(a)\n"
        "      3 │     return a - b\n"
        "✗ c()  0.00  r"
    )


def test_the_code_of_a_passing_matcher_is_not_shown(build):
    passing = build.verdict("a()", reason="fine", evidence=[Evidence(title="code", text="x = 1")])
    assert failure_text([passing], width=80, colour=False) == "✓ a()  1.00  fine"


def test_empty_evidence_is_not_shown(build):
    failing = build.verdict("a()", passed=False, reason="no code", evidence=[Evidence(title="code", text="\n")])
    assert failure_text([failing], width=80, colour=False) == "✗ a()  0.00  no code"


def test_evidence_that_the_reason_quotes_is_not_repeated(build):
    quoted = [Evidence(title="counterexample", text="f(1) returned 2")]
    failing = build.verdict("a()", passed=False, reason="f(1) returned 2, expected 3", evidence=quoted)
    assert failure_text([failing], width=80, colour=False) == "✗ a()  0.00  f(1) returned 2, expected 3"


def test_long_code_is_cut_around_its_marks(build):
    code = "\n".join(f"x{number} = {number}" for number in range(1, 101))
    failing = build.verdict("a()", passed=False, reason="r", evidence=[Evidence(title="code", text=code, marks=(50,))])
    assert failure_text([failing], width=80, colour=False).splitlines()[1:] == [
        "    code:",
        "       … 46 lines",
        "      47 │ x47 = 47",
        "      48 │ x48 = 48",
        "      49 │ x49 = 49",
        "    ▸ 50 │ x50 = 50",
        "      51 │ x51 = 51",
        "      52 │ x52 = 52",
        "      53 │ x53 = 53",
        "       … 47 lines",
    ]


def test_a_gap_of_one_line_is_singular(build):
    code = "\n".join("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz")
    failing = build.verdict("a()", passed=False, reason="", evidence=[Evidence(title="c", text=code, marks=(5, 13))])
    assert "       … 1 line" in failure_text([failing], width=80, colour=False).splitlines()


def test_reasons_are_wrapped_and_long_ones_cut(build):
    failing = build.verdict("a()", passed=False, reason="word " * 15 + "\n\n" + "line\n" * 30)
    lines = failure_text([failing], width=40, colour=False).splitlines()
    assert lines[0] == "✗ a()  0.00"
    assert lines[1] == "    word word word word word word word"
    assert lines[-1] == "    … 22 more lines"
    assert len(lines) == 13
    assert all(len(line) <= 40 for line in lines)


@pytest.mark.parametrize("width", [1, 40, 60, 200])
def test_no_line_is_wider_than_the_terminal(build, width):
    wide = build.verdict(
        f"mentions({'x' * 300!r})",
        passed=False,
        reason="漢字 " * 40,
        evidence=[Evidence(title="t" * 300, text="y" * 300 + "\n\tz", marks=(1,))],
        parts=[build.verdict(f"mentions({'p' * 300!r})", reason="long " * 50)],
    )
    from pytest_aiassert.reports.visible import columns

    text = failure_text([wide], width=width, colour=False)
    assert max(columns(line) for line in text.splitlines()) <= max(width, 40)


def test_colour_adds_codes_and_nothing_else(build):
    import re

    verdicts = [build.wrong_sum, build.verdict()]
    coloured = failure_text(verdicts, width=80, colour=True)
    assert coloured.startswith("\x1b[31m✗\x1b[0m \x1b[1mimplements('addition')\x1b[0m")
    assert "\x1b[32m✓\x1b[0m" in coloured
    assert re.sub(r"\x1b\[\d*m", "", coloured) == failure_text(verdicts, width=80, colour=False)


def test_a_reply_cannot_steer_the_terminal(build, hostile_text):
    failing = build.verdict(
        hostile_text,
        passed=False,
        reason=hostile_text,
        evidence=[Evidence(title=hostile_text, text=hostile_text, marks=(1,))],
    )
    text = failure_text([failing, build.verdict(hostile_text, reason=hostile_text)], width=100, colour=False)
    assert not {"\x1b", "\x07", "\x00", "\u202e", "\ud800"} & set(text)
    assert "␛[2J" in text
