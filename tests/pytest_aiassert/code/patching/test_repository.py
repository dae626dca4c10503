"""Reading a real git repository, however hostile its own settings are."""

from __future__ import annotations

import os
import subprocess

import pytest

from pytest_aiassert.code.patching.applying import LINK, StoredFile
from pytest_aiassert.code.patching.repository import open_repository, without_links
from pytest_aiassert.errors import CannotJudgeError, UsageError

IDENTITY = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"} | {
    f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
}

SETTINGS = (
    "core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.askPass", "core.alternateRefsCommand",
    "core.gitProxy", "diff.external", "diff.evil.textconv", "diff.evil.command", "filter.evil.smudge",
    "filter.evil.clean", "filter.evil.process", "pager.ls-tree", "pager.rev-parse", "uploadpack.packObjectsHook",
    "credential.helper", "gpg.program", "remote.origin.uploadpack", "trace2.eventTarget",
)  # fmt: skip


def git(folder, *arguments):
    subprocess.run(["git", *arguments], cwd=folder, env=os.environ | IDENTITY, capture_output=True, check=True)


@pytest.fixture
def repo(tmp_path):
    folder = tmp_path / "repo"
    (folder / "src").mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    (folder / "src/ä b.py").write_bytes(b"one\r\n\xff")
    (folder / "run.sh").write_text("#!/bin/sh\n")
    (folder / "run.sh").chmod(0o755)
    (folder / "link").symlink_to("src/ä b.py")
    (folder / ".gitattributes").write_text("* filter=evil diff=evil text eol=crlf ident\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "one")
    return folder


def snapshot(folder):
    return {path: (path.lstat().st_mtime_ns, path.is_file() and path.read_bytes()) for path in folder.rglob("*")}


def test_files_are_read_as_they_are_stored(repo):
    opened = open_repository(repo, "HEAD")
    files = opened.read(opened.entries)
    assert files["src/ä b.py"] == StoredFile(content=b"one\n\xff")  # as git keeps it, no line end changed
    assert files["run.sh"].mode == "100755"
    assert files["link"] == StoredFile(content="src/ä b.py".encode(), mode=LINK)
    assert opened.outline().keys() == files.keys()


def test_what_is_not_committed_does_not_count(repo):
    (repo / "run.sh").write_text("changed")
    (repo / "new").write_text("new")
    opened = open_repository(repo, "main")
    assert opened.read(["run.sh"])["run.sh"].content == b"#!/bin/sh\n"
    assert "new" not in opened.entries


def test_nothing_that_a_hostile_repository_names_is_started(repo, tmp_path):
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    for hook in ("post-checkout", "pre-commit", "post-index-change", "reference-transaction", "fsmonitor-watchman"):
        (repo / ".git/hooks" / hook).write_text(trap.read_text())
        (repo / ".git/hooks" / hook).chmod(0o755)
    for setting in SETTINGS:
        git(repo, "config", setting, str(trap))
    for command in ("ls-tree", "cat-file", "rev-parse"):
        git(repo, "config", f"alias.{command}", f"!{trap}")
    git(repo, "config", "remote.origin.url", f"ext::{trap}")
    git(repo, "config", "remote.origin.promisor", "true")
    git(repo, "config", "extensions.partialClone", "origin")
    git(repo, "config", "core.repositoryFormatVersion", "1")
    (tmp_path / "sprung").unlink(missing_ok=True)  # the settings above may have sprung it themselves
    missing = subprocess.run(
        ["git", "rev-parse", "HEAD:src/ä b.py"], cwd=repo, capture_output=True, text=True, check=True
    ).stdout.strip()
    (repo / ".git/objects" / missing[:2] / missing[2:]).unlink()  # to be fetched, says the partial clone
    (tmp_path / "sprung").unlink(missing_ok=True)
    before = snapshot(repo)

    opened = open_repository(repo, "HEAD")
    assert opened.read(["run.sh"])
    with pytest.raises(CannotJudgeError):
        opened.read(["src/ä b.py"])

    assert not (tmp_path / "sprung").exists()
    assert snapshot(repo) == before


def test_the_trap_above_springs_where_git_is_run_plainly(repo, tmp_path):
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    git(repo, "config", "core.fsmonitor", str(trap))
    subprocess.run(["git", "status"], cwd=repo, capture_output=True, check=False)
    assert (tmp_path / "sprung").exists()


def test_another_users_repository_is_read(repo):
    if os.geteuid():
        pytest.skip("only root can give a folder away")
    for path in (repo, *repo.rglob("*")):
        os.lchown(path, 12345, 12345)
    assert open_repository(repo, "HEAD").entries


def test_a_bare_repository_is_read(repo, tmp_path):
    git(tmp_path, "clone", "-q", "--bare", str(repo), "bare.git")
    assert open_repository(tmp_path / "bare.git", "main").entries.keys() == open_repository(repo, "main").entries.keys()


@pytest.mark.parametrize(
    ("path", "at", "words"),
    [
        ("nowhere", "HEAD", "nowhere is no folder; expected a git repository"),
        ("repo/src", "HEAD", "not a git repository"),
        ("repo", "v9", "git finds no commit 'v9' in it"),
        ("repo", "--help", "git finds no commit '--help' in it"),
        ("repo", "HEAD:run.sh", "git finds no commit"),
        (".", "HEAD", "not a git repository"),
    ],
)
def test_what_is_no_commit_of_a_repository_is_told(repo, tmp_path, path, at, words):
    with pytest.raises(UsageError, match=words):
        open_repository(tmp_path / path, at)


def test_without_git_nothing_can_be_judged(repo, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(CannotJudgeError, match="needs git to read the repository: install it"):
        open_repository(repo, "HEAD")


def test_links_become_copies_where_they_stay_inside():
    def link(target):
        return StoredFile(content=target, mode=LINK)

    files = {
        "a/x": StoredFile(content=b"x"),
        "a/y": link(b"x"),
        "b/z": link(b"../a/y"),
        "out": link(b"/etc/passwd"),
        "up": link(b"../../etc/passwd"),
        "loop": link(b"loop"),
        "folder": link(b"a"),
    }
    assert without_links(files) == {"a/x": b"x", "a/y": b"x", "b/z": b"x"}
