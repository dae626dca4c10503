import io
import sys

import pytest

from pytest_aiassert.cli.screen import colour, complain, progress, show, table, width


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


def test_what_an_encoding_lacks_is_escaped(monkeypatch):
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", out)
    show(["a → b"])
    out.flush()
    assert out.buffer.getvalue() == b"a \\u2192 b\n"


def test_complaints_bear_lone_surrogates(capsys):
    complain("bad \ud800 name")
    assert capsys.readouterr().err == "aiassert: bad \\ud800 name\n"


@pytest.mark.parametrize(
    ("environment", "stream", "expected"),
    [
        ({}, io.StringIO(), False),
        ({}, Terminal(), True),
        ({"TERM": "dumb"}, Terminal(), False),
        ({"NO_COLOR": "1"}, Terminal(), False),
        ({"NO_COLOR": ""}, Terminal(), True),
        ({"FORCE_COLOR": "1"}, io.StringIO(), True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, Terminal(), False),
    ],
)
def test_colour_is_for_terminals_and_who_asks(monkeypatch, environment, stream, expected):
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert colour(stream) is expected


def test_lines_are_no_wider_than_can_be_read(monkeypatch):
    monkeypatch.setenv("COLUMNS", "400")
    assert width() == 120
    monkeypatch.setenv("COLUMNS", "60")
    assert width() == 60


def test_columns_are_aligned_and_the_last_is_free():
    assert table([]) == []
    assert table([["a", "bbb", "x"], ["aa", "b", ""]]) == ["a   bbb  x", "aa  b"]


def test_progress_is_silent_unless_a_terminal_looks(monkeypatch, capsys):
    with progress("x", 2) as advance:
        advance("a", 1)
    assert capsys.readouterr().err == ""
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    with progress("recording", 2) as advance:
        advance("case-a", 1)
        advance("case-b", 1)
    assert "recording" in screen.getvalue()
    assert "case-b" in screen.getvalue()
