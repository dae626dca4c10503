"""A matcher that asks for docstrings."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.messages import Completion
from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers.arguments import number
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.matchers.describing import listed, source
from pytest_aiassert.matchers.reading import at_line, marked, read_python
from pytest_aiassert.verdict import Verdict
from pytest_aiassert.wording import plural

_DOCUMENTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_MOST_NAMED = 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class HasDocstrings(Matcher):
    """Passes where enough functions and classes have docstrings; made by `has_docstrings`."""

    min: float = 1.0

    def judge(self, reply: Completion) -> Verdict:
        """Look at all public functions and classes; the score is the share that has a docstring."""
        code = read_python(reply)
        if code.unreadable:
            return self.verdict(passed=False, reason=code.unreadable, evidence=code.evidence)
        found = [(block, name, node) for block, tree in code.parsed for name, node in _public(tree.body)]
        if not found:
            reason = f"the code has no public function or class that could have a docstring{code.aside}"
            return self.verdict(passed=False, reason=reason, evidence=code.evidence)
        bare = [(block, name, node) for block, name, node in found if not (ast.get_docstring(node) or "").strip()]
        score = 1 - len(bare) / len(found)
        passed = score >= self.min
        names = [f"{name} ({at_line(block, node.lineno)})" for block, name, node in bare[:_MOST_NAMED]]
        missing = f"no docstring in {listed(names)}{', …' if len(bare) > _MOST_NAMED else ''}" if bare else ""
        share = f"{len(found) - len(bare)} of {plural(len(found), _KIND, _KINDS)} documented"
        short = "" if passed or self.min == 1 else f"expected at least {self.min:.0%}"
        reason = "; ".join(filter(None, [share, missing, short])) + code.aside
        evidence = marked([(block, node.lineno) for block, _, node in bare]) or code.evidence
        return self.verdict(passed, reason, score=score, evidence=evidence)

    def __repr__(self) -> str:
        return source("has_docstrings", *([] if self.min == 1 else [self.min]))


_KIND = "public function or class"
_KINDS = "public functions and classes"


def has_docstrings(min: float = 1.0) -> HasDocstrings:  # noqa: A002 - reads as has_docstrings(min=0.5)
    """Pass where at least this share of public functions and classes has docstrings.

    Names that begin with an underscore, tests, and what is defined within a function do not count. Python only.
    Raises UsageError for a `min` that is not above 0 and at most 1.
    """
    share = float(number("has_docstrings: min", min, most=1))
    if share == 0:
        raise UsageError("has_docstrings: min is 0, which every reply passes; expected a share such as 0.8")
    return HasDocstrings(min=share)


def _public(
    body: list[ast.stmt], owner: str = ""
) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]]:
    for node in body:
        if isinstance(node, (ast.If, ast.Try)):
            yield from _public(node.body, owner)
        if not isinstance(node, _DOCUMENTED) or node.name.startswith("_") or _is_test(node):
            continue
        yield owner + node.name, node
        if isinstance(node, ast.ClassDef):
            yield from _public(node.body, f"{owner}{node.name}.")


def _is_test(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    if isinstance(node, ast.ClassDef):
        return node.name.startswith("Test") or any("TestCase" in ast.dump(base) for base in node.bases)
    return node.name.startswith("test")
