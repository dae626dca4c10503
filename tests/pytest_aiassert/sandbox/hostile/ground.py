"""The proving ground: run as some user, it reads what to run, runs it, and looks from outside at what is left.

Each line of standard input is one question, each of standard output one answer; nothing of a question is trusted less
than the sandbox under test trusts it.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from string import Template
from typing import Any

from world import SECRET, World, retreat

PROBES = {
    "python": "import os; print(os.listdir('.'), 2 + 2)",
    "javascript": "console.log(JSON.stringify(require('fs').readdirSync('.').filter(n => n != 'main.js')), 2 + 2)",
}
ANYBODY_MAY_TRACE = "import ctypes\nctypes.CDLL(None).prctl(0x59616D61, ctypes.c_ulong(-1 & (1 << 64) - 1), 0, 0, 0)"
"""Says so to Yama, where that keeps processes from each other; nothing elsewhere."""
PROBE_TEST = "def check(candidate):\n    assert candidate(2, 2) == 4\n"
WRONG = "def add(a, b): return 5"
VICTIM = f"""
import os, time
{ANYBODY_MAY_TRACE}
open('mine', 'w').write({SECRET!r})
print(os.getcwd(), os.getpid(), flush=True)
time.sleep(600)
"""
HARNESS = """
import resource, sys
for kind, most in (("AS", 2**31), ("CPU", 5), ("FSIZE", 2**20), ("CORE", 0)):
    resource.setrlimit(getattr(resource, "RLIMIT_" + kind), (most, most))
try:
    exec(compile(sys.stdin.read(), "main.py", "exec"), {"__name__": "__main__"})
except Exception:
    if sys.argv[1:]:
        raise
print("THE HARNESS GOES ON", flush=True)
"""


class Ground:
    """One sandbox with some layers left out, a victim that lives in it, and a look at both from outside."""

    def __init__(self, world: World, without: tuple[str, ...], tool: str | None) -> None:
        self.world, self.without, self.tool = world, without, tool
        self._open()

    def _open(self) -> None:
        from pytest_aiassert.sandbox import Limits
        from pytest_aiassert.sandbox.nursery import Nursery

        self.nursery = Nursery(without=self.without, tools=() if self.tool is None else (self.tool,))
        self.nursery.isolation()  # which starts it
        self.names = dict(self.world.names)
        self.victim = None
        if self.tool is None:
            limits = Limits(wall=600, cpu=600)
            self.victim = self.nursery.start(limits)
            work = {"kind": "program", "code": VICTIM, "files": {}, "stdin": "", "limits": limits.for_kernel()}
            self.victim.send(work)
            deadline = time.monotonic() + 20
            while "\n" not in self.victim.stdout:
                self.victim._turn(deadline)
            self.names["sibling"], self.names["sibling_pid"] = self.victim.stdout.split()
        self.base = self.nursery._base
        self.home = self.processes()

    def look(self) -> dict[str, Any]:
        """Return what a job has left that it should not; starts anew where there is something."""
        deadline = time.monotonic() + 3
        while ((found := self.processes()) - self.home or self.files()) and time.monotonic() < deadline:
            time.sleep(0.005)  # a job that is let go is ended without being waited for
        left, lost = found - self.home, self.home - found
        said = {
            "processes": [_command(pid) for pid in left],
            "files": [*self.world.changes(), *self.files()],
            "lost": len(lost),
        }
        if any(said.values()):
            self.close()
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._open()
        return said

    def processes(self) -> set[int]:
        """Return the ids of the zygote, of all below it, and of whatever bears its mark."""
        mark = self.base.encode() if hasattr(self, "base") else self.nursery._base.encode()
        found = set()
        waiting = [self.nursery._process.pid] if self.nursery._process else []
        while waiting:
            found.add(parent := waiting.pop())
            with suppress(OSError):
                waiting += map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text().split())
        for entry in Path("/proc").iterdir():
            with suppress(OSError):
                if entry.name.isdigit() and mark in (entry / "cmdline").read_bytes():
                    found.add(int(entry.name))
        return {pid for pid in found if Path(f"/proc/{pid}").exists() and not _is_zombie(pid)}

    def files(self) -> list[str]:
        """Return what is in scratch folders, but for the victim's own file."""
        roots = [Path(self.base), *(Path("/proc", str(pid), "root", "scratch") for pid in self.home)]
        root = next((root for root in reversed(roots) if _listed(root)), roots[0])
        left = []
        for slot in _listed(root):
            if not slot.name.isdigit():
                left.append(f"{slot.name} beside the scratch folders")
            for file in _listed(slot):
                if self.victim is None or file.name != "mine" or slot.name != Path(self.names["sibling"]).name:
                    left.append(f"{slot.name}/{file.name}")
                elif file.read_text() != SECRET:
                    left.append("the sibling's file is changed")
        return left

    def close(self) -> None:
        """End the sandbox."""
        if self.victim is not None:
            self.victim.close()
        self.nursery.close()


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def _command(pid: int) -> str:
    with suppress(OSError):
        return f"{pid}: " + Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()[:200]
    return str(pid)


