"""What is shown in the small root folder, without mounting anything."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from pytest_aiassert.sandbox.jail import namespaces


class Recorded:
    """A kernel that mounts nothing and remembers what it should have."""

    def __init__(self):
        self.done = []

    def mount(self, source, target, kind, flags, data=""):
        self.done.append(("mount", source, target, kind, flags, data))

    def __getattr__(self, name):
        return lambda *arguments: self.done.append((name, *arguments))


def test_the_library_and_the_tools_are_readable():
    paths = namespaces.readable_paths(["/bin/sh", "/nowhere/node"])

    assert f"{sys.base_prefix}/lib" in paths
    assert "/bin/sh" in paths
    assert "/nowhere/node" not in paths
    everything = {"/", "/etc", "/home", "/root", "/proc", "/sys", "/tmp", "/var", "/usr", str(Path.home())}
    assert not everything & {*paths}


def test_files_folders_and_links_are_shown_as_what_they_are(tmp_path):
    real = tmp_path.resolve() / "real"
    (real / "folder").mkdir(parents=True)
    (real / "folder" / "file").touch()
    (real / "link").symlink_to("folder")
    base = tmp_path / "base"
    base.mkdir()
    kernel = Recorded()
    readable = [str(real / name) for name in ("link", "folder", "folder/file")]
    namespaces.change_root(kernel, str(base), readable)
    shown = f"{base}{real}"
    bound = [target for what, *rest in kernel.done if what == "mount" for target in [rest[1]] if rest[2] == ""]

    assert os.readlink(f"{shown}/link") == "folder"  # noqa: PTH115
    assert f"{shown}/folder" in bound
    assert f"{base}/dev/null" in bound
    assert os.path.isfile(f"{base}/dev/null")  # noqa: PTH113
    names = [done[0] for done in kernel.done]
    assert names[0] == "unshare"
    assert names.index("make_read_only") < len(names) - 2
    assert names[-2:] == ["mount", "pivot_root"]


@pytest.mark.parametrize(("user", "owner"), [(None, ""), (7, ",uid=7,gid=7")])
def test_scratch_is_bounded_and_owned(user, owner):
    kernel = Recorded()
    namespaces.mount_scratch(kernel, "/scratch/1", size=9, files=5, user=user)

    assert kernel.done == [("mount", "aiassert", "/scratch/1", "tmpfs", 14, f"mode=700,size=9,nr_inodes=5{owner}")]


def test_root_needs_no_user_namespace_where_it_may_do_without(monkeypatch):
    kernel = Recorded()
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    namespaces.leave_home(kernel)

    assert kernel.done == [("unshare", "pid", "net", "ipc")]


def test_others_keep_their_own_ids(monkeypatch):
    written = {}
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(os, "getegid", lambda: 100)
    monkeypatch.setattr(namespaces.Path, "write_text", lambda path, text, **_: written.update({path.name: text}))
    kernel = Recorded()
    namespaces.leave_home(kernel)

    assert kernel.done == [("unshare", "user", "pid", "net", "ipc")]
    assert written == {"setgroups": "deny", "uid_map": "1000 1000 1", "gid_map": "100 100 1"}


def test_root_in_a_container_takes_a_user_namespace(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(namespaces.Path, "write_text", lambda *_, **__: None)
    asked = []

    class Contained:
        def unshare(self, *kinds):
            asked.append(kinds)
            if "user" not in kinds:
                raise PermissionError

    namespaces.leave_home(Contained())

    assert asked == [("pid", "net", "ipc"), ("user", "pid", "net", "ipc")]
