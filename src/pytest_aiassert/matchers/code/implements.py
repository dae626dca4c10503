"""The `implements` matcher: does the code in a reply do what was asked."""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assistant.messages import Completion
from pytest_aiassert.behaviours import AnyBehaviour, Attempt, Example, attempt_named, best_attempt, find_behaviour
from pytest_aiassert.behaviours.instances import classes_of
from pytest_aiassert.code.extraction import Block, extract
from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.matchers.describing import block_evidence, listed, no_code, source
from pytest_aiassert.sandbox import Function, outline, parse
from pytest_aiassert.verdict import Evidence, Verdict
from pytest_aiassert.wording import plural

_MOST_BLOCKS = 8
_PATIENCE = 15.0  # seconds after which no further block is tried
_CASE_KEYS = frozenset({"args", "kwargs", "returns", "raises"})


def implements(target: str, *, cases: Sequence[Any] | None = None) -> Matcher:
    """Pass where the reply's Python code does what `target` says.

    `target` is a signature ("add(a, b)"), a function's name with `cases`, or a behaviour ("addition", "stack"), whose
    function or class is found by what it does. A case is `(args, returns)` or a mapping of args, kwargs and returns or
    raises. Values compare as by `==`, floats within 1e-9, and a tuple may stand for a list. The score is the share that
    agrees.
    Raises UsageError for an unknown behaviour, an unreadable signature or a misshapen case.
    """
    target = _read_target(target)
    if cases is None:
        if "(" in target:
            return Signature(wanted=_read_signature(target), target=target)
        return Behaves(behaviour=find_behaviour(target), target=target)
    signature = _read_signature(target) if "(" in target else None
    if signature is None and not target.isidentifier():
        raise UsageError(f"implements: {target!r} is no name of a function; with cases, name the function to call")
    examples = _read_cases(cases)
    return Agrees(target=target, signature=signature, examples=examples, cases=tuple(cases))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Signature(Matcher):
    """Passes where a function of this name has these parameters; made by `implements`."""

    wanted: Function
    target: str

    def judge(self, reply: Completion) -> Verdict:
        """Compare parameters by name and order; the score is their share that agrees."""
        blocks = _python_blocks(reply)
        found: list[tuple[float, Function, Block]] = []
        for block, functions in _outlined(blocks):
            found += [(_likeness(self.wanted, f), f, block) for f in functions if f.name == self.wanted.name]
        if not found:
            return self.verdict(passed=False, reason=_nothing(reply, blocks, self.wanted.name), evidence=_shown(blocks))
        score, function, block = max(found, key=lambda item: item[0])
        evidence = (block_evidence(block, [function.line]),)
        if function.parameters == self.wanted.parameters:
            return self.verdict(passed=True, reason=f"defines {function}", evidence=evidence)
        reason = f"defines {function}, expected {self.wanted}"
        return self.verdict(passed=False, score=min(score, 0.99), reason=reason, evidence=evidence)

    def __repr__(self) -> str:
        return source("implements", self.target)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Agrees(Matcher):
    """Passes where a function of this name agrees with every case; made by `implements`."""

    target: str
    signature: Function | None
    examples: tuple[Example, ...]
    cases: tuple[Any, ...]

    def judge(self, reply: Completion) -> Verdict:
        """Call the function in the sandbox; the score is the share of cases that agree."""
        if self.signature is not None:
            shape = _renamed(self, Signature(wanted=self.signature, target=self.target).judge(reply))
            if not shape.passed:
                return replace(shape, score=0.0)
        name = self.signature.name if self.signature else self.target

        def attempt(code: str) -> Attempt | None:
            function = next((f for f in reversed(outline(code)) if f.name == name), None)
            if function is None and name not in _assigned(code):
                return None
            return attempt_named(code, function or name, self.examples)

        return judge_code(self, reply, attempt, what=f"function {name!r}", unit="case")

    def __repr__(self) -> str:
        return source("implements", self.target, cases=list(self.cases))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Behaves(Matcher):
    """Passes where some function or class behaves as named; made by `implements`."""

    behaviour: AnyBehaviour
    target: str

    def judge(self, reply: Completion) -> Verdict:
        """Try functions or classes in the sandbox; the score is the best one's share that agrees."""

        def attempt(code: str) -> Attempt | None:
            return best_attempt(code, self.behaviour)

        return judge_code(self, reply, attempt, what=self.behaviour.sought, unit=self.behaviour.unit)

    def __repr__(self) -> str:
        return source("implements", self.target)


