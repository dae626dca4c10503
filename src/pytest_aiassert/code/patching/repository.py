"""Reading a git repository's files at a commit, by plumbing that runs no hook, no filter and no helper."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from posixpath import normpath

from pytest_aiassert.code.patching.applying import LINK, SUBMODULE, StoredFile
from pytest_aiassert.errors import CannotJudgeError, UsageError

_PATIENCE = 60  # seconds
_MOST_LINKS = 10
_NOTHING = StoredFile(content=b"", mode=SUBMODULE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file as git lists it: its mode, the id of its content, and its size in bytes."""

    mode: str
    id: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A commit of a repository; its files are listed at once and read when asked for."""

    path: Path
    commit: str
    entries: Mapping[str, Entry]

    def read(self, paths: Iterable[str]) -> dict[str, StoredFile]:
        """Return the content of files; submodules are left out."""
        wanted = [path for path in paths if self.entries[path].mode != SUBMODULE]
        asked = "".join(f"{self.entries[path].id}\n" for path in wanted).encode()
        said = _git(self.path, "cat-file", "--batch", stdin=asked) if wanted else b""
        files: dict[str, StoredFile] = {}
        at = 0
        for path in wanted:
            end = said.index(b"\n", at)
            header = said[at:end].split()
            if len(header) != len(("id", "kind", "size")):
                raise CannotJudgeError(
                    f"{self.path}: git cannot read {path!r}: {said[at:end].decode(errors='replace')}"
                )
            size = int(header[2])
            content = said[end + 1 : end + 1 + size]
            files[path] = StoredFile(content=content, mode=self.entries[path].mode)
            at = end + 1 + size + 1
        return files

    def outline(self) -> dict[str, StoredFile]:
        """Return every file without its content."""
        return {path: StoredFile(content=b"", mode=entry.mode) for path, entry in self.entries.items()}


def open_repository(path: Path, at: str) -> Repository:
    """List the files of a commit; the repository is only read.

    Raises UsageError where there is no repository or no such commit, CannotJudgeError without git.
    """
    if not path.is_dir():
        raise UsageError(f"{path} is no folder; expected a git repository")
    try:
        commit = _git(path, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{at}^{{commit}}").decode().strip()
    except _GitError as error:
        reason = f"git finds no commit {at!r} in it" if not error.said else error.said
        raise UsageError(f"{path}: {reason}") from None
    listed = _git(path, "ls-tree", "-r", "-z", "-l", "--full-tree", commit)
    entries: dict[str, Entry] = {}
    for line in filter(None, listed.split(b"\0")):
        facts, _, name = line.partition(b"\t")
        mode, _, identity, size = facts.decode("ascii").split()
        entries[os.fsdecode(name)] = Entry(mode=mode, id=identity, size=int(size) if size.isdigit() else 0)
    return Repository(path=path, commit=commit, entries=entries)


def without_links(files: Mapping[str, StoredFile]) -> dict[str, bytes]:
    """Return contents by path; a link to a file is a copy of it, others are left out."""
    found: dict[str, bytes] = {}
    for path, file in files.items():
        here, target = path, file
        for _ in range(_MOST_LINKS):
            if target.mode != LINK:
                break
            here = normpath(f"{here.rpartition('/')[0]}/{os.fsdecode(target.content)}").lstrip("/")
            target = files.get(here, _NOTHING)
        if target.mode not in (LINK, SUBMODULE):
            found[path] = target.content
    return found


class _GitError(Exception):
    """Git refuses; `said` are its words."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


def _git(path: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    """Run one of git's plumbing commands; what the repository's own settings name is never started."""
    git = shutil.which("git")
    if git is None:
        raise CannotJudgeError("applies_to needs git to read the repository: install it so that `git` is on the PATH")
    here = str(path.resolve())
    quiet = [
        f"safe.directory={here}",
        f"safe.directory={here}/.git",
        "core.fsmonitor=false",
        f"core.hooksPath={os.devnull}",
    ]
    options = [part for setting in quiet for part in ("-c", setting)]
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CEILING_DIRECTORIES": str(path.resolve().parent),
        "GIT_ALLOW_PROTOCOL": "none",  # a partial clone must not fetch
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
    }
    command = [git, "--no-pager", *options, "-C", here, *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - git itself, found on the PATH
            command, input=stdin, capture_output=True, env=environment, timeout=_PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        raise CannotJudgeError(f"{path}: git {arguments[0]} took longer than {_PATIENCE} s") from None
    except OSError as error:
        raise CannotJudgeError(f"{path}: git does not start: {error}") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().partition("\n")[0].removeprefix("fatal: ")
        raise (
            _GitError(said) if arguments[0] == "rev-parse" else CannotJudgeError(f"{path}: git {arguments[0]}: {said}")
        )
    return done.stdout
