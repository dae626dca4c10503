"""Linters by name: those that come with the framework, and users' own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from pytest_aiassert.code.findings import Finding, in_order
from pytest_aiassert.code.languages import require_language
from pytest_aiassert.errors import CannotJudgeError, UsageError
from pytest_aiassert.wording import cut, known_names

RUFF = "ruff"
"""The linter that `passes_lint` takes where none is named."""

Lint: TypeAlias = Callable[[str, str], Iterable[Finding]]

_added: ContextVar[tuple[Linter, ...]] = ContextVar("pytest_aiassert_linters", default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Linter:
    """A linter that `passes_lint(linter=…)` finds by its name.

    `lint` is given code and its language, which is one of `languages`, and returns what it finds. Where it raises,
    takes longer than `seconds` or returns anything else, nothing can be judged: an error, and no verdict. Raises
    UsageError for arguments that cannot work.
    """

    name: str
    languages: tuple[str, ...]
    lint: Lint
    seconds: float = 30.0

    def __post_init__(self) -> None:
        if self.name == RUFF or not _is_word(self.name):
            raise UsageError(f"Linter: name is {self.name!r}; expected a name of its own such as 'eslint'")
        if not _is_list(self.languages):
            raise UsageError(f"Linter {self.name!r}: languages is {self.languages!r}; expected a list such as ['sql']")
        where = f"Linter {self.name!r}: languages"
        known = tuple(require_language(language, where=where) for language in self.languages)
        object.__setattr__(self, "languages", known)
        if not callable(self.lint):
            raise UsageError(f"Linter {self.name!r}: lint is {self.lint!r}; expected a function of code and language")
        if not _is_time(self.seconds):
            raise UsageError(f"Linter {self.name!r}: seconds is {self.seconds!r}; expected more than 0")

    def find(self, code: str, language: str) -> tuple[Finding, ...]:
        """Lint a piece of code; raises CannotJudgeError where the linter fails, hangs, or returns no findings."""
        answer = self._answer(code, language)
        if not isinstance(answer, list):
            raise CannotJudgeError(f"the linter {self.name!r} raised {type(answer).__name__}: {answer}") from answer
        for each in answer:
            if not _is_finding(each):
                raise CannotJudgeError(f"the linter {self.name!r} found {cut(repr(each))}; expected a Finding")
        return in_order(answer)

    def _answer(self, code: str, language: str) -> list[Finding] | Exception:
        """Call the function in a thread, which alone can be waited for with a deadline."""
        answers: list[list[Finding] | Exception] = []

        def work() -> None:
            try:
                answers.append(list(self.lint(code, language)))
            except Exception as error:  # noqa: BLE001 - what a user's function raises is told by the caller
                answers.append(error)

        thread = threading.Thread(target=copy_context().run, args=(work,), name=f"linter {self.name}", daemon=True)
        thread.start()
        thread.join(self.seconds)
        if not answers:
            raise CannotJudgeError(f"the linter {self.name!r} took more than {self.seconds:g} s on a reply")
        if isinstance(answers[0], CannotJudgeError):
            raise answers[0]
        return answers[0]


def _is_word(name: object) -> bool:
    return isinstance(name, str) and bool(name.strip())


def _is_list(languages: object) -> bool:
    return isinstance(languages, (list, tuple)) and bool(languages)


def _is_time(seconds: object) -> bool:
    return isinstance(seconds, (int, float)) and seconds > 0


def _is_finding(found: Any) -> bool:
    """Tell whether a user's function returned what it should, down to its parts."""
    return (
        isinstance(found, Finding)
        and all(isinstance(place, int) and place > 0 for place in cast("tuple[Any, ...]", (found.line, found.column)))
        and all(isinstance(word, str) for word in cast("tuple[Any, ...]", (found.rule, found.message)))
    )


def find_linter(name: object) -> Linter:
    """Return the linter of a name, users' own first; raises UsageError where there is none."""
    from pytest_aiassert.code.oxlint import OXLINT

    linters = (*_added.get(), OXLINT)
    found = next((linter for linter in linters if linter.name == name), None)
    if found is None:
        hint = known_names(str(name), (RUFF, *(linter.name for linter in linters)))
        raise UsageError(f"unknown linter {name!r}; {hint}")
    return found


@contextmanager
def use_linters(*linters: Linter) -> Generator[None]:
    """Let these linters be found by name, first of all, while the context lasts.

    Raises UsageError for anything that is no Linter.
    """
    for linter in linters:
        if not isinstance(linter, Linter):  # pyright: ignore[reportUnnecessaryIsInstance] - users' own
            raise UsageError(f"linters: got {cut(repr(linter))}; expected a Linter")
    token = _added.set((*linters, *_added.get()))
    try:
        yield
    finally:
        _added.reset(token)
