"""Every error pytest-aiassert raises.

AIAssertError
├── UsageError              an option, marker or argument that cannot work
├── CoercionError           a value that is neither text nor a reply
├── CannotJudgeError        a matcher lacks what it needs: a tool, a language, an isolation layer
│   └── JudgeError          a model that judges gave no answer, or none that can be used
├── CassetteError           a cassette that cannot be read or written
│   └── CassetteMissError   a request that the cassette has no reply for
├── GoldenSetError          a golden set that cannot be read
├── RunFileError            a run file that cannot be read
└── BudgetError             a cap on money, tokens or time is used up

TrafficRefusedError         HTTP traffic that a test does not allow; a BaseException, so that applications that retry
                            or swallow every Exception do not hide it
"""

from __future__ import annotations


class AIAssertError(Exception):
    """The root of all errors raised on purpose by this package."""


class UsageError(AIAssertError, ValueError):
    """An option, marker or argument that cannot work."""


class CoercionError(AIAssertError, TypeError):
    """A value that is neither text nor a reply; the message names the hook that teaches a type."""


class CannotJudgeError(AIAssertError):
    """A matcher lacks what it needs to judge; neither a pass nor a fail."""


class JudgeError(CannotJudgeError):
    """A judge gave no usable answer; `reply` holds what it said, empty where it said nothing."""

    def __init__(self, message: str, *, reply: str = "") -> None:
        super().__init__(message)
        self.reply = reply


class CassetteError(AIAssertError):
    """A cassette that cannot be read or written."""


class CassetteMissError(CassetteError):
    """A request that the cassette has no reply for."""


class GoldenSetError(AIAssertError):
    """A golden set that cannot be read; the message names file and line."""


class RunFileError(AIAssertError):
    """A run file that cannot be read; the message names file and line."""


class BudgetError(AIAssertError):
    """A cap on money, tokens or time is used up."""


class TrafficRefusedError(BaseException):
    """HTTP traffic that a test does not allow; no `except Exception` catches it.

    A test that means it to happen sets `expected`, and does not fail by it.
    """

    expected: bool = False
