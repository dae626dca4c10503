import dataclasses
import re

import pytest

from pytest_aiassert.comparison import Quantity, compare_runs
from pytest_aiassert.reports import comparison_lines
from pytest_aiassert.reports.visible import columns


@pytest.fixture
def comparison(build, mixed_cases):
    """Ten cases that model B fails and model A passes, and one the other way round."""

    def case(name, *, good, tags=()):
        verdict = build.verdict() if good else build.wrong_sum
        return build.case(name, *(build.trial(name, index, verdict) for index in (1, 2)), tags=tags)

    a = [case(f"sum-{number}", good=True, tags=["sums"]) for number in range(10)]
    b = [case(f"sum-{number}", good=False, tags=["sums"]) for number in range(10)]
    a.append(case("text", good=False, tags=["text"]))
    b.append(case("text", good=True, tags=["text"]))
    report = build.report(a, b)
    return compare_runs(report.runs[0], report.runs[1])


def test_the_verdict_comes_first_then_differences_then_the_cases(comparison):
    lines = comparison_lines(comparison, width=120, colour=False)
    assert lines[0].startswith("Regression: small passes 81.8 points less than tiny (90.9% → 9.1%")
    table = lines[lines.index("") + 1 :]
    assert re.fullmatch(r" +cases +A +B +points +90% interval +p worse", table[0])
    assert re.fullmatch(r"all cases +11 +91% +9% +-81\.8 +\S+ to \S+ +\S+  regression", table[1])
    assert re.fullmatch(r"sums +10 +100% +0% +-100\.0 +\S+ to \S+ +<0\.001  regression", table[2])
    assert re.fullmatch(r"text +1 +0% +100% +\+100\.0 +\S+ to \S+ +1\.000", table[3])
    assert table[4:7] == [
        "",
        "Cases that moved: 10 worse, 1 better",
        "↓ sum-0  2/2 → 0/2  implements('addition'): add(2, 2) returned 0, expected 4",
    ]
    assert table[16] == "↑ text   0/2 → 2/2"
    assert (
        table[18]
        == "mean per trial: score 0.91 → 0.09 · cost $0.0020 → $0.0020 · latency 750 ms → 750 ms · tokens 15 → 15"
    )


def test_nothing_moved(build, mixed_cases):
    report = build.report(mixed_cases, mixed_cases)
    lines = comparison_lines(compare_runs(report.runs[0], report.runs[1], margin=0.2), width=100, colour=False)
    assert "No case moved." in lines
    assert any(line.startswith("all cases") and " 0.0 " in line for line in lines)
    assert lines[-1].startswith("note: ")


def test_unknown_quantities_are_left_out_or_dashed(comparison):
    quantities = (Quantity(name="cost", unit="USD", a=None, b=None), Quantity(name="latency", unit="s", a=1.5, b=None))
    lines = comparison_lines(dataclasses.replace(comparison, quantities=quantities), width=100, colour=False)
    assert lines[-1] == "mean per trial: latency 1.5 s → –"
    without = comparison_lines(dataclasses.replace(comparison, quantities=()), width=100, colour=False)
    assert without[-1] == "↑ text   0/2 → 2/2"


@pytest.mark.parametrize("width", [10, 60, 80, 140])
def test_lines_fit_the_terminal(comparison, width):
    lines = comparison_lines(comparison, width=width, colour=False)
    assert max(columns(line.removesuffix("  regression")) for line in lines) <= max(width, 46)


def test_colour_adds_codes_and_nothing_else(comparison):
    coloured = comparison_lines(comparison, width=100, colour=True)
    assert coloured[0].startswith("\x1b[31mRegression")
    assert [re.sub(r"\x1b\[\d*m", "", line) for line in coloured] == comparison_lines(
        comparison, width=100, colour=False
    )
