"""A matcher that grades code: points for several qualities, 0 to 100 in all."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from assistant.messages import Completion
from pytest_aiassert.code.extraction import Block, extract
from pytest_aiassert.code.languages import KNOWN_LANGUAGES
from pytest_aiassert.code.outline import FunctionOutline, functions
from pytest_aiassert.code.parsing import syntax_errors
from pytest_aiassert.code.testfinding import TESTED_LANGUAGES, find_tests
from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers.arguments import number
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.matchers.code.passes_lint import cleanliness, lint_blocks
from pytest_aiassert.matchers.describing import block_evidence, listed, no_code, source
from pytest_aiassert.matchers.reading import at_line
from pytest_aiassert.verdict import Verdict
from pytest_aiassert.wording import plural

DEFAULT_WEIGHTS: Mapping[str, float] = MappingProxyType(
    {"code": 20, "parses": 25, "lint": 20, "complexity": 10, "documented": 10, "typed": 10, "tested": 5}
)
"""Points for each part; correctness is for `implements` to judge."""

_DEFAULT_MIN = 70
_SIMPLE, _TANGLED = 10, 30
_ENOUGH_TESTS = 3

Grade: TypeAlias = tuple[float, str]
"""A part's share of its points, 0 to 1, and why."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class QualityScore(Matcher):
    """Passes where code earns enough points; made by `quality_score`."""

    min: float = _DEFAULT_MIN
    weights: Mapping[str, float] = field(default_factory=lambda: DEFAULT_WEIGHTS)

    def judge(self, reply: Completion) -> Verdict:
        """Grade every part that can be told of the code's language; the score is points / 100."""
        blocks = extract(reply.text)
        if not blocks:
            return self.verdict(self.min <= 0, f"0 of 100 points: {no_code(None, blocks, reply)}", score=0.0)
        grades = {part: grade for part in self.weights if (grade := _PARTS[part](blocks)) is not None}
        if not grades:
            names = listed(sorted({block.language or "a language that nobody can tell" for block in blocks}))
            reason = f"0 of 100 points: {listed(list(self.weights))} cannot be told of {names}"
            return self.verdict(self.min <= 0, reason, score=0.0, evidence=tuple(map(block_evidence, blocks)))
        total = sum(self.weights[part] for part in grades)
        points = 100 * sum(self.weights[part] * share for part, (share, _) in grades.items()) / total
        parts = tuple(self._part(part, *grade) for part, grade in grades.items())
        table = " · ".join(
            f"{part} {_shown(share * self.weights[part])}/{self.weights[part]:g}" for part, (share, _) in grades.items()
        )
        skipped = [part for part in self.weights if part not in grades]
        left_out = f" (left out: {listed(skipped)})" if skipped else ""
        reason = f"{_shown(points)} of 100 points, {self.min:g} needed: {table}{left_out}"
        worst = min(parts, key=lambda part: part.score, default=None)
        if worst is not None and worst.score < 1:
            reason += f"; {worst.matcher.rpartition('.')[2]}: {worst.reason}"
        passed = points >= self.min or math.isclose(points, self.min)
        evidence = tuple(block_evidence(block) for block in blocks)
        return self.verdict(passed, reason, score=min(points, 100.0) / 100, evidence=evidence, parts=parts)

    def _part(self, part: str, share: float, reason: str) -> Verdict:
        matcher = f"quality_score.{part}"
        return Verdict(matcher=matcher, passed=100 * share >= self.min, score=share, reason=reason)

    def __repr__(self) -> str:
        arguments = [] if self.min == _DEFAULT_MIN else [self.min]
        keywords = {} if self.weights == DEFAULT_WEIGHTS else {"weights": dict(self.weights)}
        return source("quality_score", *arguments, **keywords)


def quality_score(min: float = _DEFAULT_MIN, weights: Mapping[str, float] | None = None) -> QualityScore:  # noqa: A002
    """Pass where the reply's code earns at least `min` of 100 points.

    The parts: `code` (is there any), `parses`, `lint` (ruff), `complexity` (the worst function's, McCabe),
    `documented`, `typed` and `tested`. `weights` names the parts that count, and their weights; a part that cannot
    be told of a language is left out. It says nothing of what the code does. Raises UsageError for other names,
    weights that are negative or all zero, and a `min` outside 0 to 100.
    """
    needed = number("quality_score: min", min, most=100)
    return QualityScore(min=needed, weights=DEFAULT_WEIGHTS if weights is None else _checked(weights))


