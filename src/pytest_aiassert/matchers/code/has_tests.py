"""A matcher that looks for tests in a reply's code."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from assistant.messages import Completion
from pytest_aiassert.code.extraction import Block, extract
from pytest_aiassert.code.testfinding import TESTED_LANGUAGES, FoundTest, FoundTests, find_tests
from pytest_aiassert.matchers.arguments import whole_number
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.matchers.describing import block_evidence, listed, no_code, source
from pytest_aiassert.verdict import Verdict
from pytest_aiassert.wording import plural

_MOST_NAMED = 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class HasTests(Matcher):
    """Passes where the reply has tests with assertions; made by `has_tests`."""

    min: int = 1

    def judge(self, reply: Completion) -> Verdict:
        """Count tests in all blocks; the score is their share of `min`."""
        blocks = extract(reply.text)
        tested = [block for block in blocks if block.language in TESTED_LANGUAGES]
        if not tested:
            evidence = tuple(map(block_evidence, blocks))
            reason = no_code(None, (), reply) if not blocks else f"{_NONE_READABLE}; {no_code(None, blocks, reply)}"
            return self.verdict(passed=False, reason=reason, evidence=evidence)
        found = [(block, find_tests(block.code, block.language or "")) for block in tested]
        full = [test for _, each in found for test in each.tests if test.assertions]
        empty = [test for _, each in found for test in each.tests if not test.assertions]
        evidence = tuple(block_evidence(block, [test.line for test in each.tests]) for block, each in found)
        passed = len(full) >= self.min
        reason = "; ".join(filter(None, [self._counted(full), _empty(empty), "" if passed else _instead(found)]))
        return self.verdict(passed, reason, score=min(1.0, len(full) / self.min), evidence=evidence)

    def _counted(self, full: list[FoundTest]) -> str:
        kinds = Counter(test.kind for test in full)
        names = ", ".join(test.name for test in full[:_MOST_NAMED]) + (", …" if len(full) > _MOST_NAMED else "")
        short = "" if len(full) >= self.min else f", expected at least {self.min}"
        if not full:
            return f"no test with an assertion{short}"
        kind = listed([plural(number, kind) for kind, number in kinds.items()])
        return f"{kind} with assertions ({names}){short}"

    def __repr__(self) -> str:
        return source("has_tests", *([] if self.min == 1 else [self.min]))


_NONE_READABLE = f"tests are recognised in {listed(TESTED_LANGUAGES)} only"


def has_tests(min: int = 1) -> HasTests:  # noqa: A002  # reads as has_tests(min=2)
    """Pass where the reply's code has at least `min` tests that assert something.

    Tests are pytest functions, methods of `Test…` classes and of unittest's TestCase, and `test(…)` or `it(…)` in
    JavaScript and TypeScript. Doctests do not count. Nothing is run. Raises UsageError for a `min` below 1.
    """
    return HasTests(min=whole_number("has_tests: min", min, least=1))


def _empty(empty: list[FoundTest]) -> str:
    if not empty:
        return ""
    where = listed([f"{test.name} (line {test.line})" for test in empty[:_MOST_NAMED]])
    return f"{plural(len(empty), 'test')} without any assertion: {where}"


def _instead(found: list[tuple[Block, FoundTests]]) -> str:
    """Say what else there is that looks like a test."""
    loose = [line for _, each in found for line in each.loose]
    doctests = sum(each.doctests for _, each in found)
    parts = []
    if loose:
        parts.append(f"{plural(len(loose), 'assertion')} outside of any test (line {loose[0]} of the code)")
    if doctests:
        parts.append(f"{plural(doctests, 'doctest example')}, which pytest does not collect by itself")
    cut = [block for block, _ in found if not block.closed]
    if cut:
        parts.append(f"the block at line {cut[0].line} is cut off")
    return "; ".join(parts)
