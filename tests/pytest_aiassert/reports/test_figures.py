import pytest

from pytest_aiassert.reports import figures


@pytest.mark.parametrize(
    ("share", "written"),
    [(None, "–"), (0, "0%"), (0.001, "<1%"), (0.005, "<1%"), (0.5, "50%"), (0.999, ">99%"), (1, "100%")],
)
def test_only_none_and_all_read_as_0_and_100_per_cent(share, written):
    assert figures.percent(share) == written


def test_an_interval_rounds_both_bounds():
    assert figures.interval(0.118, 0.769) == "12–77%"
    assert figures.interval(0, 1) == "0–100%"


@pytest.mark.parametrize(
    ("dollars", "written"),
    [
        (None, "–"),
        (float("nan"), "–"),
        (0, "$0"),
        (0.000034, "$0.000034"),
        (0.0075, "$0.0075"),
        (0.01, "$0.01"),
        (1234.5, "$1,234.50"),
    ],
)
def test_money_keeps_two_digits_below_a_cent(dollars, written):
    assert figures.money(dollars) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "–"),
        (float("inf"), "–"),
        (0, "0 ms"),
        (0.4118, "412 ms"),
        (0.9996, "1.0 s"),
        (3.21, "3.2 s"),
        (59.96, "1 min 00 s"),
        (125, "2 min 05 s"),
        (3_725, "1 h 02 min"),
    ],
)
def test_times_read_as_a_person_says_them(value, written):
    assert figures.seconds(value) == written
