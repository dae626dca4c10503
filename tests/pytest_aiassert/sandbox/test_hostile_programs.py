"""Programs that reach for what is not theirs: each is refused in a way that is known, and leaves nothing behind."""

from __future__ import annotations

import os

import pytest

RAW = "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
PRELUDE = "import os, signal, socket, sys, threading, time\n"


def raw(number, *arguments):
    """A program that makes a system call by its number, and says why it was refused."""
    shown = ", ".join(map(str, (number, *arguments)))
    return f"{RAW}assert libc.syscall({shown}) >= 0, os.strerror(ctypes.get_errno())\nprint('ESCAPED')"


REFUSED = {
    # attack: (program, what its traceback must say)
    "fork": ("os.fork()\nprint('ESCAPED')", "PermissionError"),
    "fork bomb": ("while True: os.fork()", "PermissionError"),
    "double fork": (
        "if os.fork() == 0:\n    os.setsid(); os.fork(); time.sleep(60)\nprint('ESCAPED')",
        "PermissionError",
    ),
    "fork with a terminal": ("os.forkpty()\nprint('ESCAPED')", "Error"),
    "spawn": ("os.posix_spawn('/bin/true', ['true'], {})\nprint('ESCAPED')", "PermissionError"),
    "subprocess": ("import subprocess\nsubprocess.run(['/bin/true'])\nprint('ESCAPED')", "PermissionError"),
    "multiprocessing": (
        "import multiprocessing\nmultiprocessing.get_context('fork').Process(target=print).start()\nprint('ESCAPED')",
        "PermissionError",
    ),
    "exec": ("os.execv('/bin/echo', ['echo', 'ESCAPED'])", "PermissionError"),
    "shell": ("assert os.system('true') == 0\nprint('ESCAPED')", "AssertionError"),
    "tcp": ("socket.socket()\nprint('ESCAPED')", "PermissionError"),
    "tcp over IPv6": ("socket.socket(socket.AF_INET6)\nprint('ESCAPED')", "PermissionError"),
    "udp": ("socket.socket(type=socket.SOCK_DGRAM)\nprint('ESCAPED')", "PermissionError"),
    "raw socket": ("socket.socket(type=socket.SOCK_RAW)\nprint('ESCAPED')", "PermissionError"),
    "abstract socket": ("socket.socket(socket.AF_UNIX).bind(chr(0) + 'x')\nprint('ESCAPED')", "PermissionError"),
    "unix socket": ("socket.socket(socket.AF_UNIX).connect('/run/docker.sock')\nprint('ESCAPED')", "PermissionError"),
    "netlink": ("socket.socket(socket.AF_NETLINK)\nprint('ESCAPED')", "PermissionError"),
    "dns": ("socket.getaddrinfo('example.org', 80)\nprint('ESCAPED')", "gaierror"),
    "asyncio connection": (
        "import asyncio\nasyncio.run(asyncio.open_connection('127.0.0.1', 80))\nprint('ESCAPED')",
        "PermissionError",
    ),
    "web request": (
        "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:1')\nprint('ESCAPED')",
        "Operation not permitted",
    ),
    "killing the parent": ("os.kill(os.getppid(), 9)\nprint('ESCAPED')", "PermissionError"),
    "stopping the parent": ("os.kill(os.getppid(), signal.SIGSTOP)\nprint('ESCAPED')", "PermissionError"),
    "killing everybody": ("os.kill(-1, 9)\nprint('ESCAPED')", "PermissionError"),
    "killing a group": ("os.killpg(0, 9)\nprint('ESCAPED')", "PermissionError"),
    "joining another group": ("os.setpgid(0, os.getppid())\nprint('ESCAPED')", "PermissionError"),
    "throttling the parent": (
        "import resource\nresource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (3, 3))\nprint('ESCAPED')",
        "PermissionError",
    ),
    "binding the parent to no core": ("os.sched_setaffinity(os.getppid(), {0})\nprint('ESCAPED')", "PermissionError"),
    "raising its own limits": (
        "import resource\nresource.setrlimit(resource.RLIMIT_AS, (-1, -1))\nprint('ESCAPED')",
        "ValueError: not allowed to raise maximum limit",
    ),
    "root": ("os.setuid(0)\nos.listdir('/root')\nprint('ESCAPED')", "Error"),
    "chroot": ("os.chroot('.')\nprint('ESCAPED')", "PermissionError"),
    "device": (
        "import stat\nos.mknod('disk', stat.S_IFBLK | 0o600, os.makedev(8, 0))\nprint('ESCAPED')",
        "PermissionError",
    ),
    "memory that is a file": ("os.memfd_create('x')\nprint('ESCAPED')", "PermissionError"),
    "listing the root folder": ("os.listdir('/')\nprint('ESCAPED')", "PermissionError"),
    "listing the other scratch folders": ("os.listdir('..')\nprint('ESCAPED')", "PermissionError"),
    "reading the accounts": ("open('/etc/passwd').read()\nprint('ESCAPED')", "Error: [Errno"),
    "reading passwords": ("open('/etc/shadow').read()\nprint('ESCAPED')", "Error: [Errno"),
    "reading keys": ("os.listdir('/etc/ssh')\nprint('ESCAPED')", "Error: [Errno"),
    "its own memory map": ("open('/proc/self/maps').read()\nprint('ESCAPED')", "Error: [Errno"),
    "its parent's environment": ("open(f'/proc/{os.getppid()}/environ').read()\nprint('ESCAPED')", "Error: [Errno"),
    "the first process's root": ("os.listdir('/proc/1/root')\nprint('ESCAPED')", "Error: [Errno"),
    "writing over the library": ("open(os.__file__, 'a').write('x')\nprint('ESCAPED')", "Error: [Errno"),
    "removing the library": ("os.unlink(os.__file__)\nprint('ESCAPED')", "Error: [Errno"),
    "writing to /tmp": ("open('/tmp/aiassert-escaped', 'w').write('x')\nprint('ESCAPED')", "Error: [Errno"),
    "writing beside its folder": ("open('../escaped', 'w').write('x')\nprint('ESCAPED')", "PermissionError"),
    "a sparse file of 10 GB": ("open('big', 'wb').truncate(10**10)\nprint('ESCAPED')", "File too large"),
    "too many descriptors": (
        "held = [open('/dev/null') for _ in range(10_000)]\nprint('ESCAPED')",
        "Too many open files",
    ),
    "recursion": ("def f(): f()\nf()", "RecursionError"),
    "a deep value shown": ("x = []\nfor _ in range(10**5): x = [x]\nrepr(x)\nprint('ESCAPED')", "RecursionError"),
    "tracing the parent": (raw(101, 16, "os.getppid()", 0, 0), "Operation not permitted"),
    "reading the parent's memory": (raw(310, "os.getppid()", 0, 0, 0, 0, 0), "Operation not permitted"),
    "a handle on the parent": (raw(434, "os.getppid()", 0), "Operation not permitted"),
    "clone": (raw(56, 17, 0, 0, 0, 0), "Operation not permitted"),
    "clone3": (raw(435, 0, 0), "Function not implemented"),
    "vfork by another table": (raw("0x40000000 | 58"), "Function not implemented"),
    "a namespace of its own": (raw(272, "0x10000000"), "Operation not permitted"),
    "another's namespace": (raw(308, 0, 0), "Operation not permitted"),
    "mount": (raw(165, 0, "b'/'", 0, 0, 0), "Operation not permitted"),
    "bpf": (raw(321, 0, 0, 0), "Operation not permitted"),
    "keys": (raw(250, 0, 0, 0), "Operation not permitted"),
    "rings": (raw(425, 1, 0), "Function not implemented"),
    "perf": (raw(298, 0, 0, -1, -1, 0), "Operation not permitted"),
    "page faults": (raw(323, 0), "Operation not permitted"),
    "memory that lasts": (raw(29, 0, 4096, "0o1600"), "Operation not permitted"),
    "a message queue": (raw(68, 0, "0o1600"), "Operation not permitted"),
    "files by handle": (raw(304, -100, 0, 0), "Operation not permitted"),
    "another personality": (raw(135, 0), "Operation not permitted"),
    "the kernel's log": (raw(103, 3, 0, 0), "Operation not permitted"),
}


