"""Matchers of patches: does one apply to a repository whose tests then pass, and which files does it touch."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.messages import Completion
from pytest_aiassert.code.patching.applying import Applied, StoredFile, apply_patch, unsafe
from pytest_aiassert.code.patching.model import Patch, printable
from pytest_aiassert.code.patching.reading import read_patch
from pytest_aiassert.code.patching.repository import open_repository, without_links
from pytest_aiassert.errors import CannotJudgeError, UsageError
from pytest_aiassert.matchers.arguments import flag, number, words
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.matchers.code.repository_tests import Plan, Tested, fail_alike, is_test_file, read_plan, run_tests
from pytest_aiassert.matchers.describing import excerpt, listed, nothing_in, source
from pytest_aiassert.verdict import Evidence, Verdict
from pytest_aiassert.wording import plural

_MOST_LISTED = 5
_SECONDS = 60.0
_WHERE = "applies_to"
_TESTIMONY = "; the patch shares a process with the tests"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class AppliesTo(Matcher):
    """Passes where a patch applies and the tests then pass; made by `applies_to`."""

    repo: str
    tests: bool | str | tuple[str, ...]
    plan: Plan | None
    at: str
    strict: bool
    seconds: float

    def judge(self, reply: Completion) -> Verdict:
        """Apply the patch in memory, then run tests in the sandbox; half of the score is for each."""
        patch = read_patch(reply.text)
        if patch.problem or not patch.files:
            reason = patch.problem if reply.text.strip() else f"no patch: {nothing_in(reply)}"
            return self.verdict(passed=False, reason=reason)
        try:
            repository = open_repository(Path(self.repo), self.at)
        except UsageError as error:  # it was there when the matcher was made
            raise CannotJudgeError(f"{_WHERE}: {error}") from None
        touched = [path for path in patch.paths if path in repository.entries]
        copied = [part.old for part in patch.files if part.copied and part.old in repository.entries]
        before = repository.outline() | repository.read(dict.fromkeys([*touched, *filter(None, copied)]))
        applied = apply_patch(before, patch, strict=self.strict)
        evidence = (excerpt(reply.text, patch.files[0].line),)
        if applied.problems:
            return self._misfit(applied, evidence)
        how = f"the patch of {_counted(patch)} applies{_noted(applied)}"
        if self.plan is None:
            return self.verdict(passed=True, reason=how, evidence=evidence)
        original = repository.read(repository.entries)
        if self.plan == Plan(by="pytest") and not any(map(is_test_file, original)):
            raise CannotJudgeError(
                f"{_WHERE}: {self.repo} has no tests that pytest would find; give tests=, or tests=False"
            )
        own = sorted(path for path in patch.paths if path in original and is_test_file(path))
        if own:
            how += f"; what it changes in {_named(own)} is left out, since the repository's own tests count"
        patched = _patched(original, applied, [path for path in patch.paths if path not in own])
        tested = run_tests(without_links(patched), self.plan, seconds=self.seconds)
        if tested.succeeded:
            count = "the test passes" if tested.passed == 1 else f"all {tested.passed:,} tests pass"
            return self.verdict(passed=True, reason=f"{how}; {count}{_TESTIMONY}", evidence=evidence)
        alike = fail_alike(run_tests(without_links(original), self.plan, seconds=self.seconds), tested)
        if alike:
            raise CannotJudgeError(
                f"{_WHERE}: the tests of {self.repo} cannot be run in the sandbox, with the patch or without: {alike}"
            )
        return self._failed(tested, how, evidence)

    def _misfit(self, applied: Applied, evidence: tuple[Evidence, ...]) -> Verdict:
        told = "; ".join(applied.problems[:_MOST_LISTED])
        left = len(applied.problems) - _MOST_LISTED
        more = f"; and {plural(left, 'more problem')}" if left > 0 else ""
        score = min(applied.share, 0.99) * (1.0 if self.plan is None else 0.5)
        reason = f"the patch does not apply: {told}{more}"
        return self.verdict(passed=False, score=score, reason=reason, evidence=evidence)

    def _failed(self, tested: Tested, how: str, evidence: tuple[Evidence, ...]) -> Verdict:
        ran = tested.passed + tested.failed
        share = tested.passed / ran if ran and not tested.broken and not tested.problem else 0.0
        output = (Evidence(title="output of the tests", text=tested.output),) if tested.output else ()
        reason = f"{how}, but {tested.reason}"
        return self.verdict(passed=False, score=0.5 + 0.49 * share, reason=reason, evidence=(*evidence, *output))

    def __repr__(self) -> str:
        keywords: dict[str, object] = {} if self.tests is True else {"tests": self.tests}
        if self.at != "HEAD":
            keywords["at"] = self.at
        if self.strict:
            keywords["strict"] = True
        if self.seconds != _SECONDS:
            keywords["seconds"] = self.seconds
        return source("applies_to", self.repo, **keywords)


def applies_to(
    repo: str | os.PathLike[str],
    *,
    tests: bool | str | Sequence[str] = True,
    at: str = "HEAD",
    strict: bool = False,
    seconds: float = _SECONDS,
) -> AppliesTo:
    """Pass where the reply's patch applies to a git repository, and its tests then pass.

    Unified diffs, SEARCH/REPLACE blocks and `*** Begin Patch` are read, and applied to the files of the commit `at`, in
    memory; the repository is only read. `tests` is True for pytest, a list of pytest's files, a command (`pytest …`,
    `python -m unittest …`, `node --test …`), or False; they run for at most `seconds` in the sandbox, where installed
    packages can be imported. Rough fits are told, and with `strict` refused. Half of the score is for the share of
    hunks that fit, half for the share of tests that pass. Raises UsageError for what is no repository, an unknown
    commit, and tests that the sandbox cannot run; judging raises CannotJudgeError without git.
    """
    where = words("applies_to: repo", os.fspath(repo))
    plan = read_plan(tests)
    if not number("applies_to: seconds", seconds):
        raise UsageError("applies_to: seconds is 0; expected a positive number")
    matcher = AppliesTo(
        repo=where,
        tests=tests if isinstance(tests, (bool, str)) else tuple(tests),
        plan=plan,
        at=words("applies_to: at", at),
        strict=flag("applies_to: strict", strict),
        seconds=seconds,
    )
    try:
        open_repository(Path(where), at)
    except CannotJudgeError:
        return matcher  # told when judging: whoever only makes the matcher needs no git
    except UsageError as error:
        raise UsageError(f"applies_to: {error}") from None
    return matcher


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class EditsOnly(Matcher):
    """Passes where a patch touches only some files; made by `edits_only`."""

    globs: tuple[str, ...]

    def judge(self, reply: Completion) -> Verdict:
        """Compare every path of the patch; the score is the share that may be touched."""
        patch = read_patch(reply.text)
        if patch.problem or not patch.files:
            reason = patch.problem if reply.text.strip() else f"no patch: {nothing_in(reply)}"
            return self.verdict(passed=False, reason=reason)
        evidence = (excerpt(reply.text, patch.files[0].line),)
        refused = [why for path in patch.paths if (why := unsafe(path))]
        others = [path for path in patch.paths if not unsafe(path) and not self._allows(path)]
        if not refused and not others:
            reason = f"the patch touches {_named(patch.paths)} only"
            return self.verdict(passed=True, reason=reason, evidence=evidence)
        score = 1 - (len(refused) + len(others)) / len(patch.paths)
        allowed = listed([repr(glob) for glob in self.globs], "or")
        wrong = [f"it touches {_named(others)}, allowed is {allowed}"] if others else []
        return self.verdict(passed=False, score=score, reason="; ".join([*refused, *wrong]), evidence=evidence)

    def _allows(self, path: str) -> bool:
        return any(_pattern(glob).fullmatch(path) for glob in self.globs)

    def __repr__(self) -> str:
        return source("edits_only", *self.globs)


def edits_only(*globs: str) -> EditsOnly:
    """Pass where the reply's patch touches only files that match one of these.

    `*` and `?` stay within a folder, `**` goes through folders, a pattern without `/` matches names in every folder,
    and one that ends in `/` everything below. New, deleted and renamed files count. The score is the share of files
    that may be touched. Raises UsageError without a pattern, and for one that leads out of the repository.
    """
    if not globs:
        raise UsageError("edits_only() needs at least one pattern, such as edits_only('src/**')")
    for glob in globs:
        if why := unsafe(words("edits_only: a pattern", glob).rstrip("/")):
            raise UsageError(f"edits_only: the pattern {why}, which no file of a repository has")
    return EditsOnly(globs=globs)


_GLOB = re.compile(r"\*\*/|\*\*|\*|\?|\[!?\]?[^\]/]*\]|.", re.DOTALL)


def _pattern(glob: str) -> re.Pattern[str]:
    """Write a glob as a regular expression over whole paths."""
    if glob.endswith("/"):
        glob += "**"
    parts = ["" if "/" in glob else "(?:.*/)?"]
    for piece in _GLOB.findall(glob):
        known: Mapping[str, str] = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
        if piece in known:
            parts.append(known[piece])
        elif len(piece) > 1:
            parts.append(f"[{piece[1:-1].replace('!', '^', 1) if piece[1] == '!' else piece[1:-1]}]")
        else:
            parts.append(re.escape(piece))
    return re.compile("".join(parts), re.DOTALL)


def _patched(original: Mapping[str, StoredFile], applied: Applied, paths: Iterable[str]) -> Mapping[str, StoredFile]:
    """Return the original files with some paths as the patch leaves them."""
    files = dict(original)
    for path in paths:
        files.pop(path, None)
        if path in applied.files:
            files[path] = applied.files[path]
    return files


def _named(paths: Sequence[str]) -> str:
    more = [f"{len(paths) - _MOST_LISTED} more"] if len(paths) > _MOST_LISTED else []
    return listed([*map(printable, paths[:_MOST_LISTED]), *more])


def _counted(patch: Patch) -> str:
    return f"{plural(sum(max(len(part.hunks), 1) for part in patch.files), 'change')} to {_named(patch.paths)}"


def _noted(applied: Applied) -> str:
    if not applied.notes:
        return " exactly"
    left = len(applied.notes) - _MOST_LISTED
    more = [f"and {left} more"] if left > 0 else []
    return f" roughly: {'; '.join([*applied.notes[:_MOST_LISTED], *more])}"
