"""Matchers of code as such: is there any, does it parse."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from assistant.messages import Completion
from pytest_aiassert.code.extraction import Block, extract
from pytest_aiassert.code.languages import KNOWN_LANGUAGES, require_language
from pytest_aiassert.code.parsing import SyntaxIssue, syntax_errors
from pytest_aiassert.matchers.arguments import whole_number
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.matchers.describing import at_lines, block_evidence, listed, no_code, source
from pytest_aiassert.verdict import Verdict
from pytest_aiassert.wording import plural


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ContainsCode(Matcher):
    """Passes where the reply has code; made by `contains_code`."""

    language: str | None = None
    min_blocks: int = 1

    def judge(self, reply: Completion) -> Verdict:
        """Count the blocks; the score is their share of `min_blocks`."""
        blocks = extract(reply.text)
        wanted = [block for block in blocks if self.language is None or block.language == self.language]
        name = f"{self.language} block" if self.language else "block of code"
        names = f"{self.language} blocks" if self.language else "blocks of code"
        evidence = tuple(block_evidence(block) for block in wanted or blocks)
        if len(wanted) >= self.min_blocks:
            reason = f"{plural(len(wanted), name, names)}, {at_lines(wanted)}"
            return self.verdict(passed=True, reason=reason, evidence=evidence)
        score = len(wanted) / self.min_blocks
        if wanted:
            reason = f"{plural(len(wanted), name, names)}, {at_lines(wanted)}; expected at least {self.min_blocks}"
        else:
            reason = no_code(self.language, blocks, reply)
        return self.verdict(passed=False, reason=reason, score=score, evidence=evidence)

    def __repr__(self) -> str:
        arguments = [] if self.language is None else [self.language]
        keywords = {} if self.min_blocks == 1 else {"min_blocks": self.min_blocks}
        return source("contains_code", *arguments, **keywords)


def contains_code(language: str | None = None, min_blocks: int = 1) -> ContainsCode:
    """Pass where the reply holds code, in `language` if given.

    Fences are not needed: a reply that is code, or prose around code, counts. The score is the share of
    `min_blocks` found. Raises UsageError for an unknown language or a `min_blocks` below 1.
    """
    if language is not None:
        language = require_language(language, where="contains_code: language")
    min_blocks = whole_number("contains_code: min_blocks", min_blocks, least=1)
    return ContainsCode(language=language, min_blocks=min_blocks)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Parses(Matcher):
    """Passes where all code parses; made by `parses`."""

    language: str | None = None

    def judge(self, reply: Completion) -> Verdict:
        """Parse every block; the score is the share that parses."""
        blocks = extract(reply.text)
        parsed = [block for block in blocks if self._counts(block)]
        if not parsed:
            reason = no_code(self.language, blocks, reply)
            if blocks and self.language is None:
                names = listed(sorted({repr(block.language or "unknown") for block in blocks}))
                reason = f"no code in a language that can be parsed: found {names}"
            return self.verdict(passed=False, reason=reason, evidence=tuple(map(block_evidence, blocks)))
        issues = [(block, syntax_errors(block.code, block.language or "")) for block in parsed]
        broken = [(block, found) for block, found in issues if found]
        evidence = tuple(block_evidence(block, [issue.line for issue in found]) for block, found in broken)
        if not broken:
            names = listed([f"{number} {name}" for name, number in Counter(b.language for b in parsed).items()])
            reason = f"{names} {'block parses' if len(parsed) == 1 else 'blocks parse'}"
            return self.verdict(passed=True, reason=reason, evidence=tuple(map(block_evidence, parsed)))
        score = 1 - len(broken) / len(parsed)
        reason = "; ".join(_broken(*pair) for pair in broken)
        return self.verdict(passed=False, reason=reason, score=score, evidence=evidence)

    def _counts(self, block: Block) -> bool:
        return block.language in KNOWN_LANGUAGES if self.language is None else block.language == self.language

    def __repr__(self) -> str:
        return source("parses", *([] if self.language is None else [self.language]))


def parses(language: str | None = None) -> Parses:
    """Pass where all code, or all code in `language`, parses without an error.

    Blocks in languages that have no grammar are left out. A reply without code fails. The score is the share of
    blocks that parse. Raises UsageError for a language that cannot be parsed.
    """
    if language is not None:
        language = require_language(language, where="parses: language", parsed=True)
    return Parses(language=language)


def _broken(block: Block, issues: tuple[SyntaxIssue, ...]) -> str:
    """Say where a block breaks, in the reply's own line numbers as well."""
    first = issues[0]
    more = f" and {plural(len(issues) - 1, 'more place')}" if len(issues) > 1 else ""
    cut = "" if block.closed else "; the reply ends before the fence does"
    return f"the {block.language} block at line {block.line} does not parse: its {first}{more}{cut}"
