"""The `expect` fixture: every matcher is evaluated and recorded, then one assertion tells all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytest_aiassert.cassettes.redaction import redact
from pytest_aiassert.errors import CannotJudgeError, UsageError
from pytest_aiassert.integration.evaluation import Recorder
from pytest_aiassert.verdict import Checks, Verdict
from pytest_aiassert.wording import plural


class Expect:
    """Called with a reply, returns an Expectation of it; `width` is that of a failure's text, in columns."""

    def __init__(self, recorder: Callable[[], Recorder], *, width: int = 100) -> None:
        self._recorder = recorder
        self._width = width

    def __call__(self, reply: Any) -> Expectation:
        """Say whose quality is meant: a str, a Completion, or a type that a hook teaches."""
        return Expectation(reply, self._recorder, self._width)


class Expectation:
    """A reply about to be judged."""

    def __init__(self, reply: Any, recorder: Callable[[], Recorder], width: int) -> None:
        self._reply = reply
        self._recorder = recorder
        self._width = width

    def to(self, *matchers: Checks) -> tuple[Verdict, ...]:
        """Judge by every matcher, then raise one AssertionError that shows all; returns the verdicts."""
        __tracebackhide__ = True
        return self._judge(matchers, "to")

    def not_to(self, *matchers: Checks) -> tuple[Verdict, ...]:
        """Like `to`, with every matcher negated."""
        __tracebackhide__ = True
        from pytest_aiassert.matchers import Matcher, not_

        for matcher in matchers:
            if not isinstance(matcher, Matcher):
                raise UsageError(f"expect(…).not_to takes matchers, got {type(matcher).__name__} {matcher!r}")
        return self._judge(tuple(not_(m) for m in matchers if isinstance(m, Matcher)), "not_to")

    def _judge(self, matchers: tuple[Checks, ...], verb: str) -> tuple[Verdict, ...]:
        __tracebackhide__ = True
        if not matchers:
            raise UsageError(f"expect(…).{verb}() was given no matcher, so it would pass whatever the reply")
        for matcher in matchers:
            if isinstance(matcher, type) or not callable(getattr(matcher, "check", None)):
                raise UsageError(f"expect(…).{verb} takes matchers, got {type(matcher).__name__} {matcher!r}")
        verdicts = self._asked(matchers)
        if not all(verdict.passed for verdict in verdicts):
            raise AssertionError(_explain(verdicts, self._width))
        return verdicts

    def _asked(self, matchers: tuple[Checks, ...]) -> tuple[Verdict, ...]:
        """Ask and record every matcher; then raise what the first said that cannot judge, with a note on the others."""
        __tracebackhide__ = True
        verdicts: list[Verdict] = []
        unable: CannotJudgeError | None = None
        for matcher in matchers:
            try:
                verdict = _verdict(matcher, matcher.check(self._reply))
            except CannotJudgeError as error:
                unable = unable or error
                continue
            self._recorder().verdicts.append(verdict)
            verdicts.append(verdict)
        if unable is None:
            return tuple(verdicts)
        if not all(verdict.passed for verdict in verdicts):
            unable.add_note(_explain(tuple(verdicts), self._width))
        raise unable.with_traceback(None)  # it says what to do; how it came to be is no help


def _verdict(matcher: Checks, said: object) -> Verdict:
    if not isinstance(said, Verdict):
        raise UsageError(f"{matcher!r} returned {type(said).__name__} from check(); it must return a Verdict")
    return said


def _explain(verdicts: tuple[Verdict, ...], width: int) -> str:
    from pytest_aiassert.reports import failure_text

    failed = sum(not verdict.passed for verdict in verdicts)
    text = failure_text(verdicts, width=width, colour=False)
    return redact(f"{failed} of {plural(len(verdicts), 'expectation')} failed\n{text}")
