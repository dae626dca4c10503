"""Attacks on the caller, on the sandbox's own parent process, and on another job that runs beside."""

from __future__ import annotations

from tests.pytest_aiassert.sandbox.hostile.attack import Attack, by_number, source

from pytest_aiassert.sandbox.jail.syscalls import NUMBERS

TRACERS = ("seccomp", "landlock", "identity", "namespaces")
SIGNALS = ("seccomp", "landlock 6", "identity", "namespaces")
FOUND = "PermissionError|ProcessLookupError|AssertionError"
PARENT = (
    source("""
            parent = os.getppid()
            assert parent
            """)
    + "\n"
)
SIBLING = "assert $sibling_pid != os.getpid()\n"
SEIZE = "0x4206"  # attaches, and stops nobody


def by_tracer(call: str, pid: str, *arguments: object, prepared: str = "", control_by: str = "ordinary") -> Attack:
    """Return an attack by a call that only a tracer of the process may make."""
    number = NUMBERS[call][0]
    program = (
        f"import ctypes\npid = {pid}\nassert pid not in (0, os.getpid())\n{prepared}"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        f"if libc.syscall({', '.join(map(str, (number, *arguments)))}) < 0:\n"
        "    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))\nprint('ESCAPED')"
    )
    return Attack(program=program, stopped_by=TRACERS, says=FOUND, control_by=control_by, only_on="x86_64")


def traced(pid: str, control_by: str = "ordinary") -> Attack:
    """Return an attack that attaches to a process as a debugger does."""
    return by_tracer("ptrace", pid, SEIZE, "pid", 0, 0, control_by=control_by)


def memory_read(pid: str, control_by: str = "ordinary") -> Attack:
    """Return an attack that reads from a process whose memory is laid out as its own, since both are forks of one."""
    prepared = (
        source("""
            import struct
            held = ctypes.create_string_buffer(16)
            here = ctypes.create_string_buffer(struct.pack('QQ', ctypes.addressof(held), 16))
            there = ctypes.create_string_buffer(struct.pack('QQ', id(sys), 16))
            """)
        + "\n"
    )
    arguments = ("pid", "here", 1, "there", 1, 0)
    return by_tracer("process_vm_readv", pid, *arguments, prepared=prepared, control_by=control_by)


NEIGHBOURS: dict[str, Attack] = {
    # the fuse: signal 0 asks the kernel whether it would be allowed
    "killing the parent": Attack(
        program=f"{PARENT}os.kill(parent, $n)\nprint('ESCAPED')", stopped_by=SIGNALS, says=FOUND, fuse=(9, 0)
    ),
    "stopping the parent": Attack(
        program=f"{PARENT}os.kill(parent, $n)\nprint('ESCAPED')", stopped_by=SIGNALS, says=FOUND, fuse=(19, 0)
    ),
    "killing the caller": Attack(
        program="os.kill($caller, $n)\nprint('ESCAPED')", stopped_by=SIGNALS, says=FOUND, fuse=(9, 0)
    ),
    "killing everybody": Attack(
        program="os.kill(-1, $n)\nprint('ESCAPED')", stopped_by=("seccomp", "namespaces"), says=FOUND, fuse=(9, 0)
    ),
    "killing its group": Attack(program="os.killpg(0, $n)\nprint('ESCAPED')", stopped_by=("seccomp",), fuse=(9, 0)),
    "killing a sibling": Attack(
        program=f"{SIBLING}os.kill($sibling_pid, $n)\nprint('ESCAPED')", stopped_by=SIGNALS, says=FOUND, fuse=(9, 0)
    ),
    "a thread of the parent": by_number("tgkill", "os.getppid()", "os.getppid()", 0, stopped_by=("seccomp",)),
    "a signal with a value": by_number("rt_sigqueueinfo", "os.getppid()", 0, 0, stopped_by=("seccomp",)),
    "a handle on the parent": by_number("pidfd_open", "os.getpid()", 0),
    "tracing the parent": traced("os.getppid()", "ordinary, without Yama"),
    "tracing a sibling": traced("$sibling_pid"),
    "tracing the caller": traced("$caller"),
    "reading the parent's memory by a call": memory_read("os.getppid()", "ordinary, without Yama"),
    "reading a sibling's memory by a call": memory_read("$sibling_pid"),
    "throttling the parent": Attack(
        program=(f"{PARENT}import resource\nresource.prlimit(parent, resource.RLIMIT_CORE)\nprint('ESCAPED')"),
        stopped_by=("seccomp", "identity", "namespaces"),
        says=FOUND,
        control_by="ordinary",
    ),
    "moving the parent to one processor": Attack(
        program=f"{PARENT}os.sched_setaffinity(parent, os.sched_getaffinity(parent))\nprint('ESCAPED')",
        stopped_by=("seccomp", "identity", "namespaces"),
        says=FOUND,
        control_by="ordinary",
    ),
    "lowering the parent's priority": Attack(
        program=f"{PARENT}os.setpriority(0, parent, os.getpriority(0, parent))\nprint('ESCAPED')",
        stopped_by=("seccomp", "identity", "namespaces"),
        says=FOUND,
        control_by="ordinary",
    ),
    "reading a sibling's file": Attack(
        program="print('ESCAPED' if open('$sibling/mine').read() == 'hunter2' else '')",
        stopped_by=("landlock", "identity"),
    ),
    "writing over a sibling's file": Attack(
        program="open('$sibling/mine', 'w').write('ESCAPED')\nprint('ESCAPED')",
        stopped_by=("landlock", "identity"),
    ),
    "a file in a sibling's folder": Attack(
        program="open('$sibling/other', 'w').close()\nprint('ESCAPED')", stopped_by=("landlock", "identity")
    ),
    "a link into a sibling's folder": Attack(
        program=source("""
            os.symlink('$sibling', 'link')
            os.unlink('link/mine')
            print('ESCAPED')
            """),
        stopped_by=("landlock", "identity"),
    ),
    "a file beside its folder": Attack(
        program="open('../escaped', 'w').close()\nprint('ESCAPED')", stopped_by=("landlock", "identity")
    ),
    "listing the other folders": Attack(
        program="print('ESCAPED' if os.path.basename('$sibling') in os.listdir('..') else '')",
        stopped_by=("landlock", "identity"),
    ),
}
