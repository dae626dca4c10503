"""Attacks on files, and on what can be read of the caller: a secret planted where every user may read and write."""

from __future__ import annotations

from tests.pytest_aiassert.sandbox.hostile.attack import Attack, source

HIDDEN = ("namespaces", "landlock")
GONE = "PermissionError|FileNotFoundError|OSError|NotADirectoryError"
OWN = ("environment",)


def reading(program: str, **row: object) -> Attack:
    """Return an attack that has escaped where its last expression has the secret in it."""
    lines = program.split("\n")
    shown = f"said = {lines[-1]}\nprint('ESCAPED' if 'hunter2' in str(said) else '')"
    return Attack(
        program="\n".join([*lines[:-1], shown]), stopped_by=row.pop("stopped_by", HIDDEN), **{"says": GONE, **row}
    )


def writing(program: str, **row: object) -> Attack:
    """Return an attack that has escaped where it comes to its end."""
    return Attack(
        program=program + "\nprint('ESCAPED')", stopped_by=row.pop("stopped_by", HIDDEN), **{"says": GONE, **row}
    )


FILES: dict[str, Attack] = {
    "read by name": reading("open('$secret').read()"),
    "read from below": reading("open('../../../../../..$secret').read()"),
    "read through a symbolic link": reading("os.symlink('$secret', 'link')\nopen('link').read()"),
    "read through a link to the root folder": reading("os.symlink('/', 'root')\nopen('root$secret').read()"),
    "read through a hard link": reading("os.link('$secret', 'link')\nopen('link').read()"),
    "read by moving it here": reading("os.rename('$secret', 'mine')\nopen('mine').read()"),
    "read through its folder's descriptor": reading(
        "folder = os.open('$world', os.O_PATH)\nos.read(os.open('secret', os.O_RDONLY, dir_fd=folder), 99)"
    ),
    "read through its own root": reading("open('/proc/self/root$secret').read()"),
    "read through its own working directory": reading("open('/proc/self/cwd/../../../../../..$secret').read()"),
    "read through the caller's root": reading("open('/proc/$caller/root$secret').read()", control_by="ordinary"),
    "read through a descriptor of the caller's": reading(
        "found = [os.readlink(f'/proc/$caller/fd/{n}') for n in os.listdir('/proc/$caller/fd')]\nfound and 'hunter2'",
        control_by="ordinary",
    ),
    "the caller's environment": reading("open('/proc/$caller/environ').read()", control_by="ordinary"),
    "the caller's memory": reading(
        source(r"""
            start = int(open('/proc/$caller/maps').read().split('-')[0], 16)
            memory = open('/proc/$caller/mem', 'rb')
            memory.seek(start)
            memory.read(4) == b'\x7fELF' and 'hunter2'
            """),
        control_by="ordinary",
    ),
    "the parent's environment": reading(
        "assert os.getppid()\nopen(f'/proc/{os.getppid()}/environ').read() and 'hunter2'",
        control_by="ordinary",
        says=GONE + "|AssertionError",
    ),
    "its own environment": reading("os.environ['PLANTED_SECRET']", stopped_by=OWN, says="KeyError"),
    "the C library's environment": reading(
        source("""
            import ctypes
            getenv = ctypes.CDLL(None).getenv
            getenv.restype = ctypes.c_char_p
            assert getenv(b'PLANTED_SECRET')
            getenv(b'PLANTED_SECRET')
            """),
        stopped_by=OWN,
        says="AssertionError",
    ),
    "the environment it began with": reading(
        "open('/proc/self/environ').read()", stopped_by=("environment", "namespaces", "landlock")
    ),
    "the home folder": reading(
        "open(os.path.expanduser('~/.ssh/id_ed25519')).read()", stopped_by=OWN, says="FileNotFoundError"
    ),
    "keys by their path": reading("open('$home/.ssh/id_ed25519').read()", stopped_by=(*HIDDEN, "identity")),
    "the project": reading("open('$project/.env').read()"),
    "a list of the caller's files": reading("'secret' in os.listdir('$world') and 'hunter2'"),
    "a list of the root folder": reading("os.listdir('/') and 'hunter2'", stopped_by=("landlock",)),
    "a list of all processes": reading("'$caller' in os.listdir('/proc') and 'hunter2'"),
    "its own memory map": reading("open('/proc/self/maps').read() and 'hunter2'"),
    "names of accounts": reading("'root' in open('/etc/passwd').read() and 'hunter2'"),
    "passwords": reading(
        "open('/etc/shadow').read() and 'hunter2'", stopped_by=(*HIDDEN, "identity"), control_by="root"
    ),
    "write over it": writing("open('$secret', 'w').write('x')"),
    "write at its end": writing("open('$secret', 'a').write('x')"),
    "cut it": writing("os.truncate('$secret', 0)"),
    "cut it through a link": writing("os.symlink('$secret', 'link')\nos.truncate('link', 0)"),
    "remove it": writing("os.unlink('$secret')"),
    "write beside it": writing("open('$world/new', 'w').close()"),
    "a folder beside it": writing("os.mkdir('$world/new')"),
    "a link beside it": writing("os.symlink('x', '$world/new')"),
    "write over it through a link": writing("os.symlink('$secret', 'link')\nopen('link', 'w').write('x')"),
    "replace it": writing("open('mine', 'w').close()\nos.replace('mine', '$secret')"),
    "move a folder away": writing("os.rename('$world/project', '$world/gone')"),
    "write to the project's code": writing(
        "open('$world/project/new.py', 'w').close()", stopped_by=(*HIDDEN, "identity")
    ),
    # opens it only, so that the control run leaves it as it is
    "write over Python's own library": writing(
        "open(os.__file__, 'a').close()", stopped_by=(*HIDDEN, "identity"), control_by="root"
    ),
}
