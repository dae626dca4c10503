"""A matcher that compares code with a reference by its syntax."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from assistant.messages import Completion
from pytest_aiassert.code.extraction import Block, extract
from pytest_aiassert.code.languages import require_language
from pytest_aiassert.code.parsing import syntax_errors
from pytest_aiassert.code.shape import Shape, likeness, shapes
from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers.arguments import number, words
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.matchers.describing import block_evidence, no_code, shown, source
from pytest_aiassert.verdict import Evidence, Verdict

_MIN = 0.8
_MOST_BLOCKS = 50
_MOST_PIECES = 200
_MOST_LINES = 500


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SimilarCode(Matcher):
    """Passes where some code is like the reference; made by `similar_code`."""

    reference: str
    min: float = _MIN
    language: str = "python"

    def judge(self, reply: Completion) -> Verdict:
        """Compare every block and definition; the score is that of the one that is most alike."""
        blocks = extract(reply.text)
        wanted = [block for block in blocks if block.language == self.language][:_MOST_BLOCKS]
        if not wanted:
            evidence = tuple(map(block_evidence, blocks))
            return self.verdict(passed=False, reason=no_code(self.language, blocks, reply), evidence=evidence)
        trusted = shapes(self.reference, self.language)
        whole = trusted[0]
        alone = [trusted[1]] if len(trusted) == 2 else []  # noqa: PLR2004 - the whole, and its one definition
        pieces = [(block, piece) for block in wanted for piece in shapes(block.code, self.language)][:_MOST_PIECES]
        if not pieces:
            issues = syntax_errors(wanted[0].code, self.language)
            why = f"does not parse: {issues[0]}" if issues else "cannot be compared: it is too long or too deep"
            reason = f"the {self.language} block at line {wanted[0].line} {why}"
            return self.verdict(passed=False, reason=reason, evidence=tuple(map(block_evidence, wanted)))
        compared = [
            (likeness((alone or [whole])[0].tokens if piece.name else whole.tokens, piece.tokens), block, piece)
            for block, piece in pieces
        ]
        score, block, piece = max(compared, key=lambda each: (each[0], bool(each[2].name)))
        passed = score >= self.min
        what = piece.name if piece.name and self.language == "python" else f"the {self.language} block"
        reason = f"{what} at line {block.line + piece.line - 1} is {score:.0%} like the reference by its syntax"
        if not passed:
            reason += f"; expected at least {self.min:.0%}"
        return self.verdict(passed, reason, score=score, evidence=self._shown(block, piece))

    def _shown(self, block: Block, piece: Shape) -> tuple[Evidence, ...]:
        marks = [piece.line] if piece.name else []
        before, after = (text.strip("\n").split("\n")[:_MOST_LINES] for text in (self.reference, piece.text))
        diff = "\n".join(difflib.unified_diff(before, after, "reference", "reply", lineterm=""))
        evidence = [block_evidence(block, marks)]
        if diff:
            evidence.append(Evidence(title="compared with the reference", text=shown(diff), language="diff"))
        return tuple(evidence)

    def __repr__(self) -> str:
        keywords: dict[str, object] = {} if self.min == _MIN else {"min": self.min}
        if self.language != "python":
            keywords["language"] = self.language
        return source("similar_code", self.reference, **keywords)


def similar_code(reference: str, min: float = _MIN, language: str = "python") -> SimilarCode:  # noqa: A002 - reads as min=0.8
    """Pass where code in the reply is like the reference, by its syntax.

    Names that the author chose, comments, documentation, annotations and layout do not count. The score is Dice's
    coefficient of the runs of one to three syntax nodes, from 0 to 1: two loops that do the same in other ways are not
    alike. Raises UsageError for a reference that does not parse, an unknown language, or a `min` that is not above 0
    and at most 1.
    """
    language = require_language(language, where="similar_code: language", parsed=True)
    reference = words("similar_code: reference", reference)
    share = float(number("similar_code: min", min, most=1))
    if share == 0:
        raise UsageError("similar_code: min is 0, which any code reaches; expected a share such as 0.8")
    if not reference.strip() or not shapes(reference, language):
        raise UsageError(f"similar_code: the reference does not parse as {language}; expected source text")
    return SimilarCode(reference=reference, min=share, language=language)
