"""Runs a program's own tests inside the sandbox; what it reports is the program's word, not proof."""

from __future__ import annotations

import ast
import inspect
import itertools
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from pytest_aiassert.code.jailed.arranging import (
    FILE,
    Rewriter,
    arrange,
    load,
    message_of,
    postpones_annotations,
    program,
    short,
)
from pytest_aiassert.code.jailed.fixtures import Told, stand_in, with_fixtures

MOST_TESTS = 300


def run_tests(work: Mapping[str, Any]) -> dict[str, Any]:
    """Load code and run its tests; returns the outcomes, the first error of loading, and processor seconds."""
    if work["cpu"]:
        import signal

        signal.setitimer(signal.ITIMER_VIRTUAL, work["cpu"])  # without a handler, the process ends
    if not hasattr(stand_in, "raises"):
        exec(compile(work["stand_in"], "pytest", "exec", dont_inherit=True), stand_in.__dict__)  # noqa: S102 - our own
    sys.modules["pytest"] = stand_in
    program.__dict__.clear()
    for name in work["own"]:
        sys.modules[name] = program
    started = time.process_time()
    error = None
    if work["reference"] is not None:
        reference = ast.parse(work["reference"], FILE).body
        error = load(reference, postponed=any(map(postpones_annotations, reference)))
    tree = ast.parse(work["code"], FILE)
    postponed = any(map(postpones_annotations, tree.body))
    code, tests = arrange(tree.body, frozenset(work["protected"]), frozenset(work["own"]))
    Rewriter(frozenset(work["own"])).visit(ast.Module([*code, *tests], []))
    error = load(code, postponed=postponed) or error
    error = load(tests, postponed=postponed) or error
    results: list[list[Any]] = []
    unlisted = 0
    for result in collect(tests):
        if result[2] == "passed" and len(results) >= MOST_TESTS:
            unlisted += 1
            continue
        results.append(result)
        if len(results) >= 2 * MOST_TESTS or (work["stop"] and result[2] == "failed"):
            break
    return {"tests": results, "unlisted": unlisted, "error": error, "seconds": time.process_time() - started}


def collect(tests: Sequence[ast.stmt]) -> Iterator[list[Any]]:
    """Run every test in order; yields name, line, outcome, message and the line where it ended."""
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    seen = {statement.name: statement for statement in tests if isinstance(statement, definitions)}
    for name, statement in seen.items():
        found = program.__dict__.get(name)
        if isinstance(found, type):
            cases = sys.modules.get("unittest")
            if cases is not None and issubclass(found, cases.TestCase):
                yield from run_unittest(found, statement.lineno)
            else:
                yield from run_class(found, statement)
        elif callable(found) and not hasattr(found, stand_in.FIXTURE):
            yield from run_function(name, found, statement.lineno)


def run_class(kind: type, statement: Any) -> Iterator[list[Any]]:
    """Run the methods of a pytest class, each on a new instance."""
    for node in statement.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test"):

            def call(_node: Any = node, **arguments: Any) -> Any:
                instance = kind()
                for setup in ("setup_class", "setup_method", "setup"):
                    if hasattr(instance, setup):
                        getattr(instance, setup)(*[None] * wanted(getattr(instance, setup)))
                try:
                    return getattr(instance, _node.name)(**arguments)
                finally:
                    if hasattr(instance, "teardown_method"):
                        instance.teardown_method(*[None] * wanted(instance.teardown_method))

            function = getattr(kind, node.name)
            yield from run_function(f"{kind.__name__}.{node.name}", function, node.lineno, call=call, skip_first=True)


def wanted(function: Any) -> int:
    """Return how many arguments a function must be given."""
    parameters = inspect.signature(function).parameters.values()
    return sum(each.default is each.empty and each.kind == each.POSITIONAL_OR_KEYWORD for each in parameters)


def run_function(
    name: str, function: Any, line: int, *, call: Callable[..., Any] | None = None, skip_first: bool = False
) -> Iterator[list[Any]]:
    """Run a test function once for every row of its parameters."""
    tables = getattr(function, stand_in.PARAMETERS, [])
    for number, rows in enumerate(itertools.product(*tables)):
        row = {key: value for part in rows for key, value in part.items()}
        label = f"{name}[{number}]" if tables else name
        if hasattr(function, stand_in.SKIP):
            yield [label, line, "skipped", "", line]
            continue
        outcome = one(partial(with_fixtures, function, row, call or function, skip_first=skip_first))
        if hasattr(function, stand_in.EXPECTED_TO_FAIL) and outcome[0] == "failed":
            outcome = ["skipped", "", 0]
        yield [label, line, *outcome]


def one(call: Callable[[], Any]) -> list[Any]:
    """Run one test; returns outcome, message and line."""
    try:
        call()
    except stand_in.Skipped as skipped:
        return ["skipped", short(str(skipped)), 0]
    except BaseException as error:  # noqa: BLE001 - whatever ends a test, fails it
        return ["failed", describe(error), line_of(error)]
    return ["passed", "", 0]


def run_unittest(kind: Any, line: int) -> list[list[Any]]:
    """Run a TestCase; its class set-up counts for each of its tests."""
    import unittest

    found: list[list[Any]] = []

    class Recorder(unittest.TestResult):
        def tell(self, test: Any, outcome: str, error: Any = None) -> None:
            method = getattr(kind, getattr(test, "_testMethodName", ""), None)
            first = (
                getattr(getattr(inspect.unwrap(method), "__code__", None), "co_firstlineno", line) if method else line
            )
            name = f"{kind.__name__}.{getattr(test, '_testMethodName', 'setUpClass')}"
            message = describe(error[1]) if error else ""
            found.append([name, first, outcome, message, line_of(error[1]) if error else 0])

        def addSuccess(self, test: Any) -> None:  # noqa: N802 - unittest's own names
            self.tell(test, "passed")

        def addFailure(self, test: Any, err: Any) -> None:  # noqa: N802
            self.tell(test, "failed", err)

        def addError(self, test: Any, err: Any) -> None:  # noqa: N802
            self.tell(test, "failed", err)

        def addSkip(self, test: Any, reason: str) -> None:  # noqa: ARG002, N802
            self.tell(test, "skipped")

        def addExpectedFailure(self, test: Any, err: Any) -> None:  # noqa: ARG002, N802
            self.tell(test, "skipped")

        def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:  # noqa: ARG002, N802
            if err is not None:
                self.tell(test, "failed", err)

    unittest.defaultTestLoader.loadTestsFromTestCase(kind).run(Recorder())
    return found


def describe(error: BaseException) -> str:
    """Say in one line how a test ended."""
    message = message_of(error)
    if isinstance(error, (AssertionError, stand_in.Failed, Told)):
        return short(message) or "the assertion is false"
    return short(f"raised {type(error).__name__}: {message}" if message else f"raised {type(error).__name__}")


def line_of(error: BaseException) -> int:
    """Return the line of the reply that a test stood on when it ended; 0 where unknown."""
    trace, line = error.__traceback__, 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == FILE:
            line = line or trace.tb_lineno
        trace = trace.tb_next
    return line
