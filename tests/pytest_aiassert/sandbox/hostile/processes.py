"""Attacks by starting processes, and by calls that no job needs."""

from __future__ import annotations

from tests.pytest_aiassert.sandbox.hostile.attack import Attack, by_number, source

FILTERED = ("seccomp",)

PROCESSES: dict[str, Attack] = {
    "fork": Attack(program="if os.fork() == 0: os._exit(0)\nprint('ESCAPED')", stopped_by=FILTERED),
    "fork bomb": Attack(
        program="for _ in range($n): os.fork()\nprint('ESCAPED', flush=True)", stopped_by=FILTERED, fuse=(10**9, 3)
    ),
    "fork bomb of sleepers": Attack(
        program=source("""
            for _ in range($n):
                if os.fork() == 0:
                    time.sleep(60)
                    os._exit(0)
            print('ESCAPED')
            """),
        stopped_by=FILTERED,
        fuse=(10**9, 5),
    ),
    "daemon by double fork": Attack(
        program=source("""
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    print('ESCAPED', flush=True)
                    time.sleep(60)
                os._exit(0)
            time.sleep(0.2)
            """),
        stopped_by=FILTERED,
    ),
    "fork with a terminal": Attack(
        program="if os.forkpty()[0]: print('ESCAPED')",
        stopped_by=("seccomp", "namespaces", "landlock"),
        says="PermissionError|FileNotFoundError|OSError",
    ),
    "posix_spawn": Attack(program="os.posix_spawn('/bin/true', ['true'], {})\nprint('ESCAPED')", stopped_by=FILTERED),
    "subprocess": Attack(
        program=source("""
            import subprocess
            subprocess.run(['/bin/true'], check=True)
            print('ESCAPED')
            """),
        stopped_by=FILTERED,
    ),
    "multiprocessing": Attack(
        program=source("""
            import multiprocessing
            worker = multiprocessing.get_context('fork').Process(target=time.sleep, args=(0,))
            worker.start()
            worker.join()
            print('ESCAPED')
            """),
        stopped_by=FILTERED,
    ),
    "another program in its place": Attack(program="os.execv('/bin/echo', ['echo', 'ESCAPED'])", stopped_by=FILTERED),
    "a shell": Attack(
        program="assert os.system('true') == 0\nprint('ESCAPED')", stopped_by=FILTERED, says="AssertionError"
    ),
    "another group, to outlive its own": Attack(program="os.setpgid(0, 0)\nprint('ESCAPED')", stopped_by=FILTERED),
    "a file in memory, to run it": Attack(program="os.memfd_create('x')\nprint('ESCAPED')", stopped_by=FILTERED),
    "clone": by_number("clone", 17, 0, 0, 0, 0),
    "clone3": by_number("clone3", 0, 0, says="Function not implemented"),
    "namespaces of its own": by_number("unshare", 0),
    "another's namespaces": by_number("setns", -1, 0),
    "a mount": by_number("mount", 0, 0, 0, 0, 0, stopped_by=("seccomp", "privileges"), control_by="root"),
    "another root folder": by_number("chroot", 0, stopped_by=("seccomp", "privileges"), control_by="root"),
    "a reboot": by_number("reboot", 0, 0, 0, 0, stopped_by=("privileges",), control_by="root"),
    "the clock": by_number("clock_settime", 0, 0, stopped_by=("seccomp",)),
    "the host's name": by_number("sethostname", 0, -1, stopped_by=("privileges",), control_by="root"),
    "the kernel's log": by_number("syslog", 10, 0, 0, stopped_by=("seccomp", "privileges"), control_by="root"),
    "programs in the kernel": by_number("bpf", 99, 0, 0, stopped_by=("privileges", "seccomp"), control_by="root"),
    "keys of the session": by_number("keyctl", 0, -3, 0),
    "rings of calls": by_number("io_uring_setup", 0, 0, says="Function not implemented"),
    "performance counters": by_number("perf_event_open", 0, 0, -1, -1, 0),
    "page faults by hand": by_number("userfaultfd", -1),
    "shared memory that lasts": by_number("shmget", 0, 0, "0o1600"),
    "a message queue that lasts": by_number("msgget", -1, 0),
    "files by handle": by_number("open_by_handle_at", -1, 0, 0, stopped_by=("seccomp",)),
    "another personality": by_number("personality", "0xffffffff"),
    "a device": Attack(
        program=source("""
            import stat
            os.mknod('null', stat.S_IFCHR | 0o600, os.makedev(1, 3))
            os.unlink('null')
            print('ESCAPED')
            """),
        stopped_by=("privileges",),
        control_by="root",
    ),
    "becoming root": Attack(
        program=source("""
            os.setgroups([])
            os.setuid(0)
            print('ESCAPED')
            """),
        stopped_by=("privileges",),
        control_by="root",
    ),
}
