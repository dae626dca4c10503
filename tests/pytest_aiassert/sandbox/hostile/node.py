"""Attacks in JavaScript: Node.js needs threads, processes of its own making and sockets, so its walls are others."""

from __future__ import annotations

from typing import Any

from tests.pytest_aiassert.sandbox.hostile.attack import Attack, source

REFUSED = "EACCES|EPERM|ENOENT|EROFS"


def script(program: str, *stopped_by: str, says: str = REFUSED, **row: Any) -> Attack:
    """Return an attack that prints ESCAPED at its end; what stops it, it shows."""
    caught = "catch (error) { console.error(error.message); process.exit(1) }"
    guarded = f"try {{\n{program}\nconsole.log('ESCAPED')\n}} {caught}"
    return Attack(program=guarded, stopped_by=stopped_by, says=says, language="javascript", **row)


def connection(to: str, *stopped_by: str) -> Attack:
    """Return an attack that connects to a server, and prints ESCAPED where that tells the secret."""
    program = (
        f"const it = require('net').connect({to})\nlet said = ''\n"
        "it.on('data', (piece) => { said += piece })\n"
        "it.on('end', () => { if (said.includes('hunter2')) console.log('ESCAPED'); process.exit(0) })\n"
        "it.on('error', (error) => { console.error(error.message); process.exit(1) })"
    )
    says = f"{REFUSED}|ENETUNREACH|ECONNREFUSED|EADDRNOTAVAIL"
    return Attack(program=program, stopped_by=stopped_by, says=says, language="javascript")


HIDDEN = ("namespaces", "landlock")

NODE: dict[str, Attack] = {
    "read by name": script(
        "if (require('fs').readFileSync('$secret', 'utf8') !== 'hunter2') throw Error('other')", *HIDDEN
    ),
    "read through a link": script(
        source("""
            const fs = require('fs')
            fs.symlinkSync('$secret', 'link')
            fs.readFileSync('link')
            """),
        *HIDDEN,
    ),
    "the project": script("require('fs').readdirSync('$project')", *HIDDEN),
    "write beside it": script("require('fs').writeFileSync('$world/new', 'x')", *HIDDEN),
    "write over it": script("require('fs').writeFileSync('$secret', 'x')", *HIDDEN),
    "read by another program": script(
        "const said = require('child_process').spawnSync('/bin/cat', ['$secret'], {encoding: 'utf8'})\n"
        "if (!said.stdout.includes('hunter2')) throw Error(said.stderr)",
        *HIDDEN,
        says="Permission denied|No such file",
    ),
    "tcp": connection("$tcp, '127.0.0.1'", "seccomp", "namespaces", "landlock 4"),
    "Unix socket with a path": connection("'$unix'", "seccomp", "namespaces"),
    "killing the caller": script(
        "process.kill($caller, $n)", "namespaces", "landlock 6", "identity", says="EPERM|ESRCH", fuse=(9, 0)
    ),
    "endless loop": Attack(
        program=source("""
            const start = Date.now()
            while (Date.now() - start < $n) {}
            console.log('ESCAPED')
            """),
        stopped_by=("wall",),
        ends="timeout",
        says="",
        limits={"wall": 1.0, "cpu": 8},
        fuse=(1e12, 1500),
        language="javascript",
    ),
    "buffers beyond its heap": Attack(
        program=source("""
            const held = []
            for (let n = 0; n < 100; n++) held.push(Buffer.alloc($n))
            console.log('ESCAPED')
            """),
        stopped_by=("memory",),
        says="",
        limits={"wall": 20.0, "cpu": 20.0, "memory": 64 * 2**20},
        fuse=(100_000_000, 5_000_000),
        language="javascript",
    ),
    "10 GB of output": Attack(
        program="for (let n = 0; n < $n; n++) require('fs').writeSync(2, 'x'.repeat(1e5))\nconsole.log('ESCAPED')",
        stopped_by=("output",),
        ends="output",
        says="",
        fuse=(100_000, 20),
        language="javascript",
    ),
}
