"""Matchers of what Python code imports: nothing but what is allowed, nothing that does not exist."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from assistant.messages import Completion
from pytest_aiassert.code.extraction import Block
from pytest_aiassert.code.imports import (
    Import,
    bound_names,
    imports,
    is_known,
    is_standard,
    nearest_known,
)
from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.matchers.describing import listed, source
from pytest_aiassert.matchers.reading import PythonCode, at_line, marked, own_modules, read_python
from pytest_aiassert.verdict import Verdict
from pytest_aiassert.wording import plural

_MODULE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
_STANDARD = "stdlib"
_MOST_NAMED = 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ImportsOnly(Matcher):
    """Passes where every import is allowed; made by `imports_only`."""

    allowed: tuple[str, ...]

    def judge(self, reply: Completion) -> Verdict:
        """Hold every import against the list; the score is the share that is allowed."""
        may = listed(self.allowed, "or") if self.allowed else "nothing"

        def fault(found: Import) -> str | None:
            return None if self._allows(found) else ""

        return _judge_imports(self, reply, fault, wrong=f"not allowed (only {may})", right="allowed")

    def _allows(self, found: Import) -> bool:
        if _STANDARD in self.allowed and is_standard(found.package):
            return True
        paths = [found.module, *(f"{found.module}.{name}" for name in found.names)]
        within = [any(f"{path}.".startswith(f"{allowed}.") for allowed in self.allowed) for path in paths]
        return within[0] or (len(within) > 1 and all(within[1:]))

    def __repr__(self) -> str:
        return source("imports_only", *self.allowed)


def imports_only(*allowed: str) -> ImportsOnly:
    """Pass where the Python code imports nothing but these modules.

    A module stands for what is within it: `os` allows `os.path`. `stdlib` stands for the standard library; without
    any argument no import is allowed. `__future__`, and what another block of the reply defines, always are.
    Code that does not parse fails. Raises UsageError for what cannot be a module's name.
    """
    return ImportsOnly(allowed=_modules("imports_only", allowed))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ImportsExist(Matcher):
    """Passes where every imported module is known; made by `imports_exist`."""

    also: tuple[str, ...] = ()

    def judge(self, reply: Completion) -> Verdict:
        """Look up every import; the score is the share that is known."""

        def fault(found: Import) -> str | None:
            if is_known(found.package) or found.package in self.also:
                return None
            near = nearest_known(found.package)
            return f"did you mean {near!r}?" if near else ""

        wrong = "of an unknown module (invented? if it is your own, name it in imports_exist)"
        return _judge_imports(self, reply, fault, wrong=wrong, right="of modules that exist")

    def __repr__(self) -> str:
        return source("imports_exist", *self.also)


def imports_exist(*also: str) -> ImportsExist:
    """Pass where every module that the Python code imports exists, as far as is known.

    Known are the standard library of this Python, what is installed, a thousand well-known packages, what another
    block of the reply defines, and `also`. Only the top-level name is looked up, and nothing is imported. Code that
    does not parse fails. Raises UsageError for what cannot be a module's name.
    """
    return ImportsExist(also=_modules("imports_exist", also))


def _judge_imports(
    matcher: Matcher, reply: Completion, fault: Callable[[Import], str | None], *, wrong: str, right: str
) -> Verdict:
    """Judge every import that is not of the reply's own code; a fault is a hint, or empty, None where all is well."""
    code = read_python(reply)
    if code.complaint:
        return matcher.verdict(passed=False, reason=code.complaint, evidence=code.evidence)
    found = _outside(code)
    faults = [(block, each, hint) for block, each in found if (hint := fault(each)) is not None]
    if not faults:
        names = sorted({each.module or "." for _, each in found})
        reason = f"all {len(names)} imports are {right}: {', '.join(names)}" if names else "the code imports nothing"
        if len(names) == 1:
            reason = f"the one import is {right}: {names[0]}"
        return matcher.verdict(passed=True, reason=reason, evidence=code.evidence)
    words = [
        f"{'.' * each.level}{each.module} ({at_line(block, each.line)}{f', {hint}' if hint else ''})"
        for block, each, hint in faults[:_MOST_NAMED]
    ]
    more = f" and {len(faults) - _MOST_NAMED} more" if len(faults) > _MOST_NAMED else ""
    reason = f"{plural(len(faults), 'import')} {wrong}: {listed(words)}{more}"
    evidence = marked([(block, each.line) for block, each, _ in faults])
    return matcher.verdict(passed=False, score=1 - len(faults) / len(found), reason=reason, evidence=evidence)


def _outside(code: PythonCode) -> list[tuple[Block, Import]]:
    """Leave out imports of what the reply itself defines."""
    own = own_modules(code, bound_names(tree for _, tree in code.parsed))
    return [(block, each) for block, tree in code.parsed for each in imports(tree) if each.package not in own]


def _modules(where: str, names: tuple[object, ...]) -> tuple[str, ...]:
    if len(names) == 1 and isinstance(names[0], (list, tuple)):
        names = tuple(names[0])
    for name in names:
        if not isinstance(name, str) or not _MODULE.fullmatch(name):
            raise UsageError(f"{where}: {name!r} is no name of a module such as 'math' or 'os.path'")
    return tuple(str(name) for name in names)
