"""What pytest shows for a failing `assert reply == matcher`."""

from __future__ import annotations

import pytest

from pytest_aiassert.cassettes.redaction import redact
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.wording import cut


def explain_comparison(config: pytest.Config, op: str, left: object, right: object) -> list[str] | None:
    """Return the lines of the report, the first one being the summary; None where no matcher is compared."""
    if op not in ("==", "!="):
        return None
    matcher, reply = (right, left) if isinstance(right, Matcher) else (left, right)
    if not isinstance(matcher, Matcher) or isinstance(reply, Matcher):
        return None
    from pytest_aiassert.reports import failure_text

    wording = "does not satisfy" if op == "==" else "satisfies"
    limit = 72 if config.get_verbosity() <= 1 else 2_000
    shown = cut(" ".join(str(reply).split()), limit)
    verdict = matcher.check(reply)
    text = failure_text((verdict,), width=text_width(config), colour=False)
    return redact(f"{shown!r} {wording} {matcher!r}\n{text}").splitlines()


def text_width(config: pytest.Config) -> int:
    """Return the columns that pytest leaves for an assertion's text."""
    return max(60, min(120, config.get_terminal_writer().fullwidth - len("E       ")))
