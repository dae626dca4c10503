"""What the kernel is asked for, and that a kernel without it is no error."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from pytest_aiassert.sandbox.jail.kernel import Kernel

linux = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux")


def apart(code):
    """Run code in a process of its own, since what it asks for cannot be undone."""
    program = f"import os, signal\nfrom pytest_aiassert.sandbox.jail.kernel import Kernel\nkernel = Kernel()\n{code}"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)


@linux
def test_linux_adopts_orphans_and_ends_with_its_parent():
    assert apart("print(kernel.adopt_orphans(), kernel.die_with_parent(signal.SIGKILL))").stdout == "True True\n"


@linux
def test_files_outside_proc_stay_readable_and_can_be_moved(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "f").write_text("hi")
    old, new = str(tmp_path / "a" / "f"), str(tmp_path / "f")
    code = f"kernel.confine()\nos.rename({old!r}, {new!r})\nprint(open({new!r}).read())"

    assert apart(code).stdout == "hi\n"


@pytest.mark.parametrize("lacking", ["_prctl", "_syscall"])
def test_a_kernel_without_it_says_so(lacking):
    kernel = Kernel()
    setattr(kernel, lacking, None)

    if lacking == "_syscall":
        assert not kernel.confine()
    else:
        assert not kernel.adopt_orphans()
        assert not kernel.die_with_parent(9)


@pytest.mark.parametrize(("version", "size"), [(0, None), (1, 8), (2, 8), (4, 16), (6, 24), (7, 24)])
def test_an_older_landlock_is_asked_for_what_it_knows(version, size):
    kernel = Kernel()
    asked = []

    def call(number, *arguments):
        asked.append((number, arguments))
        if arguments[0] is None:
            return version
        return os.open("/dev/null", os.O_RDONLY) if number == 444 else 0

    kernel._call = call
    kernel._control = lambda *_: True

    assert kernel.confine() is (version > 0)
    assert [arguments[1] for number, arguments in asked if number == 444 and arguments[0] is not None] == (
        [size] if size else []
    )


def test_a_refused_ruleset_is_no_confinement():
    kernel = Kernel()
    kernel._call = lambda _, *arguments: 7 if arguments[0] is None else -1

    assert not kernel.confine()
