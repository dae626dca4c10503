"""Running a whole program: source in, exit status and output out."""

from __future__ import annotations

import asyncio
import base64
import functools
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePath, PurePosixPath
from typing import Any

from pytest_aiassert.errors import CannotJudgeError, UsageError
from pytest_aiassert.sandbox.crew import PATIENCE, both, cores, work_through
from pytest_aiassert.sandbox.job import Ended, Job, JobEndedError
from pytest_aiassert.sandbox.limits import MEBIBYTE, Execution, Limits
from pytest_aiassert.sandbox.nursery import start_job

_NODE_WITH_TYPES = (22, 6)
_NODE_ITSELF = 512 * MEBIBYTE  # what it maps before it runs anything
_PROCESSES = 64  # threads counted, of which Node.js has about a dozen


def run(
    program: str,
    language: str = "python",
    stdin: str = "",
    files: Mapping[str, str | bytes] | None = None,
    limits: Limits | None = None,
) -> Execution:
    """Run a program in the sandbox and return what it did.

    `language` is python, javascript or typescript; `files` are written into its working directory.
    Raises UsageError for other languages or unsafe file names, CannotJudgeError where the language cannot be run here.
    """
    limits = limits or Limits()
    work, tools = _work(program, language, stdin, files, limits)
    return _executed(work, tools, limits)[0]


def run_many(
    programs: Iterable[str],
    language: str = "python",
    stdin: str = "",
    files: Mapping[str, str | bytes] | None = None,
    limits: Limits | None = None,
    *,
    workers: int | None = None,
) -> list[Execution]:
    """Run many programs, each as `run` does, and return what they did in order.

    `workers` at a time, as many as there are processors unless told; one that sits in its time-out does not count.
    """
    limits = limits or Limits()
    todo = [_work(program, language, stdin, files, limits) for program in programs]
    done = work_through(
        todo,
        lambda job, slow: _executed(*job, limits, slow),
        workers=min(workers or cores(), len(todo)),
    )
    executions = [execution for execution, _ in done]
    starved = [index for index, (_, again) in enumerate(done) if again]
    retried = work_through(starved, lambda index, _: _executed(*todo[index], limits)[0], workers=cores())
    for index, execution in zip(starved, retried, strict=True):
        executions[index] = execution
    return executions


def run_command(
    argv: Sequence[str],
    *,
    stdin: str = "",
    files: Mapping[str, str | bytes] | None = None,
    limits: Limits | None = None,
    readable: Sequence[str] = (),
) -> Execution:
    """Run an installed program in the sandbox and return what it did; it may start processes of its own there.

    `argv[0]` is its absolute path, and `readable` are folders that it may read besides the system's own. Raises
    UsageError for unsafe file names, CannotJudgeError where there is no sandbox.
    """
    limits = limits or Limits()
    kernel = _for_node(limits) if PurePath(argv[0]).stem == "node" else {**limits.for_kernel(), "NPROC": _PROCESSES}
    work = {"kind": "command", "argv": list(argv), "files": _packed(files or {}), "stdin": stdin, "limits": kernel}
    return _executed(work, (argv[0], *readable), limits)[0]


async def arun(
    program: str,
    language: str = "python",
    stdin: str = "",
    files: Mapping[str, str | bytes] | None = None,
    limits: Limits | None = None,
) -> Execution:
    """Do as `run` does, in a thread."""
    return await asyncio.to_thread(run, program, language, stdin, files, limits)


async def arun_many(
    programs: Iterable[str],
    language: str = "python",
    stdin: str = "",
    files: Mapping[str, str | bytes] | None = None,
    limits: Limits | None = None,
    *,
    workers: int | None = None,
) -> list[Execution]:
    """Do as `run_many` does, in a thread."""
    return await asyncio.to_thread(run_many, programs, language, stdin, files, limits, workers=workers)


def _work(
    program: str, language: str, stdin: str, files: Mapping[str, str | bytes] | None, limits: Limits
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return what is sent to the job, and the program it will be, none for Python."""
    work: dict[str, Any] = {"files": _packed(files or {}), "stdin": stdin, "limits": limits.for_kernel()}
    if language == "python":
        return {**work, "kind": "program", "code": program}, ()
    if language in ("javascript", "typescript"):
        work = _node_work(program, language, work, limits)
        return work, (work["argv"][0],)
    raise UsageError(f"sandbox.run(language={language!r}): expected python, javascript or typescript")


def _executed(
    work: Mapping[str, Any], tools: tuple[str, ...], limits: Limits, slow: Callable[[], None] | None = None
) -> tuple[Execution, bool]:
    """Return what a program did, and whether a time-out should be tried again."""
    started = time.monotonic()
    job, ended = _finished(work, limits, tools, slow)
    if ended.orphaned:  # once more: another job may have killed the zygote
        job, ended = _finished(work, limits, tools, slow)
    duration = time.monotonic() - started
    if tools and "heap out of memory" in job.stderr:
        ended = Ended(outcome="memory", returncode=None, detail=ended.detail)
    execution = Execution(
        outcome=ended.outcome, stdout=job.stdout, stderr=job.stderr, returncode=ended.returncode, duration=duration
    )
    return execution, ended.starved


def _finished(
    work: Mapping[str, Any], limits: Limits, tools: tuple[str, ...], slow: Callable[[], None] | None
) -> tuple[Job, Ended]:
    job = start_job(limits, tools)
    if slow is not None:
        job.when_slow(PATIENCE, both(job.lower_priority, slow))
    try:
        job.send(work)
        return job, job.wait()
    except JobEndedError as over:
        return job, over.ended
    finally:
        job.close()


def _packed(files: Mapping[str, str | bytes]) -> dict[str, str]:
    packed: dict[str, str] = {}
    for name, content in files.items():
        path = PurePosixPath(name)
        if not path.parts or path.is_absolute() or ".." in path.parts or "\0" in name:
            raise UsageError(
                f"sandbox.run(files={{{name!r}: …}}): expected a relative path inside the working directory"
            )
        data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
        packed[str(path)] = base64.b64encode(data).decode()
    return packed


def _node_work(program: str, language: str, work: dict[str, Any], limits: Limits) -> dict[str, Any]:
    node = shutil.which("node")
    if node is None:
        raise CannotJudgeError(f"running {language} needs Node.js: install it so that `node` is on the PATH")
    options = [f"--max-old-space-size={max(16, int(limits.memory) // MEBIBYTE)}"]
    suffix = ".js"
    if language == "typescript":
        if _node_version(node) < _NODE_WITH_TYPES:
            raise CannotJudgeError(f"running typescript needs Node.js 22.6 or later; {node} is older: upgrade it")
        options.append("--experimental-strip-types")
        suffix = ".ts"
    main = f"main{suffix}"
    source = base64.b64encode(program.encode("utf-8", "surrogatepass")).decode()
    files = {**work["files"], main: source}
    return {**work, "kind": "command", "argv": [node, *options, main], "files": files, "limits": _for_node(limits)}


def _for_node(limits: Limits) -> dict[str, int]:
    kernel = limits.for_kernel() | {"NPROC": _PROCESSES, "DATA": int(limits.memory) + _NODE_ITSELF}
    del kernel["AS"]  # V8 reserves far more than it uses
    return kernel


@functools.cache
def _node_version(node: str) -> tuple[int, int]:
    try:
        shown = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=10, check=True).stdout  # noqa: S603
        major, minor = shown.strip().lstrip("v").split(".")[:2]
        return int(major), int(minor)
    except (OSError, ValueError, subprocess.SubprocessError):
        return (0, 0)
