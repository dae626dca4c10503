"""Behaviours of dates and durations; dates are texts such as 2024-02-29."""

from __future__ import annotations

import calendar
from datetime import date

from pytest_aiassert.behaviours.behaviour import BuiltIn
from pytest_aiassert.behaviours.drawing import Draw
from pytest_aiassert.behaviours.examples import Example, same
from pytest_aiassert.behaviours.kinds.cases import single
from pytest_aiassert.behaviours.kinds.domains import day, later
from pytest_aiassert.behaviours.readings import swapped
from pytest_aiassert.sandbox import Returned


def _days_in_month(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _days_between(start: str, end: str) -> int:
    return (date.fromisoformat(end) - date.fromisoformat(start)).days


def _weekday(day: str) -> str:
    return date.fromisoformat(day).strftime("%A")


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _either_sign(example: Example, answer: Returned) -> bool:
    return same(example.returns, answer.value) or same(-example.returns, answer.value)


def _any_case(example: Example, answer: Returned) -> bool:
    return isinstance(answer.value, str) and answer.value.lower() in (
        example.returns.lower(),
        example.returns[:3].lower(),
    )


def _hours_of_any_width(example: Example, answer: Returned) -> bool:
    return isinstance(answer.value, str) and example.returns in (answer.value, f"0{answer.value}")


def _two_days(draw: Draw) -> tuple[str, str]:
    start = day(draw)
    return start, later(start, draw.integer(0, 1000))


def _seconds(text: str) -> int:
    hours, minutes, seconds = text.split(":")
    return 3600 * int(hours) + 60 * int(minutes) + int(seconds)


LEAP_YEAR = BuiltIn(
    name="leap_year",
    aliases=("is_leap_year", "is_leap", "leap year check", "check leap year"),
    names=("leap",),
    summary="Tells whether a year has 29 February, by the Gregorian calendar.",
    signature="is_leap_year(year)",
    reference=calendar.isleap,
    inputs=lambda draw: (draw.integer(1, 3000),),
    properties={
        "4 divides a leap year": lambda leap, year: not leap or year % 4 == 0,
    },
    cases=single(2024, 2023, 2000, 1900, 1996, 1999, 2100, 2400, 1600, 1800, 4, 100, 400),
)

DAYS_IN_MONTH = BuiltIn(
    name="days_in_month",
    aliases=("number of days in a month", "month length", "days of a month"),
    names=("month", "days"),
    summary="Returns how many days a month of a year has.",
    signature="days_in_month(year, month)",
    reference=_days_in_month,
    inputs=lambda draw: (draw.integer(1900, 2100), draw.integer(1, 12)),
    properties={
        "there are 28 to 31": lambda days, _year, _month: 28 <= days <= 31,
    },
    cases=(
        *((2023, 1), (2023, 2), (2024, 2), (1900, 2), (2000, 2), (2023, 4), (2023, 6), (2023, 7), (2023, 8)),
        *((2023, 9), (2023, 11), (2023, 12)),
    ),
    readings=(swapped,),
    accepted="the month first",
)

DAYS_BETWEEN = BuiltIn(
    name="days_between",
    aliases=("days between two dates", "date difference", "difference in days", "days between dates"),
    names=("days", "diff", "between"),
    summary="Returns the number of days from one date, written as 2024-02-29, to a later one.",
    signature="days_between(start, end)",
    reference=_days_between,
    inputs=_two_days,
    properties={
        "so many days after the start is the end": lambda days, start, end: later(start, days) == end,
    },
    cases=(
        *(("2024-01-01", "2024-01-01"), ("2024-01-01", "2024-01-02"), ("2024-01-31", "2024-02-01")),
        *(("2024-02-28", "2024-03-01"), ("2023-02-28", "2023-03-01"), ("2023-12-31", "2024-01-01")),
        *(("2024-01-01", "2025-01-01"), ("1899-12-31", "2000-01-01")),
    ),
    accepts=_either_sign,
    accepted="a negative number of days",
)

WEEKDAY = BuiltIn(
    name="weekday",
    aliases=("day of the week", "weekday of a date", "weekday name"),
    names=("day", "week"),
    summary="Returns the English name of the weekday of a date, written as 2024-02-29.",
    signature="weekday(date)",
    reference=_weekday,
    inputs=lambda draw: (day(draw),),
    properties={
        "it is the weekday of a week later": lambda name, day: _weekday(later(day, 7)) == name,
    },
    cases=single(
        *("2024-01-01", "2024-01-02", "2024-01-06", "2024-01-07", "2024-02-29", "2023-03-01", "2000-01-01"),
        *("1999-12-31", "2024-12-25"),
    ),
    accepts=_any_case,
    readings=(lambda args: tuple(int(part) for part in args[0].split("-")),),
    accepted="the first three letters, small letters, year and month and day as numbers",
)

FORMAT_DURATION = BuiltIn(
    name="format_duration",
    aliases=("seconds to hh:mm:ss", "convert seconds to hours minutes seconds", "format seconds", "format time"),
    names=("format", "convert", "time", "duration"),
    summary="Writes a number of seconds below a day as hours, minutes and seconds: 01:01:01.",
    signature="format_duration(seconds)",
    reference=_clock,
    inputs=lambda draw: (draw.integer(0, 86_399),),
    properties={
        "read again, it is the seconds": lambda text, seconds: _seconds(text) == seconds,
    },
    cases=single(0, 1, 59, 60, 61, 600, 3599, 3600, 3661, 36000, 86399),
    accepts=_hours_of_any_width,
    accepted="one digit for hours below 10",
)

BEHAVIOURS = (LEAP_YEAR, DAYS_IN_MONTH, DAYS_BETWEEN, WEEKDAY, FORMAT_DURATION)