@pytest.mark.parametrize("attack", REFUSED)
@pytest.mark.usefixtures("untouched")
def test_a_program_is_refused(setup, attack):
    program, reason = REFUSED[attack]
    if "libc.syscall" in program and os.uname().machine != "x86_64":
        pytest.skip("calls by the numbers of x86_64")
    execution = setup.run(PRELUDE + program)

    assert "ESCAPED" not in execution["stdout"]
    assert reason in execution["stderr"].splitlines()[-1]
    assert (execution["outcome"], execution["returncode"]) == ("error", 1)


ENDED = {
    # attack: (program, outcome, limits)
    "endless loop": ("while True: pass", "timeout", {"wall": 0.25}),
    "endless loop in C": ("import itertools\nsum(itertools.repeat(0))", "timeout", {"wall": 0.25}),
    "a regular expression that explodes": ("import re\nre.match('(a+)+$', 'a' * 64 + 'b')", "timeout", {"wall": 0.25}),
    "sleep": ("time.sleep(60)", "timeout", {"wall": 0.25}),
    "deadlock": ("lock = threading.Lock()\nlock.acquire()\nlock.acquire()", "timeout", {"wall": 0.25}),
    "stopping itself": ("os.kill(os.getpid(), signal.SIGSTOP)", "timeout", {"wall": 0.25}),
    "deaf to signals": (
        "for n in range(1, 32):\n    try: signal.signal(n, signal.SIG_IGN)\n    except OSError: pass\nwhile True: pass",
        "timeout",
        {"wall": 0.3},
    ),
    "a list without end": ("x = []\nwhile True: x.append(bytes(10**6))", "memory", {"wall": 10}),
    "one big allocation": ("bytearray(8 * 2**30)", "memory", {}),
    "a string of 100 GB": ("'x' * 10**11", "memory", {}),
    "10 GB of output": ("while True: print('x' * 10**6)", "output", {}),
    "10 GB of errors": ("while True: sys.stderr.write('x' * 10**6)", "output", {}),
    "a flood below Python's streams": ("while True: os.write(1, b'x' * 10**6)", "output", {}),
    "an endless message": ("raise ValueError('x' * 10**7)", "output", {}),
    "a segmentation fault": ("import ctypes\nctypes.string_at(0)", "killed", {}),
    "abort": ("os.abort()", "killed", {}),
    "killing itself": ("os.kill(os.getpid(), 9)", "killed", {}),
    "rubbish on every descriptor": (
        "for n in range(3, 64):\n    try: os.write(n, b'\\xff' * 64)\n    except OSError: pass\ntime.sleep(5)",
        "error",
        {"wall": 8},
    ),
    "unraisable noise": ("class D:\n    def __del__(self): raise ValueError\nd = D()\ndel d\n1 / 0", "error", {}),
    "threads without end": (
        "while True: threading.Thread(target=time.sleep, args=(60,)).start()",
        "error",
        {"wall": 10},
    ),
    "a closed world": ("os.closerange(0, 256)\n1 / 0", "error", {}),
}