def _renamed(matcher: Matcher, verdict: Verdict) -> Verdict:
    """Put a matcher's own name on another's verdict."""
    return replace(verdict, matcher=repr(matcher))


def judge_code(
    matcher: Matcher, reply: Completion, attempt: Callable[[str], Attempt | None], *, what: str, unit: str
) -> Verdict:
    """Try block by block, then all blocks joined; the best attempt decides."""
    blocks = _python_blocks(reply)
    best: tuple[Attempt, Block] | None = None
    deadline = time.monotonic() + _PATIENCE
    for block in _programs(blocks):
        if time.monotonic() > deadline:
            break
        try:
            attempted = attempt(block.code)
        except SyntaxError:
            continue
        if attempted is not None and (best is None or attempted.agreed > best[0].agreed):
            best = (attempted, block)
        if attempted is not None and attempted.satisfied:
            break
    if best is None:
        return matcher.verdict(passed=False, reason=_nothing(reply, blocks, what), evidence=_shown(blocks))
    attempted, block = best
    evidence = [block_evidence(block, [attempted.line] if attempted.line else [])]
    if attempted.satisfied:
        reason = f"{attempted.name} agrees with {_all(attempted.total, unit)}"
        return matcher.verdict(passed=True, reason=reason, evidence=tuple(evidence))
    counterexample = attempted.counterexample or ""
    evidence.append(Evidence(title="counterexample", text=counterexample))
    agree = "agrees" if attempted.total == 1 else "agree"
    reason = (
        f"{counterexample}; {attempted.agreed} of {plural(attempted.total, unit)} {agree}{_trouble(attempted, block)}"
    )
    return matcher.verdict(passed=False, score=attempted.score, reason=reason, evidence=tuple(evidence))


def _trouble(attempted: Attempt, block: Block) -> str:
    """Say what went wrong when the code was loaded, where that explains the counterexample."""
    error = attempted.load_error
    if error is None or " raised NameError" not in (attempted.counterexample or ""):
        return ""
    where = f" at line {block.line + error.line - 1} of the reply" if error.line else ""
    known = " (the sandbox has the standard library only)" if error.error == "ModuleNotFoundError" else ""
    return f"; loading the code raised {error.error}: {error.message}{where}{known}"


def _all(number: int, unit: str) -> str:
    return f"all {number} {unit}s" if number > 1 else f"the {unit}"


def _python_blocks(reply: Completion) -> list[Block]:
    """Return the blocks that may be Python: those that say so, and those of unknown language that parse."""
    blocks = extract(reply.text)
    return [b for b in blocks if b.language == "python" or (b.language is None and _outline_or_none(b.code))]