def in_plain_python(code: str, world: World, *, patience: float, strict: bool = False) -> dict[str, Any]:
    """Run a program in one interpreter with a harness, in a folder of its own, within limits.

    A `strict` harness ends with what the program raises, another goes on.
    """
    folder = tempfile.mkdtemp(prefix="plain-")
    process = subprocess.Popen(
        [sys.executable, "-c", HARNESS, *["strict"][: int(strict)]],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    stdout = stderr = ""
    with suppress(subprocess.TimeoutExpired):
        stdout, stderr = process.communicate(code, timeout=patience)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    Path(folder).chmod(0o700)
    left = [repr(path.name) for path in Path(folder).iterdir()]
    for command in (["chmod", "-R", "u+rwx", folder], ["rm", "-rf", folder]):
        subprocess.run(command, check=False, capture_output=True)
    world.changes()
    harness_lost = process.returncode != 0 or "THE HARNESS GOES ON" not in stdout
    said = {"stdout": stdout, "stderr": stderr[-500:], "returncode": process.returncode}
    return {**said, "harness_lost": harness_lost, "files": left}


class Grounds:
    """Answers questions, each on the ground it asks for."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.grounds: dict[tuple[tuple[str, ...], str | None], Ground] = {}

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Run what is asked, then a harmless job, and look."""
        if asked["do"] == "plain":
            code = Template(asked["code"]).safe_substitute(self.world.names)
            return in_plain_python(code, self.world, patience=asked["patience"], strict=asked.get("strict", False))
        ground = self._ground(tuple(asked["without"]), asked.get("tool"))
        if asked["do"] == "layers":
            isolation = ground.nursery.isolation()
            return {"uid": os.geteuid(), **{layer.name: layer.detail for layer in isolation.layers if layer.available}}
        said = _run(asked, ground)
        following = _next_check(asked) if asked["do"] == "check" else _run(_probe(asked), ground)
        return {**said, "next": following, **ground.look()}

    def _ground(self, without: tuple[str, ...], tool: str | None) -> Ground:
        if (without, tool) not in self.grounds:
            self.grounds[without, tool] = Ground(self.world, without, tool)
        return self.grounds[without, tool]

    def close(self) -> None:
        """End everything."""
        for ground in self.grounds.values():
            ground.close()
        self.world.close()


def _run(asked: dict[str, Any], ground: Ground) -> dict[str, Any]:
    from pytest_aiassert.sandbox import Limits, check, nursery, run

    nursery.nursery = lambda _tools=(): ground.nursery
    limits = Limits(**asked["limits"])
    code = Template(asked["code"]).safe_substitute(ground.names)
    if asked["do"] == "check":
        return dataclasses.asdict(check(code, "add", asked["test"], limits=limits))
    said = dataclasses.asdict(run(code, asked.get("language", "python"), limits=limits))
    return said | {"stdout": said["stdout"][:2000], "stderr": said["stderr"][-2000:]}


def _probe(asked: dict[str, Any]) -> dict[str, Any]:
    """Return the question whether the next program works, in an empty folder."""
    return asked | {"code": PROBES[asked.get("language", "python")], "limits": {"wall": 20.0}}


def _next_check(asked: dict[str, Any]) -> dict[str, Any]:
    """Judge one code that is right where its folder is empty, and one that is not, with what judged the attack."""
    from pytest_aiassert.sandbox import Check, Limits, check_many
    from pytest_aiassert.sandbox.crew import cores
    from pytest_aiassert.sandbox.team import pool

    right = "import os\ndef add(a, b): return a + b if not os.listdir('.') else None"
    limits = Limits(**asked["limits"])  # a team judges within the same limits only
    codes = [Check(code=code, entry_point="add", test=PROBE_TEST) for code in (right, WRONG)]
    good, bad = check_many(codes, limits=limits, workers=1)
    pool(2 * cores()).close()  # its processes may stay, as they are meant to
    fine = good.passed and not bad.passed and bad.outcome == "ok"
    return {"outcome": "ok", "stdout": "[] 4\n"} if fine else {"outcome": "error", "stdout": f"{good} {bad}"}


def main() -> None:
    """Answer until there is no more question."""
    alone = retreat()
    if sys.argv[2:]:  # a command that goes on as somebody else
        os.execvp(sys.argv[2], [*sys.argv[2:], __file__, sys.argv[1]])
    world = World(name_server=alone)
    exec(ANYBODY_MAY_TRACE)
    os.environ["HOME"] = world.names["home"]
    grounds = Grounds(world)
    try:
        for line in sys.stdin:
            sys.stdout.write(json.dumps(grounds.answer(json.loads(line))) + "\n")
            sys.stdout.flush()
    finally:
        grounds.close()


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    main()
