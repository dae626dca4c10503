"""The `implements` matcher: does the code in a reply do what was asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assistant.messages import Completion
from pytest_aiassert.behaviours import AnyBehaviour, Attempt, Example, attempt_named, best_attempt, find_behaviour
from pytest_aiassert.behaviours.best import dialect_of
from pytest_aiassert.behaviours.dialects import Dialect
from pytest_aiassert.code.extraction import Block
from pytest_aiassert.errors import CannotJudgeError, UsageError
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.matchers.code.cases import read_cases
from pytest_aiassert.matchers.code.programs import Code, assigned, code_of, nothing, read_language, shown_blocks
from pytest_aiassert.matchers.describing import block_evidence, source
from pytest_aiassert.sandbox import Function, outline
from pytest_aiassert.verdict import Evidence, Verdict
from pytest_aiassert.wording import plural

_PATIENCE = 15.0  # seconds after which no further block is tried


def implements(target: str, *, cases: Sequence[Any] | None = None, language: str | None = None) -> Matcher:
    """Pass where the reply's code does what `target` says.

    `target` is a signature ("add(a, b)"), a function's name with `cases`, or a behaviour ("addition", "stack"), whose
    function or class is found by what it does. A case is `(args, returns)` or a mapping of args, kwargs and returns or
    raises. Values compare as by `==`, floats within 1e-9, and a tuple may stand for a list. The score is the share that
    agrees. `language` is python, javascript or typescript; without it, that of the reply's code counts.
    Raises UsageError for an unknown behaviour, an unreadable signature, a misshapen case or another language.
    """
    target, language = _read_target(target), read_language(language)
    if cases is None:
        if "(" in target:
            return Signature(wanted=_read_signature(target), target=target, language=language)
        return Behaves(behaviour=find_behaviour(target), target=target, language=language)
    signature = _read_signature(target) if "(" in target else None
    if signature is None and not target.isidentifier():
        raise UsageError(f"implements: {target!r} is no name of a function; with cases, name the function to call")
    examples = read_cases(cases)
    if language is not None and (problem := _uncrossable(examples, dialect_of(language))):
        raise UsageError(f"implements: {problem}")
    return Agrees(target=target, signature=signature, examples=examples, cases=tuple(cases), language=language)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Signature(Matcher):
    """Passes where a function of this name has these parameters; made by `implements`."""

    wanted: Function
    target: str
    language: str | None = None

    def judge(self, reply: Completion) -> Verdict:
        """Compare parameters by name and order; the score is their share that agrees."""
        code = code_of(reply, self.language)
        found: list[tuple[float, Function, Block]] = []
        for block, functions in code.outlined():
            found += [(_likeness(self.wanted, f), f, block) for f in functions if f.name == self.wanted.name]
        if not found:
            return self.verdict(
                passed=False, reason=nothing(reply, code, self.wanted.name), evidence=shown_blocks(code.blocks)
            )
        score, function, block = max(found, key=lambda item: item[0])
        evidence = (block_evidence(block, [function.line]),)
        if function.parameters == self.wanted.parameters:
            return self.verdict(passed=True, reason=f"defines {function}", evidence=evidence)
        reason = f"defines {function}, expected {self.wanted}"
        return self.verdict(passed=False, score=min(score, 0.99), reason=reason, evidence=evidence)

    def __repr__(self) -> str:
        return source("implements", self.target, **_told(self.language))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Agrees(Matcher):
    """Passes where a function of this name agrees with every case; made by `implements`."""

    target: str
    signature: Function | None
    examples: tuple[Example, ...]
    cases: tuple[Any, ...]
    language: str | None = None

    def judge(self, reply: Completion) -> Verdict:
        """Call the function in the sandbox; the score is the share of cases that agree."""
        code = code_of(reply, self.language)
        if self.signature is not None:
            shape = Signature(wanted=self.signature, target=self.target, language=code.language).judge(reply)
            if not shape.passed:
                return replace(shape, score=0.0, matcher=repr(self))
        name = self.signature.name if self.signature else self.target
        if problem := _uncrossable(self.examples, code.dialect):
            raise CannotJudgeError(f"implements: {problem}")

        def attempt(program: str) -> Attempt | None:
            function = next((f for f in reversed(code.dialect.outline(program)) if f.name == name), None)
            if function is None and not (code.language == "python" and name in assigned(program)):
                return None
            examples = code.dialect.forms(self.examples)
            return attempt_named(program, function or name, examples, dialect=code.dialect)

        return judge_code(self, reply, code, attempt, what=f"function {name!r}", unit="case")

    def __repr__(self) -> str:
        return source("implements", self.target, cases=list(self.cases), **_told(self.language))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Behaves(Matcher):
    """Passes where some function or class behaves as named; made by `implements`."""

    behaviour: AnyBehaviour
    target: str
    language: str | None = None

    def judge(self, reply: Completion) -> Verdict:
        """Try functions or classes in the sandbox; the score is the best one's share that agrees."""
        code = code_of(reply, self.language)

        def attempt(program: str) -> Attempt | None:
            return best_attempt(program, self.behaviour, language=code.language)

        return judge_code(self, reply, code, attempt, what=self.behaviour.sought, unit=self.behaviour.unit)

    def __repr__(self) -> str:
        return source("implements", self.target, **_told(self.language))


