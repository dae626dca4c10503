"""Scratch folders come back empty, whatever was done to them."""

from __future__ import annotations

import os
import time

import pytest

from pytest_aiassert.sandbox.jail.slots import Slots, empty


def made(tmp_path, **options):
    rules = {"ruleset": None, "first_user": None, "mount": None, "unmount": lambda _: None, **options}
    return Slots(tmp_path, **rules)


def test_a_slot_is_lent_to_one_at_a_time_and_reused(tmp_path):
    slots = made(tmp_path)
    first, second = slots.take(), slots.take()
    slots.give_back(first)

    assert first.path != second.path
    assert slots.take() == first
    assert first.path.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "trace",
    [
        lambda path: (path / "f").write_text("x"),
        lambda path: ((path / "f").write_text("x"), (path / "f").unlink()),
        lambda path: (path / "d").mkdir(),
        lambda path: path.chmod(0),
        lambda path: os.utime(path, (1, 1)),
        lambda path: os.setxattr(path, "user.mark", b"x"),
    ],
    ids=["file", "file that is gone", "folder", "mode", "times", "attribute"],
)
def test_a_folder_to_which_anything_was_done_is_replaced(tmp_path, trace):
    slots = made(tmp_path)
    slot = slots.take()
    time.sleep(0.01)  # a tick of the clock
    try:
        trace(slot.path)
    except OSError as error:
        pytest.skip(f"this file system takes no attributes: {error}")
    slots.give_back(slot)
    again = slots.take()

    assert list(again.path.iterdir()) == []
    assert again.path.stat().st_mode & 0o777 == 0o700
    assert again.state != slot.state
    assert os.listxattr(again.path) == []


def test_a_mount_is_replaced_only_where_something_was_left(tmp_path):
    done = []
    slots = made(
        tmp_path,
        mount=lambda path, user: done.append(("mount", path.name, user)),
        unmount=lambda path: done.append(("unmount", path.name)),
        ruleset=lambda _: os.open("/dev/null", os.O_RDONLY),
    )
    slot = slots.take()
    slots.give_back(slot)
    assert done == [("mount", "1", None)]

    slot = slots.take()
    time.sleep(0.01)
    (slot.path / "f").touch()
    slots.give_back(slot)
    assert done == [("mount", "1", None), ("unmount", "1"), ("mount", "1", None)]
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(-1 if slot.ruleset == slots.take().ruleset else slot.ruleset)


def test_each_slot_has_a_user_of_its_own(tmp_path, monkeypatch):
    owners = []
    monkeypatch.setattr(os, "chown", lambda _, user, group: owners.append((user, group)))
    slots = made(tmp_path, first_user=0x70000000)

    assert [slots.take().user, slots.take().user] == [0x70000001, 0x70000002]
    assert owners == [(0x70000001, 0x70000001), (0x70000002, 0x70000002)]


def test_deep_closed_and_strange_things_are_removed(tmp_path):
    deep = tmp_path
    for _ in range(3):
        deep /= "d"
        deep.mkdir()
    (deep / "f").touch()
    (tmp_path / "link").symlink_to("/usr")
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    (deep / "f").chmod(0)
    deep.chmod(0)
    deep.parent.chmod(0)
    empty(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_folders_too_deep_for_a_path_are_removed(tmp_path):
    home = os.open(".", os.O_RDONLY)
    os.chdir(tmp_path)
    try:
        for _ in range(1200):
            os.mkdir("a-name")  # noqa: PTH102
            os.chdir("a-name")
    finally:
        os.fchdir(home)
        os.close(home)
    empty(tmp_path)

    assert list(tmp_path.iterdir()) == []
