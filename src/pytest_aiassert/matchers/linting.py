"""A matcher that lints Python with ruff."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.messages import Completion
from pytest_aiassert.code.extraction import Block, extract
from pytest_aiassert.code.lint import DEFAULT_IGNORE, DEFAULT_SELECT, Finding, lint, lint_many
from pytest_aiassert.code.outline import names
from pytest_aiassert.code.parsing import LONGEST_PYTHON
from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.matchers.describing import at_lines, block_evidence, no_code, source
from pytest_aiassert.verdict import Verdict
from pytest_aiassert.wording import plural

_RULE = re.compile(r"ALL|[A-Z]{1,6}[0-9]{0,4}")
_NAME = re.compile(r"[`'\"]([\w.]+)[`'\"]")
_UNDEFINED, _UNUSED_IMPORT = "F821", "F401"
_MOST_LISTED = 20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PassesLint(Matcher):
    """Passes where ruff finds nothing in the reply's Python; made by `passes_lint`."""

    select: tuple[str, ...] = DEFAULT_SELECT
    ignore: tuple[str, ...] = DEFAULT_IGNORE

    def judge(self, reply: Completion) -> Verdict:
        """Lint every Python block; the score falls by the share of lines with a finding."""
        blocks = extract(reply.text)
        python = [block for block in blocks if block.language == "python"]
        if not python:
            evidence = tuple(map(block_evidence, blocks))
            return self.verdict(passed=False, reason=no_code("python", blocks, reply), evidence=evidence)
        found = lint_blocks(python, self.select, self.ignore)
        total = sum(len(each) for each in found)
        if not total:
            reason = f"ruff finds nothing in {plural(len(python), 'python block')}, {at_lines(python)}"
            return self.verdict(passed=True, reason=reason, evidence=tuple(map(block_evidence, python)))
        dirty = [(block, each) for block, each in zip(python, found, strict=True) if each]
        evidence = tuple(block_evidence(block, [finding.line for finding in each]) for block, each in dirty)
        reason = f"{plural(total, 'finding')}: {_listed(dirty, several=len(python) > 1)}"
        return self.verdict(passed=False, reason=reason, score=cleanliness(python, found), evidence=evidence)

    def __repr__(self) -> str:
        keywords: dict[str, object] = {}
        if self.select != DEFAULT_SELECT:
            keywords["select"] = self.select
        if self.ignore != DEFAULT_IGNORE:
            keywords["ignore"] = self.ignore
        return source("passes_lint", **keywords)


def passes_lint(
    select: str | Iterable[str] = DEFAULT_SELECT, ignore: str | Iterable[str] = DEFAULT_IGNORE
) -> PassesLint:
    """Pass where ruff finds nothing in the reply's Python code.

    `select` and `ignore` are ruff's rule codes or their beginnings, in a list or parted by commas. By default
    E4, E7, E9, F and B count, without what is fine in a snippet (B011, B018, B028, B905, E712). Blocks of one reply
    belong together: a name that another block defines is not undefined. The score is the share of lines without a
    finding, 0 where code does not parse. Raises UsageError for what cannot be a rule code.
    """
    return PassesLint(select=_rules("select", select), ignore=_rules("ignore", ignore))


def lint_blocks(
    blocks: Sequence[Block], select: tuple[str, ...] = DEFAULT_SELECT, ignore: tuple[str, ...] = DEFAULT_IGNORE
) -> list[tuple[Finding, ...]]:
    """Lint blocks of one reply; what is only missing because it stands in another block is no finding."""
    short = [block for block in blocks if len(block.code) <= LONGEST_PYTHON]
    codes = [f"{block.code}\n" for block in short]
    raw = [lint(codes[0], select, ignore)] if len(codes) == 1 else lint_many(codes, select, ignore)
    linted = iter(raw)
    found = [next(linted) if len(block.code) <= LONGEST_PYTHON else (_too_long(block),) for block in blocks]
    if len(blocks) == 1:
        return found
    return [
        tuple(finding for finding in each if not _is_elsewhere(finding, block, blocks))
        for block, each in zip(blocks, found, strict=True)
    ]


def cleanliness(blocks: Sequence[Block], found: Sequence[Sequence[Finding]]) -> float:
    """Return the share of lines without a finding, 0 where a block does not parse."""
    if any(finding.is_syntax_error for each in found for finding in each):
        return 0.0
    lines = sum(bool(line.strip()) for block in blocks for line in block.code.split("\n"))
    dirty = sum(len({finding.line for finding in each}) for each in found)
    return max(0.0, 1 - dirty / max(lines, 1))


def _is_elsewhere(finding: Finding, block: Block, blocks: Sequence[Block]) -> bool:
    if finding.rule not in (_UNDEFINED, _UNUSED_IMPORT):
        return False
    name = _NAME.search(finding.message)
    return name is not None and any(
        name.group(1).rpartition(".")[2] in names(other.code) for other in blocks if other is not block
    )


def _too_long(block: Block) -> Finding:
    message = f"{len(block.code):,} characters of code; at most {LONGEST_PYTHON:,} are linted"
    return Finding(line=1, column=1, rule="invalid-syntax", message=message)


def _listed(dirty: Sequence[tuple[Block, Sequence[Finding]]], *, several: bool) -> str:
    words = [
        f"block at line {block.line}, {finding}" if several else str(finding)
        for block, each in dirty
        for finding in each
    ]
    more = [f"and {len(words) - _MOST_LISTED} more"] if len(words) > _MOST_LISTED else []
    return "; ".join(words[:_MOST_LISTED] + more)


def _rules(argument: str, value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [part for part in re.split(r"[,\s]+", value) if part]
    if not isinstance(value, Iterable):
        raise UsageError(f"passes_lint: {argument} is {value!r}; expected rule codes such as ['E', 'F401']")
    rules = tuple(value)
    for rule in rules:
        if not isinstance(rule, str) or not _RULE.fullmatch(rule):
            raise UsageError(
                f"passes_lint: {argument} has {rule!r}; "
                "expected a code such as 'E', 'F401' or 'ALL' (see: ruff rule --all)"
            )
    if argument == "select" and not rules:
        raise UsageError("passes_lint: select is empty, which every reply passes; expected at least one rule code")
    return rules