def _programs(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield what to try: each block by itself, then all that parse together, for helpers in other blocks."""
    yield from blocks[:_MOST_BLOCKS]
    parsed = [block for block in blocks if _outline_or_none(block.code) is not None]
    if len(parsed) > 1:
        yield replace(parsed[0], code="\n\n".join(block.code for block in parsed))


def _outlined(blocks: Sequence[Block]) -> Iterator[tuple[Block, tuple[Function, ...]]]:
    for block in blocks:
        functions = _outline_or_none(block.code)
        if functions is not None:
            yield block, functions


def _outline_or_none(code: str) -> tuple[Function, ...] | None:
    try:
        return outline(code)
    except SyntaxError:
        return None


def _assigned(code: str) -> set[str]:
    """Return the names that top-level assignments and imports bind."""
    names: set[str] = set()
    for statement in parse(code).body:
        if isinstance(statement, ast.Assign):
            names |= {target.id for target in statement.targets if isinstance(target, ast.Name)}
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            names |= {alias.asname or alias.name for alias in statement.names}
        elif isinstance(statement, ast.ClassDef):
            names.add(statement.name)
    return names


def _shown(blocks: Sequence[Block]) -> tuple[Evidence, ...]:
    return tuple(block_evidence(block) for block in blocks)


def _nothing(reply: Completion, blocks: Sequence[Block], what: str) -> str:
    """Say why there is nothing to judge: no code, code that does not parse, or other functions."""
    if not blocks:
        return no_code("python", extract(reply.text), reply)
    broken: list[str] = []
    functions: list[Function] = []
    classes: list[str] = []
    for block in blocks:
        try:
            functions += outline(block.code)
            classes += classes_of(block.code)
        except SyntaxError as error:
            line = block.line + (error.lineno or 1) - 1
            cut = "" if block.closed else "; the reply ends before the code does"
            broken.append(
                f"the code at line {line} of the reply does not parse: {_moved(error.msg, block.line - 1)}{cut}"
            )
    if broken and not functions and not classes:
        return "; ".join(broken)
    kind = "class" if what.startswith("class ") else "function"
    what = what if what.startswith((f"{kind} ", "function that")) else f"function {what!r}"
    found: Sequence[object] = classes if kind == "class" else functions
    there = f"it defines {listed(found[:6])}" if found else f"it defines no {kind} at all"
    return "; ".join([f"the code has no {what}: {there}", *broken])


def _moved(message: str, lines: int) -> str:
    """Turn the lines that a message names into lines of the reply."""
    return re.sub(r"(?<=\b[oa][nt] line )\d+", lambda number: str(int(number.group()) + lines), message)


def _likeness(wanted: Function, found: Function) -> float:
    """The share of parameters that agree in name and place, by the longer list; half for the name alone."""
    longest = max(len(wanted.parameters), len(found.parameters))
    if longest == 0:
        return 1.0
    agreeing = sum(a == b for a, b in zip(wanted.parameters, found.parameters, strict=False))
    return 0.5 + 0.5 * agreeing / longest


def _read_signature(target: str) -> Function:
    text = target.strip().removeprefix("def ").rstrip(":")
    try:
        functions = outline(f"def {text}: ...")
    except SyntaxError:
        functions = ()
    if len(functions) != 1:
        raise UsageError(f"implements: cannot read the signature {target!r}; expected for example 'add(a, b)'")
    return functions[0]


def _read_target(target: object) -> str:
    if not isinstance(target, str) or not target.strip():
        raise UsageError(f"implements: target is {target!r}; expected a signature, a function's name or a behaviour")
    return target


def _read_cases(cases: object) -> tuple[Example, ...]:
    if not isinstance(cases, (list, tuple)) or not cases:
        raise UsageError(f"implements: cases is {cases!r}; expected a list of (args, returns), at least one")
    return tuple(_read_case(number, case) for number, case in enumerate(cases, start=1))


def _read_case(number: int, case: Any) -> Example:
    if isinstance(case, Mapping):
        return _read_mapping(number, case)
    if isinstance(case, (list, tuple)) and len(case) == 2 and isinstance(case[0], (list, tuple)):  # noqa: PLR2004
        return Example(args=tuple(case[0]), returns=case[1])
    raise UsageError(
        f"implements: case {number} is {case!r}; expected (args, returns) with args a tuple or list, "
        "or a mapping of args, kwargs and returns or raises"
    )


def _read_mapping(number: int, case: Mapping[Any, Any]) -> Example:
    unknown = [key for key in case if key not in _CASE_KEYS]
    if unknown:
        raise UsageError(
            f"implements: case {number} has the unknown key {unknown[0]!r}; known: {', '.join(sorted(_CASE_KEYS))}"
        )
    if ("returns" in case) == ("raises" in case):
        raise UsageError(f"implements: case {number} needs exactly one of 'returns' and 'raises'")
    args, kwargs = case.get("args", ()), case.get("kwargs", {})
    if not isinstance(args, (list, tuple)):
        raise UsageError(f"implements: case {number} has args {args!r}; expected a list or tuple")
    if not isinstance(kwargs, Mapping) or not all(isinstance(key, str) for key in kwargs):
        raise UsageError(f"implements: case {number} has kwargs {kwargs!r}; expected a mapping of names to values")
    raises = _read_exception(number, case["raises"]) if "raises" in case else None
    return Example(args=tuple(args), kwargs=dict(kwargs), returns=case.get("returns"), raises=raises)


def _read_exception(number: int, raises: object) -> str:
    if isinstance(raises, type) and issubclass(raises, BaseException):
        return raises.__name__
    if isinstance(raises, str) and raises.isidentifier():
        return raises
    raise UsageError(f"implements: case {number} raises {raises!r}; expected an exception or its name")
