"""The candidate's side: one forked child that runs one job and ends.

Nothing here is trusted by the checker: hostile code shares this interpreter and may change anything in it.
"""

from __future__ import annotations
import __future__

import ast
import base64
import os
import resource
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

from . import codec, frames

JSON: TypeAlias = Any

_MESSAGE_LENGTH = 500
_MAX_DESCRIPTOR = 65_536 if sys.platform == "linux" else 1_024  # one system call on Linux, a loop elsewhere
_DEFINITIONS = (
    ast.Import,
    ast.ImportFrom,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Assign,
    ast.AnnAssign,
)


def work(
    channel: int,
    stdout: int,
    stderr: int,
    *,
    scratch: str,
    confine: Callable[[bool], None],
    services: Mapping[str, Callable[[int], NoReturn]],
    more_processes: Callable[[], int] = lambda: 0,
) -> NoReturn:
    """Take the job from the channel, run it confined, end the process; the limit of processes is raised by some.

    `confine` is told whether the job is a lane; `services` are the kinds of jobs that others define.
    """
    job = frames.read(channel)
    if job is None:
        os._exit(0)
    os.dup2(stdout, 1)
    os.dup2(stderr, 2)
    os.environ["HOME"] = os.environ["TMPDIR"] = scratch
    write_files(job["files"])
    if job["stdin"]:
        _redirect_stdin(job["stdin"])
    limits = dict(job["limits"])
    if "NPROC" in limits:
        limits["NPROC"] += more_processes()
    confine(job["kind"] == "lane")
    close_others(channel)
    apply_limits(limits)
    if job["kind"] in services:
        services[job["kind"]](channel)
    if job["kind"] == "command":
        os.set_inheritable(channel, False)  # noqa: FBT003 - the signature of os
        os.execve(job["argv"][0], job["argv"], dict(os.environ))  # noqa: S606 - node, found by the caller
    if job["kind"] == "program":
        _run_program(channel, job["code"])
    _serve(channel, lambda space: load(job["code"], space, definitions_only=job["definitions_only"]))


def close_others(channel: int) -> None:
    """Close all descriptors but the standard streams and this one."""
    os.closerange(3, channel)
    os.closerange(channel + 1, _MAX_DESCRIPTOR)


def write_files(files: Mapping[str, str]) -> None:
    """Write the job's files (base64) below the current directory."""
    for name, content in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(content))


def apply_limits(limits: Mapping[str, int]) -> None:
    """Set what the kernel enforces: processor seconds, bytes of memory and of a file, open files, no core."""
    for name, value in limits.items():
        kind: int = getattr(resource, f"RLIMIT_{name}")
        soft, hard = value, value + (1 if name == "CPU" else 0)
        _, ceiling = resource.getrlimit(kind)
        if ceiling != resource.RLIM_INFINITY:
            soft, hard = min(soft, ceiling), min(hard, ceiling)
        try:
            resource.setrlimit(kind, (soft, hard))
        except (OSError, ValueError):
            continue  # macOS refuses RLIMIT_AS


def _redirect_stdin(text: str) -> None:
    path = Path(".stdin")
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with path.open("rb") as file:
        os.dup2(file.fileno(), 0)
    path.unlink()


