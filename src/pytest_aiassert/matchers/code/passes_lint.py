"""A matcher that lints code: Python with ruff, other languages with other linters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from assistant.messages import Completion
from pytest_aiassert.code.extraction import Block, extract
from pytest_aiassert.code.findings import SYNTAX, Finding
from pytest_aiassert.code.lint import DEFAULT_IGNORE, DEFAULT_SELECT, lint_many
from pytest_aiassert.code.linters import RUFF, Linter, find_linter
from pytest_aiassert.code.outline import names
from pytest_aiassert.code.parsing import LONGEST_PYTHON, SyntaxIssue, lone_surrogate, syntax_errors
from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.matchers.describing import at_lines, block_evidence, listed, no_code, source
from pytest_aiassert.matchers.reading import at_line
from pytest_aiassert.verdict import Verdict
from pytest_aiassert.wording import plural

_RULE = re.compile(r"ALL|[A-Z]{1,6}[0-9]{0,4}")
_NAME = re.compile(r"[`'\"]([\w.]+)[`'\"]")
_UNDEFINED, _UNUSED_IMPORT = "F821", "F401"
_MOST_LISTED = 20
_LONG = 5_000  # shorter code is never too deep for ruff


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PassesLint(Matcher):
    """Passes where a linter finds nothing in the reply's code; made by `passes_lint`. Without `linter` it is ruff."""

    select: tuple[str, ...] = DEFAULT_SELECT
    ignore: tuple[str, ...] = DEFAULT_IGNORE
    linter: Linter | None = None

    def judge(self, reply: Completion) -> Verdict:
        """Lint every block in the linter's languages; the score falls by the share of lines with a finding."""
        languages = ("python",) if self.linter is None else self.linter.languages
        blocks = extract(reply.text)
        linted = [block for block in blocks if block.language in languages]
        if not linted:
            evidence = tuple(map(block_evidence, blocks))
            reason = no_code(listed(languages, "or"), blocks, reply)
            return self.verdict(passed=False, reason=reason, evidence=evidence)
        found = self._found(linted)
        total = sum(len(each) for each in found)
        if not total:
            name = RUFF if self.linter is None else self.linter.name
            kinds = {block.language for block in linted}
            kind = f"{kinds.pop()} block" if len(kinds) == 1 else "block"
            reason = f"{name} finds nothing in {plural(len(linted), kind)}, {at_lines(linted)}"
            return self.verdict(passed=True, reason=reason, evidence=tuple(map(block_evidence, linted)))
        dirty = [(block, each) for block, each in zip(linted, found, strict=True) if each]
        evidence = tuple(block_evidence(block, [finding.line for finding in each]) for block, each in dirty)
        reason = f"{plural(total, 'finding')}: {_listed(dirty)}"
        return self.verdict(passed=False, reason=reason, score=cleanliness(linted, found), evidence=evidence)

    def _found(self, blocks: Sequence[Block]) -> list[tuple[Finding, ...]]:
        if self.linter is None:
            return lint_blocks(blocks, self.select, self.ignore)
        return [_unlintable(block) or self.linter.find(f"{block.code}\n", block.language or "") for block in blocks]

    def __repr__(self) -> str:
        keywords: dict[str, object] = {}
        if self.select != DEFAULT_SELECT:
            keywords["select"] = self.select
        if self.ignore != DEFAULT_IGNORE:
            keywords["ignore"] = self.ignore
        if self.linter is not None:
            keywords["linter"] = self.linter.name
        return source("passes_lint", **keywords)


def passes_lint(
    select: str | Iterable[str] = DEFAULT_SELECT, ignore: str | Iterable[str] = DEFAULT_IGNORE, linter: str = RUFF
) -> PassesLint:
    """Pass where a linter finds nothing in the reply's code, by default ruff in Python.

    `select` and `ignore` are ruff's rule codes or their beginnings, in a list or parted by commas. By default
    E4, E7, E9, F and B count, without what is fine in a snippet (B011, B018, B028, B905, E712). Blocks of one reply
    belong together: a name that another block defines is not undefined. `linter` names another one: "oxlint" for
    JavaScript and TypeScript, or one that a hook adds. The score is the share of lines without a finding, 0 where code
    does not parse. Raises UsageError for what cannot be a rule code, an unknown linter, or ruff's rules for another.
    """
    matcher = PassesLint(select=_rules("select", select), ignore=_rules("ignore", ignore))
    if linter == RUFF:
        return matcher
    if (matcher.select, matcher.ignore) != (DEFAULT_SELECT, DEFAULT_IGNORE):
        raise UsageError(f"passes_lint: select and ignore are rules of ruff; leave them out with linter={linter!r}")
    try:
        return replace(matcher, linter=find_linter(linter))
    except UsageError as error:
        raise UsageError(f"passes_lint: {error}") from None


def lint_blocks(
    blocks: Sequence[Block], select: tuple[str, ...] = DEFAULT_SELECT, ignore: tuple[str, ...] = DEFAULT_IGNORE
) -> list[tuple[Finding, ...]]:
    """Lint blocks of one reply; what is only missing because it stands in another block is no finding."""
    refused = [_unlintable(block) for block in blocks]
    codes = [f"{block.code}\n" for block, findings in zip(blocks, refused, strict=True) if not findings]
    linted = iter(lint_many(codes, select, ignore))
    found = [findings or next(linted) for findings in refused]
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


def _unlintable(block: Block) -> tuple[Finding, ...]:
    """Return what is wrong with a block that no linter is given: too much, no text, or nested too deeply for ruff."""
    code = block.code
    if len(code) > LONGEST_PYTHON:
        message = f"{len(code):,} characters of code; at most {LONGEST_PYTHON:,} are linted"
        return (Finding(line=1, rule=SYNTAX, message=message),)
    lone = lone_surrogate(code)
    issues: tuple[SyntaxIssue, ...] = () if lone is None else (lone,)
    if not issues and block.language == "python" and len(code) > _LONG:
        issues = syntax_errors(code, "python")
    return tuple(Finding(line=each.line, column=each.column, rule=SYNTAX, message=each.message) for each in issues)


def _listed(dirty: Sequence[tuple[Block, Sequence[Finding]]]) -> str:
    words = [
        f"{at_line(block, finding.line)}: {finding.rule} {finding.message}" for block, each in dirty for finding in each
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
