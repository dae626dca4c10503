"""A matcher of what a reply took: time, tokens, money."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType

from assistant.messages import Completion
from pytest_aiassert.errors import CannotJudgeError, UsageError
from pytest_aiassert.matchers.arguments import number, whole_number
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.matchers.describing import source
from pytest_aiassert.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Within(Matcher):
    """Passes where a reply keeps to its limits; made by `within`."""

    latency: float | None = None
    tokens: int | None = None
    cost: float | None = None
    first_token: float | None = None

    def judge(self, reply: Completion) -> Verdict:
        """Hold every limit; raises CannotJudgeError where the reply does not say what it took."""
        parts = [
            self._part(name, taken, limit)
            for name, limit, taken in (
                ("latency", self.latency, reply.latency),
                ("tokens", self.tokens, reply.usage.total_tokens or None),
                ("cost", self.cost, reply.cost),
                ("first_token", self.first_token, reply.first_token),
            )
            if limit is not None
        ]
        over = [part for part in parts if not part.passed]
        reason = "; ".join(part.reason for part in over or parts)
        score = min(part.score for part in parts)
        return self.verdict(not over, reason, score=score, parts=tuple(parts) if len(parts) > 1 else ())

    def _part(self, name: str, taken: float | None, limit: float) -> Verdict:
        if taken is None or not math.isfinite(taken) or taken < 0:
            raise CannotJudgeError(f"within: the reply does not say its {name}; {_HINTS[name]}")
        said, most = _WORDS[name]
        passed = taken <= limit
        score = 1.0 if passed else limit / taken
        reason = f"{said.format(taken)}, {most.format(limit)} allowed"
        return Verdict(matcher=f"within.{name}", passed=passed, score=score, reason=reason)

    def __repr__(self) -> str:
        limits = {"latency": self.latency, "tokens": self.tokens, "cost": self.cost, "first_token": self.first_token}
        return source("within", **{name: limit for name, limit in limits.items() if limit is not None})


_WORDS = MappingProxyType(
    {
        "latency": ("{:.3g} s", "{:g} s"),
        "tokens": ("{:,} tokens", "{:,}"),
        "cost": ("${:.4g}", "${:g}"),
        "first_token": ("{:.3g} s to the first token", "{:g} s"),
    }
)
_HINTS = MappingProxyType(
    {
        "latency": "judge the Completion that a provider returned, not its text",
        "tokens": "judge the Completion that a provider returned, not its text; some servers do not count tokens",
        "cost": "judge the Completion that a provider returned, not its text, of a model that has a price",
        "first_token": "it is known of streams: judge Completion.of_chunks(ai.stream(…))",
    }
)


def within(
    latency: float | None = None,
    tokens: int | None = None,
    cost: float | None = None,
    first_token: float | None = None,
) -> Within:
    """Pass where the reply took at most this: seconds, tokens, US dollars.

    Tokens are those of input and output together; `first_token` is the seconds up to the first text of a stream. A
    reply that does not carry a value cannot be judged. The score is the limit's share of what was taken. Raises
    UsageError without any limit, and for one that is no number.
    """
    if latency is None and tokens is None and cost is None and first_token is None:
        raise UsageError("within() needs latency, tokens, cost or first_token, such as within(latency=2.0)")
    return Within(
        latency=None if latency is None else number("within: latency", latency),
        tokens=None if tokens is None else whole_number("within: tokens", tokens, least=0),
        cost=None if cost is None else number("within: cost", cost),
        first_token=None if first_token is None else number("within: first_token", first_token),
    )
