"""A matcher that finds secrets in a reply, and does not show them."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.messages import Completion
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.matchers.describing import excerpt, listed
from pytest_aiassert.matchers.secrets import LONGEST_SEARCHED, Secret, find_secrets, without_secrets
from pytest_aiassert.verdict import Verdict
from pytest_aiassert.wording import plural

_MOST_LISTED = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class HasNoSecrets(Matcher):
    """Passes where the reply holds no secret; made by `has_no_secrets`."""

    def judge(self, reply: Completion) -> Verdict:
        """Look for secrets in the text and in tool calls' arguments; none is repeated in the verdict."""
        texts = (reply.text, *(call.raw_arguments for call in reply.tool_calls))
        found = [find_secrets(text) for text in texts]
        if not any(found):
            searched = min(sum(map(len, texts)), LONGEST_SEARCHED)
            return self.verdict(passed=True, reason=f"no secret in {plural(searched, 'character')}")
        places = [f"{secret.kind} on line {_line(reply.text, secret)}" for secret in found[0]]
        places += [
            f"{secret.kind} in the arguments of {call.name}"
            for call, secrets in zip(reply.tool_calls, found[1:], strict=True)
            for secret in secrets
        ]
        reason = f"{plural(len(places), 'secret')}: {listed(_shortened(places))}"
        redacted = without_secrets(reply.text[:LONGEST_SEARCHED], found[0])
        evidence = (excerpt(redacted, redacted.count("\n", 0, found[0][0].start) + 1),) if found[0] else ()
        return self.verdict(passed=False, reason=reason, evidence=evidence)

    def __repr__(self) -> str:
        return "has_no_secrets()"


def has_no_secrets() -> HasNoSecrets:
    """Pass where the reply holds no key, token, password or private key.

    Known are the key formats of well-known services, private-key blocks, passwords in URLs, and random-looking values
    given to names such as `api_key`; placeholders such as `your-key-here` do not count. What is found is not shown.
    """
    return HasNoSecrets()


def _line(text: str, secret: Secret) -> int:
    return text.count("\n", 0, secret.start) + 1


def _shortened(places: list[str]) -> list[str]:
    left = len(places) - _MOST_LISTED
    return [*places[:_MOST_LISTED], f"{left} more"] if left > 0 else places
