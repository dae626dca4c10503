"""What pytest shows for a failing `assert reply == matcher`."""

from __future__ import annotations

import pytest

from pytest_aiassert.matchers.base import Matcher


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
    text = " ".join(str(reply).split())
    shown = text if len(text) <= limit else f"{text[:limit]}…"
    verdict = matcher.check(reply)
    return [f"{shown!r} {wording} {matcher!r}", *failure_text((verdict,), width=100, colour=False).splitlines()]