def _checked(weights: object) -> Mapping[str, float]:
    if not isinstance(weights, Mapping):
        raise UsageError(f"quality_score: weights is {weights!r}; expected a mapping of parts to weights")
    for part in weights:
        if part not in _PARTS:
            raise UsageError(f"quality_score: weights has {part!r}; the parts are {listed(list(_PARTS))}")
    given = {str(part): number(f"quality_score: weights[{part!r}]", weight) for part, weight in weights.items()}
    counting = {part: weight for part, weight in given.items() if weight > 0}
    if not counting:
        raise UsageError("quality_score: weights are all zero; give at least one part a weight")
    return MappingProxyType(counting)


def _code(blocks: tuple[Block, ...]) -> Grade:
    cut = [block for block in blocks if not block.closed]
    if cut:
        return 1 - 0.5 * len(cut) / len(blocks), f"the block at line {cut[0].line} is cut off"
    return 1.0, plural(len(blocks), "block")


def _parses(blocks: tuple[Block, ...]) -> Grade | None:
    known = [block for block in blocks if block.language in KNOWN_LANGUAGES]
    if not known:
        return None
    broken = [(block, issues) for block in known if (issues := syntax_errors(block.code, block.language or ""))]
    if broken:
        block, issues = broken[0]
        return 1 - len(broken) / len(known), f"the block at line {block.line} does not parse: {issues[0]}"
    return 1.0, "all code parses"


def _lint(blocks: tuple[Block, ...]) -> Grade | None:
    python = _python(blocks)
    if not python:
        return None
    found = lint_blocks(python)
    first = next(((block, finding) for block, each in zip(python, found, strict=True) for finding in each), None)
    if first is None:
        return 1.0, "ruff finds nothing"
    block, finding = first
    total = plural(sum(len(each) for each in found), "finding")
    return cleanliness(
        python, found
    ), f"{total}, first: {at_line(block, finding.line)}: {finding.rule} {finding.message}"


def _complexity(blocks: tuple[Block, ...]) -> Grade | None:
    outlines = _functions(blocks)
    if not outlines:
        return None
    worst = max(outlines, key=lambda outline: outline.complexity)
    share = 1 - (worst.complexity - _SIMPLE) / (_TANGLED - _SIMPLE)
    return max(0.0, min(1.0, share)), f"{worst.name} has a complexity of {worst.complexity}"


def _documented(blocks: tuple[Block, ...]) -> Grade | None:
    public = [outline for outline in _functions(blocks) if not outline.name.startswith(("_", "test"))]
    if not public:
        return None
    without = [outline.name for outline in public if not outline.documented]
    reason = f"no docstring: {', '.join(without)}" if without else "every function has a docstring"
    return 1 - len(without) / len(public), reason


def _typed(blocks: tuple[Block, ...]) -> Grade | None:
    outlines = [outline for outline in _functions(blocks) if not outline.name.startswith("test")]
    if not outlines:
        return None
    without = [outline.name for outline in outlines if outline.typed < 1]
    reason = f"not fully annotated: {', '.join(without)}" if without else "every function is annotated"
    return sum(outline.typed for outline in outlines) / len(outlines), reason


def _tested(blocks: tuple[Block, ...]) -> Grade | None:
    readable = [block for block in blocks if block.language in TESTED_LANGUAGES]
    if not readable:
        return None
    tests = [test for block in readable for test in find_tests(block.code, block.language or "").tests]
    full = sum(test.assertions > 0 for test in tests)
    return min(1.0, full / _ENOUGH_TESTS), f"{plural(full, 'test')} with assertions"


def _shown(points: float) -> str:
    """Write points rounded down, so that what is not enough does not look enough."""
    return f"{math.floor(points * 10 + 1e-6) / 10:g}"


def _python(blocks: tuple[Block, ...]) -> list[Block]:
    return [block for block in blocks if block.language == "python"]


def _functions(blocks: tuple[Block, ...]) -> list[FunctionOutline]:
    return [outline for block in _python(blocks) for outline in functions(block.code)]


_PARTS: Mapping[str, Callable[[tuple[Block, ...]], Grade | None]] = MappingProxyType(
    {
        "code": _code,
        "parses": _parses,
        "lint": _lint,
        "complexity": _complexity,
        "documented": _documented,
        "typed": _typed,
        "tested": _tested,
    }
)