@pytest.mark.parametrize("setup", ["full", "kernel, ordinary user"], indirect=True)
@pytest.mark.parametrize("attack", ENDED)
@pytest.mark.usefixtures("untouched")
def test_a_program_ends_as_it_must(setup, attack):
    program, outcome, limits = ENDED[attack]
    execution = setup.run(PRELUDE + program, limits=limits)

    assert execution["outcome"] == outcome, execution["stderr"][-300:]


TRACES = {
    "a folder without permissions": "os.makedirs('a/b'); open('a/b/c', 'w'); os.chmod('a/b', 0); os.chmod('a', 0)",
    "its own folder closed": "open('x', 'w'); os.chmod('.', 0)",
    "folders within folders": "for _ in range(1100):\n    os.mkdir('d'); os.chdir('d')",
    "names that are no text": "open(b'\\xff\\xfe', 'w'); os.mkdir(b'\\x80')",
    "links to elsewhere": "os.symlink('/usr', 'a'); os.symlink('..', 'b'); os.symlink('c', 'c')",
    "a pipe with a name": "os.mkfifo('p')",
    "a thread that outlives the main one": "threading.Thread(target=lambda: (time.sleep(9), print('late'))).start()",
    "work left for the end": "import atexit\natexit.register(time.sleep, 60)",
}


@pytest.mark.parametrize("trace", TRACES)
@pytest.mark.usefixtures("untouched")
def test_nothing_of_a_program_is_left(setup, trace):
    execution = setup.run(PRELUDE + TRACES[trace], limits={"wall": 5})

    assert (execution["outcome"], execution["stdout"]) == ("ok", "")
    assert execution["duration"] < 4


@pytest.mark.parametrize(
    "program",
    [
        "for n in range(100_000): open(str(n), 'w').close()",
        "for n in range(100):\n    with open(str(n), 'wb') as file: file.write(bytes(10**7))",
    ],
    ids=["100,000 files", "a gigabyte in pieces"],
)
@pytest.mark.usefixtures("untouched")
def test_scratch_is_bounded_where_it_is_a_mount(setup, program):
    if not setup.layers["namespaces"]:
        pytest.skip("without a mount of its own, a folder has no bound; each file has")
    execution = setup.run(program, limits={"wall": 10, "cpu": 10})

    assert execution["outcome"] == "error"
    assert "No space left on device" in execution["stderr"]
