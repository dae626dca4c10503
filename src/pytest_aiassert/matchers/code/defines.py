"""A matcher that asks for a function, class or method by name, parameters and return type."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest

from assistant.messages import Completion
from pytest_aiassert.code.annotations import same_annotation
from pytest_aiassert.code.definitions import DEFINING_LANGUAGES, Definition, Parameter, definitions
from pytest_aiassert.code.extraction import Block, extract
from pytest_aiassert.code.parsing import syntax_errors
from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.matchers.describing import block_evidence, listed, no_code, source
from pytest_aiassert.verdict import Verdict
from pytest_aiassert.wording import did_you_mean

_NAME = re.compile(r"[^\W\d][\w$]*(\.[^\W\d#][\w$]*)*|[$#]\w+")
_PARAMETER = re.compile(r"((?:\*{0,2}|\.{3})[^\W\d][\w$]*|\$\w*|\*)(?:\s*:\s*(\S.*))?")
_MOST_NAMED = 8
_ALMOST = 0.99


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Defines(Matcher):
    """Passes where the code defines this name, with these parameters; made by `defines`."""

    name: str
    params: tuple[str, ...] | None = None
    returns: str | None = None

    def judge(self, reply: Completion) -> Verdict:
        """Find the name; the score is half for it, half for the share of all else that agrees."""
        blocks = extract(reply.text)
        readable = [block for block in blocks if block.language in DEFINING_LANGUAGES]
        if not readable:
            evidence = tuple(map(block_evidence, blocks))
            reason = no_code(None, (), reply) if not blocks else f"{_READABLE}; {no_code(None, blocks, reply)}"
            return self.verdict(passed=False, reason=reason, evidence=evidence)
        found = [(block, each) for block in readable for each in definitions(block.code, block.language or "")]
        named = [(block, each) for block, each in found if each.name == self.name]
        if not named:
            return self._missing(readable, [each for _, each in found])
        score, block, definition = max(
            ((self._agreement(each), block, each) for block, each in named),
            key=lambda candidate: candidate[0],
        )
        evidence = (block_evidence(block, [definition.line]),)
        faults = self._faults(definition)
        if not faults:
            return self.verdict(passed=True, reason=f"defines {definition}", evidence=evidence)
        reason = f"defines {definition} at line {block.line + definition.line - 1}: {'; '.join(faults)}"
        return self.verdict(passed=False, score=min(score, _ALMOST), reason=reason, evidence=evidence)

    def _agreement(self, definition: Definition) -> float:
        """Half for the name, half for the share of parameters and return type that agree."""
        asked = [0.5]
        if self.params is not None:
            wanted, found = _parameters(self.params), definition.parameters
            pairs = zip_longest(wanted, found)
            asked += [0.5 * (a is not None and b is not None and _fits(a, b)) for a, b in pairs]
        if self.returns is not None:
            asked.append(0.5 * same_annotation(self.returns, definition.returns))
        return 1.0 if len(asked) == 1 else 0.5 + sum(asked[1:]) / (len(asked) - 1)

    def _faults(self, definition: Definition) -> list[str]:
        """Say what to change in a definition of the right name."""
        faults: list[str] = []
        if self.params is not None:
            faults += _parameter_faults(_parameters(self.params), definition.parameters)
        if self.returns is not None and not same_annotation(self.returns, definition.returns):
            written = f"is written as {definition.returns}" if definition.returns else "is not written"
            faults.append(f"the return type {written}, expected {self.returns}")
        return faults

    def _missing(self, blocks: list[Block], there: list[Definition]) -> Verdict:
        names = list(dict.fromkeys(each.name for each in there))
        broken = [_broken(block) for block in blocks]
        method = next((name for name in names if name.rpartition(".")[2] == self.name), "")
        defined = listed(names[:_MOST_NAMED]) + (", …" if len(names) > _MOST_NAMED else "")
        hint = f"ask for it as {method!r}" if method else did_you_mean(self.name, names)
        known = f"it defines {defined}" if names else "it defines nothing"
        parts = [f"the code does not define {self.name!r}: {known}", hint, *broken]
        evidence = tuple(block_evidence(block) for block in blocks)
        return self.verdict(passed=False, reason="; ".join(filter(None, parts)), evidence=evidence)

    def __repr__(self) -> str:
        keywords: dict[str, object] = {}
        if self.params is not None:
            keywords["params"] = list(self.params)
        if self.returns is not None:
            keywords["returns"] = self.returns
        return source("defines", self.name, **keywords)


_READABLE = f"definitions are read in {listed(DEFINING_LANGUAGES)} only"


def defines(name: str, *, params: Iterable[str] | None = None, returns: str | type | None = None) -> Defines:
    """Pass where the code defines a function, class or method of this name.

    A method is `Stack.push`; a class has its constructor's parameters. `params` are names in order, without self,
    stars included; one with a type (`"n: int"`) asks for that annotation. `returns` is the annotation; spellings of one
    type (`Optional[int]`, `int | None`) are the same. Read in Python, JavaScript and TypeScript; nothing is run.
    Raises UsageError for what cannot be a name, a parameter or a type.
    """
    return Defines(
        name=_read_name(name),
        params=None if params is None else _read_params(params),
        returns=None if returns is None else _read_type(returns),
    )


def _read_name(name: object) -> str:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise UsageError(f"defines: name is {name!r}; expected a name such as 'add' or 'Stack.push'")
    return name


def _read_params(params: object) -> tuple[str, ...]:
    if isinstance(params, str):
        params = [part.strip() for part in params.split(",")] if params.strip() else []
    if not isinstance(params, Iterable):
        raise UsageError(f"defines: params is {params!r}; expected a list of names such as ['a', 'b']")
    params = tuple(params)
    _parameters(params)
    return params


def _read_type(returns: object) -> str:
    if isinstance(returns, type):
        return "None" if returns is type(None) else returns.__name__
    if not isinstance(returns, str) or not returns.strip():
        raise UsageError(f"defines: returns is {returns!r}; expected a type such as 'int' or 'list[str]'")
    return returns.strip()


def _parameters(params: tuple[str, ...]) -> tuple[Parameter, ...]:
    return tuple(map(_read_parameter, params))


def _read_parameter(param: object) -> Parameter:
    read = _PARAMETER.fullmatch(param.strip()) if isinstance(param, str) else None
    if read is None:
        raise UsageError(f"defines: params has {param!r}; expected a parameter's name such as 'n', '*args' or 'n: int'")
    name, annotation = read.groups()
    return Parameter(name=name, annotation=annotation)


def _parameter_faults(wanted: tuple[Parameter, ...], found: tuple[Parameter, ...]) -> list[str]:
    if [each.name for each in wanted] != [each.name for each in found]:
        there, asked = ", ".join(each.name for each in found), ", ".join(each.name for each in wanted)
        return [f"its parameters are ({there}), expected ({asked})"]
    return [
        f"the parameter {have.name!r} {f'is of type {have.annotation}' if have.annotation else 'has no type'}, "
        f"expected {want.annotation}"
        for want, have in zip(wanted, found, strict=True)
        if not _fits(want, have)
    ]


def _fits(wanted: Parameter, found: Parameter) -> bool:
    if wanted.name != found.name:
        return False
    return wanted.annotation is None or same_annotation(wanted.annotation, found.annotation)


def _broken(block: Block) -> str:
    issues = syntax_errors(block.code, block.language or "")
    return f"the {block.language} block at line {block.line} does not parse: {issues[0]}" if issues else ""