def open_streams() -> None:
    """Open the standard streams once, before any fork; they keep to their descriptors, whatever is behind them."""
    sys.stdin = os.fdopen(0, encoding="utf-8", errors="replace", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:  # noqa: BLE001, S112 - the candidate may have replaced or closed it
            continue


def _run_program(channel: int, code: str) -> NoReturn:
    module = types.ModuleType("__main__")
    module.__dict__["__file__"] = "main.py"
    sys.modules["__main__"] = module
    status = 0
    try:
        exec(compile(code, "main.py", "exec", dont_inherit=True), module.__dict__)  # noqa: S102 - that is the job
    except SystemExit as stop:
        status = _exit_status(stop.code)
    except BaseException as error:  # noqa: BLE001 - any end of the program is reported, none passes
        status = 1
        if isinstance(error, MemoryError):
            frames.write(channel, {"memory": True})
        sys.excepthook(type(error), error, error.__traceback__)
    _flush()
    os._exit(status)


def _exit_status(code: object) -> int:
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    sys.stderr.write(f"{code}\n")
    return 1


def _serve(channel: int, loaded: Callable[[dict[str, Any]], JSON]) -> NoReturn:
    module = types.ModuleType("candidate")
    sys.modules["candidate"] = module
    error = loaded(module.__dict__)
    _flush()
    frames.write(channel, {"loaded": error})
    while (request := frames.read(channel)) is not None:
        reply = answer(module.__dict__, request)
        _flush()
        frames.write(channel, reply)
    os._exit(0)


def load(code: str, namespace: dict[str, Any], *, definitions_only: bool) -> JSON:
    """Run a module statement by statement, going on after one that raises; returns the first error, or None."""
    try:
        tree = ast.parse(code, "candidate.py")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return describe(error)
    first: JSON = None
    flags = future_flags(tree)
    for statement in tree.body:
        if definitions_only and not isinstance(statement, _DEFINITIONS):
            continue
        try:
            unit = ast.Module([statement], [])
            exec(compile(unit, "candidate.py", "exec", flags, dont_inherit=True), namespace)  # noqa: S102 - the job
        except BaseException as error:  # noqa: BLE001 - SystemExit and the like must not hide the functions
            first = first or {**describe(error), "line": statement.lineno}
    return first


def future_flags(tree: ast.Module) -> int:
    """Return the compiler flags of a module's `from __future__` imports."""
    flags = 0
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            for alias in statement.names:
                feature = getattr(__future__, alias.name, None)
                flags |= getattr(feature, "compiler_flag", 0)
    return flags


def describe(error: BaseException) -> JSON:
    """Return an exception as type name, names of its bases, and message."""
    try:
        message = str(error)[:_MESSAGE_LENGTH]
    except BaseException:  # noqa: BLE001 - a hostile __str__
        message = ""
    bases = [kind.__name__ for kind in type(error).__mro__]
    return {"error": bases[0], "bases": bases, "message": message.encode("utf-8", "replace").decode()}


def answer(namespace: Mapping[str, Any], request: JSON) -> JSON:
    """Call a function; return its value or exception, with the arguments as they are afterwards."""
    args: list[Any] = codec.decode(request["args"])
    kwargs: dict[str, Any] = codec.decode(request["kwargs"])
    reply: JSON
    try:
        value = settle(_resolve(namespace, request["name"])(*args, **kwargs))
        reply = {"value": codec.encode(value)}
    except BaseException as error:  # noqa: BLE001 - SystemExit and KeyboardInterrupt are answers, too
        reply = describe(error)
    reply["args"] = encoded_after(args)
    reply["id"] = request["id"]
    return reply


def encoded_after(args: list[Any]) -> JSON:
    """Return the arguments as they are after a call, none where they cannot be read."""
    try:
        return codec.encode(args)
    except BaseException:  # noqa: BLE001 - a hostile iterator among them
        return []


def _resolve(namespace: Mapping[str, Any], name: str) -> Callable[..., Any]:
    owner, _, method = name.partition(".")
    if owner not in namespace:
        raise NameError(f"name {owner!r} is not defined")
    found = namespace[owner]
    function: Callable[..., Any] = getattr(found(), method) if method else found
    return function


def settle(value: Any) -> Any:
    """Return what a coroutine comes to, and the items of an asynchronous generator; other values as they are."""
    if type(value) is types.CoroutineType:
        import asyncio

        return asyncio.run(value)
    if type(value) is types.AsyncGeneratorType:
        import asyncio

        return iter(asyncio.run(_collect(value)))
    return value


async def _collect(values: Any) -> list[Any]:
    collected: list[Any] = []
    async for value in values:
        collected.append(value)
        if len(collected) > codec.MAX_ITERATED:
            break
    return collected


def preload() -> Iterator[str]:
    """Import what generated code mostly imports, once, before any fork; yields the names."""
    for name in _PRELOADED:
        __import__(name)
        yield name
    sys.modules["random"].seed(0)  # the same in every job, so that verdicts repeat


_PRELOADED = [
    "abc",
    "bisect",
    "collections",
    "contextlib",
    "copy",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "fractions",
    "functools",
    "heapq",
    "inspect",
    "io",
    "itertools",
    "json",
    "math",
    "operator",
    "random",
    "re",
    "statistics",
    "string",
    "textwrap",
    "threading",
    "time",
    "traceback",
    "typing",
    "unicodedata",
]
