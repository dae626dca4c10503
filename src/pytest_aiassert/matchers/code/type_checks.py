"""A matcher that type-checks Python with mypy or pyright, where one of them is installed."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.messages import Completion
from pytest_aiassert.code.typechecking import CHECKERS, find_checker, type_check
from pytest_aiassert.matchers.arguments import choice, flag
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.matchers.code.passes_lint import cleanliness
from pytest_aiassert.matchers.code.suites import laid_out
from pytest_aiassert.matchers.describing import source
from pytest_aiassert.matchers.reading import marked, read_python
from pytest_aiassert.verdict import Verdict
from pytest_aiassert.wording import plural

_MOST_LISTED = 8
_REDEFINED = frozenset({"no-redef", "reportRedeclaration"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class TypeChecks(Matcher):
    """Passes where a type checker finds no error; made by `type_checks`."""

    strict: bool = False
    checker: str | None = None

    def judge(self, reply: Completion) -> Verdict:
        """Check all Python blocks as one program; the score is the share of lines without an error."""
        code = read_python(reply)
        if code.complaint:
            return self.verdict(passed=False, reason=code.complaint, evidence=code.evidence)
        blocks = [block for block, _ in code.parsed]
        name, _ = find_checker(self.checker)
        found = type_check(laid_out(blocks), self.checker, strict=self.strict)
        if len(blocks) > 1:  # a reply may show a function twice
            found = tuple(each for each in found if each.rule not in _REDEFINED)
        what = f"{name}{' --strict' if self.strict else ''}"
        if not found:
            reason = f"{what} finds no error in {plural(len(blocks), 'python block')}"
            return self.verdict(passed=True, reason=reason, evidence=code.evidence)
        placed = [
            (block, each)
            for each in found
            for block in blocks
            if block.line <= each.line <= block.line + block.code.count("\n")
        ]
        words = [f"line {each.line}: {each.message} [{each.rule}]" for each in found]
        more = f"; and {len(words) - _MOST_LISTED} more" if len(words) > _MOST_LISTED else ""
        reason = f"{what} finds {plural(len(found), 'error')}: {'; '.join(words[:_MOST_LISTED])}{more}"
        evidence = marked([(block, each.line - block.line + 1) for block, each in placed]) or code.evidence
        return self.verdict(passed=False, score=cleanliness(blocks, [found]), reason=reason, evidence=evidence)

    def __repr__(self) -> str:
        keywords: dict[str, object] = {"strict": True} if self.strict else {}
        if self.checker is not None:
            keywords["checker"] = self.checker
        return source("type_checks", **keywords)


def type_checks(*, strict: bool = False, checker: str | None = None) -> TypeChecks:
    """Pass where a type checker finds no error in the reply's Python code.

    Its blocks are read as one program. `checker` is mypy or pyright; without it, the first that is installed. Your own
    configuration is not read, the code is not run, and packages that are not installed are taken as untyped. The score
    is the share of lines without an error. Raises UsageError for an unknown checker; judging raises CannotJudgeError
    where none is installed.
    """
    if checker is not None:
        checker = choice("type_checks: checker", checker, CHECKERS)
    return TypeChecks(strict=flag("type_checks: strict", strict), checker=checker)
