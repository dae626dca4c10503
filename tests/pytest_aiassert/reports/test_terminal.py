import dataclasses
import re

import pytest

from pytest_aiassert.reports import terminal_lines
from pytest_aiassert.reports.tally import rate_of
from pytest_aiassert.reports.terminal import bar
from pytest_aiassert.reports.visible import columns

TOTALS = "2 failed, 1 passed, 1 error · 33% of 3 cases [6–79%] · 5 trials · $0.01 · 75 tokens · 2.5 s"


def test_failing_cases_come_first_then_the_totals(mixed):
    assert terminal_lines(mixed, width=100, colour=False, verbosity=0) == [
        "FAILED subtraction 0/1 ░░░░░░░░░░ [0–79%]   implements: add(2, 2) returned 0, expected 4",
        "FAILED addition    1/2 █████░░░░░ [9–91%]   implements: add(2, 2) returned 0, expected 4",
        "ERROR  division    0/0                      provider openai:tiny: connection refused",
        TOTALS,
    ]


def test_quiet_is_one_line(mixed):
    assert terminal_lines(mixed, width=100, colour=False, verbosity=-1) == [TOTALS]


def test_verbose_shows_all_cases(mixed):
    assert terminal_lines(mixed, width=100, colour=False, verbosity=1)[3:] == [
        "PASSED greeting    2/2 ██████████ [34–100%]",
        TOTALS,
    ]


def test_a_narrow_terminal_loses_the_bar_and_gives_reasons_a_line_of_their_own(mixed):
    assert terminal_lines(mixed, width=50, colour=False, verbosity=0)[:6] == [
        "FAILED subtraction 0/1 [0–79%]",
        "       implements: add(2, 2) returned 0, expected…",
        "FAILED addition    1/2 [9–91%]",
        "       implements: add(2, 2) returned 0, expected…",
        "ERROR  division    0/0",
        "       provider openai:tiny: connection refused",
    ]


def test_tests_lose_their_file_where_their_names_tell_them_apart(build):
    names = ["tests/ai/test_sums.py::test_addition[small]", "tests/ai/test_sums.py::test_addition[large]"]
    report = build.report([build.case(name, build.trial(name, 1, build.wrong_sum)) for name in names])
    assert terminal_lines(report, width=80, colour=False, verbosity=0)[:2] == [
        "FAILED test_addition[large] 0/1 ░░░░░░░░░░ [0–79%]",
        "       implements: add(2, 2) returned 0, expected 4",
    ]
    assert terminal_lines(report, width=140, colour=False, verbosity=0)[0] == (
        "FAILED tests/ai/test_sums.py::test_addition[large] 0/1 ░░░░░░░░░░ [0–79%]   "
        "implements: add(2, 2) returned 0, expected 4"
    )


def test_long_ids_are_cut_in_the_middle(build):
    name = "tests/ai/test_generated_functions.py::test_addition_of_two_large_numbers"
    report = build.report([build.case(name, build.trial(name, 1, build.wrong_sum))])
    assert terminal_lines(report, width=80, colour=False, verbosity=0)[0] == (
        "FAILED test_addi…wo_large_numbers 0/1 ░░░░░░░░░░ [0–79%]"
    )


def test_ids_get_more_room_where_they_would_look_the_same(build):
    names = ["tests/ai/test_generated_a.py::test_numbers", "tests/ai/test_generated_b.py::test_numbers"]
    report = build.report([build.case(name, build.trial(name, 1, build.wrong_sum)) for name in names])
    assert terminal_lines(report, width=80, colour=False, verbosity=0)[::2] == [
        "FAILED tests/ai/test_generated_a.py::test_numbers 0/1 ░░░░░░░░░░ [0–79%]",
        "FAILED tests/ai/test_generated_b.py::test_numbers 0/1 ░░░░░░░░░░ [0–79%]",
        "2 failed · 0% of 2 cases [0–66%] · 2 trials · $0.0040 · 30 tokens · 2.5 s",
    ]


def test_ids_that_no_room_tells_apart_are_cut(build):
    names = [f"{'a' * 90}{letter}{'z' * 90}" for letter in "xy"]
    report = build.report([build.case(name, build.trial(name, 1, build.wrong_sum)) for name in names])
    lines = terminal_lines(report, width=80, colour=False, verbosity=0)
    assert lines[0] == lines[2] == f"FAILED {'a' * 15}…{'z' * 30} 0/1 ░░░░░░░░░░ [0–79%]"


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_no_case_is_wider_than_the_terminal(mixed, hostile, width):
    for report in (mixed, hostile):
        lines = terminal_lines(report, width=width, colour=False, verbosity=1)
        assert all(columns(line) <= width for line in lines if re.match("PASSED|FAILED|ERROR", line))


def test_several_models_have_a_heading_each(build, mixed_cases):
    report = build.report(mixed_cases, mixed_cases[:1])
    assert terminal_lines(report, width=100, colour=False, verbosity=0) == [
        "tiny: 1 of 3 cases passed, 33% [6–79%]",
        "FAILED subtraction 0/1 ░░░░░░░░░░ [0–79%]   implements: add(2, 2) returned 0, expected 4",
        "FAILED addition    1/2 █████░░░░░ [9–91%]   implements: add(2, 2) returned 0, expected 4",
        "ERROR  division    0/0                      provider openai:tiny: connection refused",
        "small: 1 of 1 case passed, 100% [21–100%]",
        "2 failed, 2 passed, 1 error · 7 trials · $0.01 · 105 tokens · 2.5 s",
    ]


def test_a_model_that_judged_nothing_says_so(build):
    report = build.report([build.error("a", "refused"), build.error("b", "refused")], [])
    lines = terminal_lines(report, width=100, colour=False, verbosity=0)
    assert lines[0] == "tiny: 2 errors, no case was judged"
    assert lines[3] == "small: no cases"
    assert lines[-1] == "2 errors · 0 trials · 2.5 s"


def test_an_empty_report_says_so(build):
    assert terminal_lines(build.report(), width=80, colour=False, verbosity=0) == ["no cases ran"]


def test_notes_of_a_run_are_shown(build):
    report = build.report([])
    report = dataclasses.replace(report, runs=(dataclasses.replace(report.runs[0], notes=("line 7 is cut",)),))
    assert "note: line 7 is cut" in terminal_lines(report, width=80, colour=False, verbosity=0)


def test_colour_adds_codes_and_nothing_else(mixed):
    coloured = terminal_lines(mixed, width=100, colour=True, verbosity=1)
    assert coloured[0].startswith("\x1b[31mFAILED\x1b[0m subtraction")
    assert coloured[2].startswith("\x1b[33mERROR \x1b[0m division")
    assert coloured[3].startswith("\x1b[32mPASSED\x1b[0m greeting")
    plain = [re.sub(r"\x1b\[\d*m", "", line).rstrip() for line in coloured]
    assert plain == terminal_lines(mixed, width=100, colour=False, verbosity=1)


def test_a_reply_cannot_steer_the_terminal(hostile):
    text = "\n".join(terminal_lines(hostile, width=120, colour=False, verbosity=1))
    assert not {"\x1b", "\x07", "\x00", "\u202e", "\ud800"} & set(text)


@pytest.mark.parametrize(
    ("passes", "n", "drawn"),
    [(0, 0, "    "), (0, 9, "░░░░"), (1, 99, "█░░░"), (2, 4, "██░░"), (98, 99, "███░"), (9, 9, "████")],
)
def test_only_a_full_rate_fills_the_bar_and_only_an_empty_one_empties_it(passes, n, drawn):
    assert bar(rate_of(passes, n), 4) == drawn
