"""Attacks by using too much, by never ending, by crashing, and by leaving things behind."""

from __future__ import annotations

from tests.pytest_aiassert.sandbox.hostile.attack import ROOM, Attack, source

WALL = {"wall": 0.25}
UNTIL = "start = time.monotonic()\n"
FOR_EVER = ("float('inf')", 0.3)
OWN = ("process",)


def endless(program: str, fuse: tuple[object, object], **row: object) -> Attack:
    """Return an attack that does not end; its control run ends after 0.3 s or so, if it is let."""
    return Attack(
        program=program + "\nprint('ESCAPED')",
        stopped_by=("wall",),
        ends="timeout",
        says="",
        limits=WALL,
        fuse=fuse,
        **row,
    )


def greedy(program: str, limit: str, fuse: tuple[object, object], **row: object) -> Attack:
    """Return an attack that takes more than a limit."""
    row = {"limits": ROOM, **row}
    return Attack(program=program + "\nprint('ESCAPED')", stopped_by=(limit,), fuse=fuse, **row)


RESOURCES: dict[str, Attack] = {
    "endless loop": endless(f"{UNTIL}while time.monotonic() - start < $n: pass", FOR_EVER),
    "endless loop in C": endless("import itertools\nsum(itertools.repeat(0, $n))", (2**60, 10**7)),
    "a regular expression that explodes": endless("import re\nre.match('(a+)+$$', 'a' * $n + 'b')", (64, 20)),
    "a power of powers": endless("(9 ** 9 ** $n).bit_length()", (9, 5)),
    "sleep": endless("time.sleep($n)", (10**6, 0.3)),
    "deaf to signals": endless(
        "for n in range(1, 32):\n    try: signal.signal(n, signal.SIG_IGN)\n    except OSError: pass\n"
        f"{UNTIL}while time.monotonic() - start < $n: pass",
        FOR_EVER,
    ),
    "a handler that never ends": endless(
        f"{UNTIL}def on_alarm(*_):\n    while time.monotonic() - start < $n: pass\n"
        "signal.signal(signal.SIGALRM, on_alarm)\nsignal.setitimer(signal.ITIMER_REAL, 0.01)\ntime.sleep(0.05)",
        FOR_EVER,
    ),
    "an end that never comes": endless(
        source("""
            class Late:
                def __del__(self):
                    start = time.monotonic()
                    while time.monotonic() - start < $n: pass
            late = Late()
            del late
            """),
        FOR_EVER,
    ),
    "recursion without end": endless(
        source("""
            sys.setrecursionlimit($n)
            def f(): return f()
            try: f()
            except RecursionError: pass
            """),
        (10**9, 10**4),
    ),
    "processor time": Attack(
        program="while time.process_time() < $n: pass\nprint('ESCAPED')",
        stopped_by=("cpu",),
        ends="timeout",
        says="",
        limits={"wall": 30, "cpu": 1},
        fuse=("float('inf')", 1.1),
    ),
    "a list without end": greedy(
        "held = []\nfor _ in range($n): held.append(bytes(10**6))",
        "memory",
        (10**9, 60),
        ends="memory",
        says="MemoryError|^$",
        limits=ROOM | {"memory": 50 * 2**20},
    ),
    "a string that doubles": greedy(
        "text = 'x' * 2**20\nfor _ in range($n): text += text",
        "memory",
        (60, 6),
        ends="memory",
        says="MemoryError|^$",
        limits=ROOM | {"memory": 100 * 2**20},
    ),
    "one big allocation": greedy(
        "bytearray($n)", "memory", (8 * 2**30, 600 * 2**20), ends="memory", says="MemoryError|^$"
    ),
    "one big mapping": greedy(
        "import mmap\nmmap.mmap(-1, $n)", "memory", (8 * 2**30, 600 * 2**20), says="OSError: .*Cannot allocate memory"
    ),
    "a tuple of a million million": greedy(
        "(0,) * $n", "memory", (10**12, 10**8), ends="memory", says="MemoryError|^$"
    ),
    "threads without end": greedy(
        "for _ in range($n): threading.Thread(target=time.sleep, args=(0.5,), daemon=True).start()",
        "memory",
        (10**9, 100),
        says="RuntimeError: can't start new thread",
    ),
    "10 GB of output": greedy(
        "for _ in range($n): print('x' * 10**6)\nprint()",
        "output",
        (10_000, 0),
        ends="output",
        says="",
    ),
    "10 GB of errors": greedy(
        "for _ in range($n): sys.stderr.write('x' * 10**6)", "output", (10_000, 3), ends="output", says=""
    ),
    "10 GB below Python's streams": greedy(
        "for _ in range($n): os.write(2, b'x' * 10**6)", "output", (10_000, 3), ends="output", says=""
    ),
    "an exception of 10 MB": greedy(
        source("""
            print('ESCAPED', flush=True)
            if $n: raise ValueError('x' * 10**7)
            sys.stderr.write('x' * 2 * 10**6)
            """),
        "output",
        (1, 0),
        ends="output",
        says="",
    ),
    "a sparse file of 10 GB": greedy(
        "open('big', 'wb').truncate(10**10)", "files", ("", ""), says="OSError: .*File too large"
    ),
    "a file of 10 GB": greedy(
        "with open('big', 'wb') as file:\n    for _ in range($n): file.write(bytes(10**6))",
        "files",
        (10_000, 20),
        says="OSError: .*File too large",
    ),
    "too many descriptors": greedy(
        "held = [open('/dev/null') for _ in range($n)]",
        "descriptors",
        (10**6, 200),
        says="OSError: .*Too many open files",
    ),
    "raising its own limits": greedy(
        "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (2**30, 2**30))",
        "files",
        ("", ""),
        says="ValueError: not allowed to raise maximum limit",
    ),
    "100,000 files": Attack(
        program="for n in range($n): open(str(n), 'w').close()\nprint('ESCAPED')",
        stopped_by=("namespaces",),
        says="OSError: .*No space left on device",
        fuse=(100_000, 4_500),
    ),
    "a gigabyte in pieces": Attack(
        program=source("""
            for n in range($n):
                with open(str(n), 'wb') as file: file.write(bytes(10**7))
            print('ESCAPED')
            """),
        stopped_by=("namespaces",),
        says="OSError: .*No space left on device",
        fuse=(100, 7),
    ),
    # in one interpreter with their harness, these take it along
    "recursion through C": Attack(
        program=source("""
            import ctypes
            sys.setrecursionlimit(10**9)
            def f(): again()
            again = ctypes.CFUNCTYPE(None)(f)
            again()
            """),
        stopped_by=OWN,
        ends="killed",
        says="",
    ),
    "a segmentation fault": Attack(
        program="import ctypes\nctypes.string_at(0)", stopped_by=OWN, ends="killed", says=""
    ),
    "abort": Attack(program="os.abort()", stopped_by=OWN, ends="killed", says=""),
    "killing itself": Attack(program="os.kill(os.getpid(), 9)", stopped_by=OWN, ends="killed", says=""),
    "an alarm": Attack(program="signal.alarm(1)\ntime.sleep(60)", stopped_by=OWN, ends="killed", says=""),
    "stopping itself": Attack(
        program="os.kill(os.getpid(), signal.SIGSTOP)", stopped_by=OWN, ends="timeout", says="", limits=WALL
    ),
    "deadlock": Attack(
        program=source("""
            lock = threading.Lock()
            lock.acquire()
            lock.acquire()
            """),
        stopped_by=OWN,
        ends="timeout",
        says="",
        limits=WALL,
    ),
    "an exit that is none": Attack(program="os._exit(3)", stopped_by=OWN, says=""),
    "every descriptor closed": Attack(program="os.closerange(0, 256)\n1 / 0", stopped_by=OWN, says=""),
    "rubbish on every descriptor": Attack(
        program=source(r"""
            for n in range(3, 64):
                try: os.write(n, b'\xff' * 64)
                except OSError: pass
            os.closerange(0, 3)
            time.sleep(5)
            """),
        stopped_by=OWN,
        says="",
    ),
    "a thread that outlives the main one": Attack(
        program="threading.Thread(target=lambda: (time.sleep(9), print('late'))).start()",
        stopped_by=OWN,
        ends="ok",
        says="",
    ),
    "work left for the end": Attack(
        program="import atexit\natexit.register(time.sleep, 60)", stopped_by=OWN, ends="ok", says=""
    ),
    # without tidying, these stay
    "a folder without permissions": Attack(
        program="os.makedirs('a/b'); open('a/b/c', 'w').close(); os.chmod('a/b', 0); os.chmod('a', 0)",
        stopped_by=("tidying",),
        ends="ok",
        says="",
    ),
    "its own folder closed": Attack(
        program="open('x', 'w').close(); os.chmod('.', 0)", stopped_by=("tidying",), ends="ok", says=""
    ),
    "folders within folders": Attack(
        program="for _ in range(1100):\n    os.mkdir('d'); os.chdir('d')", stopped_by=("tidying",), ends="ok", says=""
    ),
    "names that are no text": Attack(
        program="open(b'\\xff\\xfe', 'w').close(); os.mkdir(b'\\x80')", stopped_by=("tidying",), ends="ok", says=""
    ),
    "links to elsewhere": Attack(
        program="os.symlink('/usr', 'a'); os.symlink('..', 'b'); os.symlink('c', 'c')",
        stopped_by=("tidying",),
        ends="ok",
        says="",
    ),
    "a pipe with a name": Attack(program="os.mkfifo('p')", stopped_by=("tidying",), ends="ok", says=""),
}
