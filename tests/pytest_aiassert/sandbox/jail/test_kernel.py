"""What the kernel is asked for, and that a kernel without it is an error with a name."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from pytest_aiassert.sandbox.jail.kernel import Kernel

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux")


def apart(code):
    """Run code in a process of its own, since what it asks for cannot be undone."""
    program = f"import os, signal\nfrom pytest_aiassert.sandbox.jail.kernel import Kernel\nkernel = Kernel()\n{code}"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False).stdout


def test_linux_adopts_orphans_and_ends_with_its_parent():
    assert apart("kernel.adopt_orphans(); kernel.die_with_parent(signal.SIGKILL); print('ok')") == "ok\n"


def test_capabilities_can_be_dropped():
    code = "kernel.drop_capabilities(); print([l.split()[1] for l in open('/proc/self/status') if 'CapEff' in l][0])"

    assert int(apart(code), 16) == 0


def test_new_privileges_can_be_refused():
    code = (
        "kernel.refuse_privileges(); print([l.split()[1] for l in open('/proc/self/status') if 'NoNewPrivs' in l][0])"
    )

    assert apart(code) == "1\n"


def test_a_refused_call_says_why():
    with pytest.raises(OSError, match="Bad file descriptor"):
        Kernel().enter_namespace(-1)


def test_an_unknown_call_or_system_is_missing(monkeypatch):
    with pytest.raises(OSError, match="not implemented"):
        Kernel().call("make_coffee")
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(OSError, match="not implemented"):
        Kernel().adopt_orphans()


def test_arguments_reach_the_kernel_whole():
    asked = []
    kernel = Kernel()
    kernel._syscall = lambda _, *arguments: asked.append(list(arguments)) or 3

    kernel.mount("a", "b", "tmpfs", 6, "size=1m")
    kernel.make_read_only("/new")
    kernel.unshare("pid", "net")

    assert asked[0][:3] == [b"a", b"b", b"tmpfs"]
    assert asked[1][0].value == 2**64 - 100
    assert len(asked[1][3]) == asked[1][4].value == 32
    assert asked[2][0].value == 0x60000000


def test_the_numbers_are_those_of_the_headers():
    header = "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"
    if not os.path.exists(header):  # noqa: PTH110
        pytest.skip("no kernel headers here")
    from pytest_aiassert.sandbox.jail.syscalls import NUMBERS

    with open(header) as file:  # noqa: PTH123
        told = {words[1].removeprefix("__NR_"): int(words[2]) for line in file if len(words := line.split()) == 3}
    assert {name: row[0] for name, row in NUMBERS.items()} == {name: told[name] for name in NUMBERS}
