"""What belongs to the caller: planted where every user may reach it, and put back after each attack."""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import socket
import struct
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

SECRET = "hunter2"


class World:
    """What belongs to the caller: a secret, a home with a key, a project, and servers that hand the secret out."""

    def __init__(self, *, name_server: bool) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="world-"))
        self.folder.chmod(0o777)
        self.plant()
        self.servers: list[socket.socket] = []
        self.names = {
            "secret": str(self.folder / "secret"),
            "home": str(self.folder / "home"),
            "project": str(self.folder / "project"),
            "world": str(self.folder),
            "caller": str(os.getpid()),
            "tcp": str(self._serve(socket.socket(), ("127.0.0.1", 0))[1]),
            "udp": str(self._serve(socket.socket(type=socket.SOCK_DGRAM), ("127.0.0.1", 0))[1]),
            "abstract": f"aiassert-{os.getpid()}",
            "unix": str(self.folder / "socket"),
        }
        self._serve(socket.socket(socket.AF_UNIX), "\0" + self.names["abstract"])
        self._serve(socket.socket(socket.AF_UNIX), self.names["unix"])
        (self.folder / "socket").chmod(0o777)
        if name_server:
            self._serve(socket.socket(type=socket.SOCK_DGRAM), ("127.0.0.1", 53))

    def plant(self) -> None:
        """Make everything as it was."""
        for name, mode in (("secret", 0o666), ("home/.ssh/id_ed25519", 0o600), ("project/.env", 0o644)):
            file = self.folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(SECRET)
            file.chmod(mode)

    def changes(self) -> list[str]:
        """Return what is not as it was planted, and make it so again."""
        wanted = {"secret", "home", "home/.ssh", "home/.ssh/id_ed25519", "project", "project/.env", "socket"}
        found = {str(path.relative_to(self.folder)) for path in self.folder.rglob("*")}
        changed = [f"{name} is gone" for name in wanted - found]
        for name in sorted(found - wanted):
            path = self.folder / name
            changed.append(f"{name} is new")
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
        for name in wanted & found:
            path = self.folder / name
            if path.is_file() and path.read_text() != SECRET:
                changed.append(f"{name} is changed")
        if changed:
            self.plant()
        return changed

    def close(self) -> None:
        """Remove everything."""
        for server in self.servers:
            server.close()
        shutil.rmtree(self.folder)

    def _serve(self, server: socket.socket, address: Any) -> Any:
        server.bind(address)
        self.servers.append(server)
        if server.type == socket.SOCK_DGRAM:
            serve = _answer_datagrams
        else:
            server.listen()
            serve = _answer_connections
        threading.Thread(target=serve, args=(server,), daemon=True).start()
        return server.getsockname()


def _answer_connections(server: socket.socket) -> None:
    while True:
        with server.accept()[0] as connection, suppress(OSError):
            connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + SECRET.encode())
            connection.shutdown(socket.SHUT_WR)
            connection.settimeout(1)
            while connection.recv(4096):  # closing on what is unread would take the answer back
                pass


def _answer_datagrams(server: socket.socket) -> None:
    """Answer every query for a name with 127.0.0.1, and anything else with the secret."""
    while True:
        query, sender = server.recvfrom(512)
        if server.getsockname()[1] != 53 or len(query) < 12:
            server.sendto(SECRET.encode(), sender)
            continue
        kind = struct.unpack(">H", query[-4:-2])[0]
        answer = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + socket.inet_aton("127.0.0.1") if kind == 1 else b""
        head = query[:2] + struct.pack(">HHHHH", 0x8180, 1, int(bool(answer)), 0, 0)
        server.sendto(head + query[12:] + answer, sender)


def retreat() -> bool:
    """Go on among processes and in a network of its own, where a name server may answer; False where refused."""
    libc = ctypes.CDLL(None, use_errno=True)
    network, processes, mounts = 0x40000000, 0x20000000, 0x20000
    if os.geteuid() != 0 or libc.unshare(network | processes | mounts) < 0:
        return False
    if pid := os.fork():
        os.waitpid(pid, 0)
        os._exit(0)
    private, bind = 16384 | 1 << 18, 4096
    libc.mount(b"none", b"/", None, private, None)
    libc.mount(b"proc", b"/proc", b"proc", 0, None)
    Path("/proc/sys/kernel/ns_last_pid").write_text("20000")  # far from the numbers of the sandbox's own processes
    if pid := os.fork():
        os.waitpid(pid, 0)
        os._exit(0)
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh", b"lo", 1))  # SIOCSIFFLAGS, IFF_UP
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
        file.write("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
        file.flush()
        return libc.mount(file.name.encode(), b"/etc/resolv.conf", None, bind, None) == 0
