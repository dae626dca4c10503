"""Attacks over the network: to servers on this machine that hand out a secret."""

from __future__ import annotations

from tests.pytest_aiassert.sandbox.hostile.attack import Attack, source

TOLD = "print('ESCAPED' if b'hunter2' in said else '')"
WALLED = ("seccomp", "namespaces", "landlock 4")
REFUSED = "PermissionError|OSError|ConnectionRefusedError|URLError"

NETWORK: dict[str, Attack] = {
    "tcp": Attack(
        program=f"with socket.create_connection(('127.0.0.1', $tcp), 2) as it: said = it.makefile('rb').read()\n{TOLD}",
        stopped_by=WALLED,
        says=REFUSED,
    ),
    "tcp, not waiting": Attack(
        program=source("""
            it = socket.socket()
            it.setblocking(False)
            it.connect_ex(('127.0.0.1', $tcp))
            print('ESCAPED')
            """),
        stopped_by=("seccomp",),
    ),
    "tcp over IPv6": Attack(program="socket.socket(socket.AF_INET6)\nprint('ESCAPED')", stopped_by=("seccomp",)),
    "a server": Attack(
        program="with socket.create_server(('127.0.0.1', 0)): print('ESCAPED')", stopped_by=("seccomp", "landlock 4")
    ),
    "udp": Attack(
        program=(
            "it = socket.socket(type=socket.SOCK_DGRAM)\nit.settimeout(2)\nit.sendto(b'x', ('127.0.0.1', $udp))\n"
            f"said = it.recv(99)\n{TOLD}"
        ),
        stopped_by=("seccomp", "namespaces"),
        says=REFUSED,
    ),
    "raw": Attack(
        program="socket.socket(type=socket.SOCK_RAW, proto=socket.IPPROTO_ICMP)\nprint('ESCAPED')",
        stopped_by=("seccomp", "privileges"),
        control_by="root",
    ),
    "packets": Attack(
        program="socket.socket(socket.AF_PACKET, socket.SOCK_RAW)\nprint('ESCAPED')",
        stopped_by=("seccomp", "privileges"),
        control_by="root",
    ),
    "abstract Unix socket": Attack(
        program=(
            source(r"""
            it = socket.socket(socket.AF_UNIX)
            it.connect('\0$abstract')
            said = it.makefile('rb').read()
            """)
            + "\n"
            + TOLD
        ),
        stopped_by=("seccomp", "namespaces", "landlock 6"),
        says=REFUSED,
    ),
    "a name for an abstract Unix socket": Attack(
        program="socket.socket(socket.AF_UNIX).bind('\\0x')\nprint('ESCAPED')", stopped_by=("seccomp",)
    ),
    "Unix socket with a path": Attack(
        program=source("""
            it = socket.socket(socket.AF_UNIX)
            it.connect('$unix')
            said = it.makefile('rb').read()
            """)
        + "\n"
        + TOLD,
        stopped_by=("seccomp", "namespaces"),
        says="PermissionError|FileNotFoundError",
    ),
    "netlink": Attack(
        program="socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)\nprint('ESCAPED')", stopped_by=("seccomp",)
    ),
    "virtual machines' socket": Attack(
        program=source("""
            try: socket.socket(40)
            except OSError as error:
                if error.errno == 1: raise
            print('ESCAPED')
            """),
        stopped_by=("seccomp",),
    ),
    "a name looked up": Attack(
        program="found = socket.getaddrinfo('secret.example', 80)\nprint('ESCAPED' if found else '')",
        stopped_by=("seccomp", "namespaces"),
        says="gaierror",
        control_by="root",
    ),
    "asyncio": Attack(
        program=(
            "import asyncio\nasync def ask():\n    reader, _ = await asyncio.open_connection('127.0.0.1', $tcp)\n"
            f"    return await reader.read()\nsaid = asyncio.run(ask())\n{TOLD}"
        ),
        stopped_by=WALLED,
        says=REFUSED,
    ),
    "urllib": Attack(
        program=f"import urllib.request as it\nsaid = it.urlopen('http://127.0.0.1:$tcp', timeout=2).read()\n{TOLD}",
        stopped_by=WALLED,
        says=REFUSED,
    ),
}
