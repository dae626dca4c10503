"""Landlock asks each version for what it knows, and lets a process reach what is allowed and nothing else."""

from __future__ import annotations

import os
import struct
import subprocess
import sys

import pytest

from pytest_aiassert.sandbox.jail.kernel import Kernel
from pytest_aiassert.sandbox.jail.landlock import Landlock, attribute_size, handled


class Asked:
    """A kernel of some version, which remembers what it was asked for."""

    def __init__(self, version):
        self.version = version
        self.asked = []

    def call(self, name, *arguments):
        self.asked.append((name, arguments))
        if arguments[0] is None:
            return self.version
        return os.open("/dev/null", os.O_RDONLY) if name == "landlock_create_ruleset" else 0


@pytest.mark.parametrize(
    ("version", "files", "network", "scopes", "size"),
    [
        (1, 0x1FFF, 0, 0, 8),
        (2, 0x3FFF, 0, 0, 8),
        (3, 0x7FFF, 0, 0, 8),
        (4, 0x7FFF, 3, 0, 16),
        (5, 0xFFFF, 3, 0, 16),
        (6, 0xFFFF, 3, 3, 24),
        (7, 0xFFFF, 3, 3, 24),
    ],
)
def test_each_version_is_asked_for_what_it_knows(version, files, network, scopes, size):
    kernel = Asked(version)
    os.close(Landlock(kernel).ruleset(readable=[], writable=[]))

    assert handled(version) == (files, network, scopes)
    assert attribute_size(version) == size
    assert kernel.asked[1][1][0] == struct.pack("=QQQ", files, network, scopes)[:size]


def test_files_get_the_rights_of_files_and_folders_those_of_folders(tmp_path):
    (tmp_path / "f").touch()
    kernel = Asked(1)
    os.close(
        Landlock(kernel).ruleset(readable=[str(tmp_path), str(tmp_path / "f"), "/nowhere"], writable=[str(tmp_path)])
    )
    allowed = [struct.unpack("=Q", arguments[2].raw[:8])[0] for name, arguments in kernel.asked if "add" in name]

    assert allowed == [0b1101, 0b0101, 0x1FFF & ~0b101001000000]


@pytest.mark.parametrize(("version", "flags"), [(6, 0), (7, 1)])
def test_denials_are_kept_out_of_the_log_where_that_can_be_asked_for(version, flags):
    kernel = Asked(version)
    Landlock(kernel).enter(5)

    assert kernel.asked[-1] == ("landlock_restrict_self", (5, flags))


def test_what_is_allowed_can_be_reached_and_nothing_else(tmp_path):
    try:
        Landlock(Kernel())
    except OSError as error:
        pytest.skip(f"this kernel has no Landlock: {error}")
    for name in ("read", "write"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "f").write_text(name)
    code = f"""
import os
from pytest_aiassert.sandbox.jail.kernel import Kernel
from pytest_aiassert.sandbox.jail.landlock import Landlock
os.chdir({str(tmp_path)!r})
kernel = Kernel()
landlock = Landlock(kernel)
kernel.refuse_privileges()
landlock.enter(landlock.ruleset(readable=["read"], writable=["write"]))
print(open("read/f").read(), open("write/f").read(), open("write/g", "w").write("x"))
for path, mode in (("read/f", "w"), ("read/g", "w"), ("g", "w"), ("/etc/passwd", "r")):
    try:
        open(path, mode)
        print("ESCAPED")
    except PermissionError:
        print("refused")
"""
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert shown.split() == ["read", "write", "1", *["refused"] * 4]