def _told(language: str | None) -> dict[str, str]:
    return {} if language is None else {"language": language}


def _uncrossable(examples: Sequence[Example], dialect: Dialect) -> str | None:
    """Name the first case that a language has no values for."""
    for number, example in enumerate(examples, start=1):
        if dialect.form(example) is None:
            return f"case {number} has values that {dialect.name} cannot hold: {example.call('…')}"
    return None


def judge_code(
    matcher: Matcher, reply: Completion, code: Code, attempt: Callable[[str], Attempt | None], *, what: str, unit: str
) -> Verdict:
    """Try block by block, then all blocks joined; the best attempt decides."""
    best: tuple[Attempt, Block] | None = None
    deadline = time.monotonic() + _PATIENCE
    for block in code.programs():
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
        return matcher.verdict(passed=False, reason=nothing(reply, code, what), evidence=shown_blocks(code.blocks))
    attempted, block = best
    evidence = [block_evidence(block, [attempted.line] if attempted.line else [])]
    if attempted.satisfied:
        reason = f"{attempted.name} agrees with {_all(attempted.total, unit)}"
        return matcher.verdict(passed=True, reason=reason, evidence=tuple(evidence))
    counterexample = attempted.counterexample or ""
    evidence.append(Evidence(title="counterexample", text=counterexample))
    if attempted.broken:
        evidence.append(Evidence(title="a property that fails there", text="\n".join(attempted.broken)))
    agree = "agrees" if attempted.total == 1 else "agree"
    reason = (
        f"{counterexample}; {attempted.agreed} of {plural(attempted.total, unit)} {agree}{_trouble(attempted, block)}"
    )
    return matcher.verdict(passed=False, score=attempted.score, reason=reason, evidence=tuple(evidence))


def _trouble(attempted: Attempt, block: Block) -> str:
    """Say what went wrong when the code was loaded, where that explains the counterexample."""
    error = attempted.load_error
    unknown = (" raised NameError", " raised ReferenceError")
    if error is None or not any(words in (attempted.counterexample or "") for words in unknown):
        return ""
    where = f" at line {block.line + error.line - 1} of the reply" if error.line else ""
    known = " (the sandbox has the standard library only)" if error.error == "ModuleNotFoundError" else ""
    return f"; loading the code raised {error.error}: {error.message}{where}{known}"


def _all(number: int, unit: str) -> str:
    return f"all {number} {unit}s" if number > 1 else f"the {unit}"


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
