"""The candidate's side, without the process around it."""

from __future__ import annotations

import resource

import pytest

from pytest_aiassert.sandbox.jail import codec, worker


def answered(code, name, *args, **kwargs):
    namespace = {"__name__": "candidate"}
    worker.load(code, namespace, definitions_only=False)
    request = {"id": 7, "name": name, "args": codec.encode(list(args)), "kwargs": codec.encode(kwargs)}
    return worker.answer(namespace, request)


def test_an_answer_holds_the_value_and_the_arguments_afterwards():
    reply = answered("def sort(items):\n    items.sort()", "sort", [2, 1])

    assert reply == {"value": None, "args": [[1, 2]], "id": 7}


def test_an_answer_may_be_an_exception_with_its_bases():
    reply = answered("def f(): raise ZeroDivisionError('no')", "f")

    assert reply["error"] == "ZeroDivisionError"
    assert "ArithmeticError" in reply["bases"]
    assert reply["message"] == "no"


def test_leaving_is_an_answer():
    assert answered("def f(): raise SystemExit(0)", "f")["error"] == "SystemExit"


def test_a_method_is_called_on_a_new_instance():
    code = "class Box:\n    n = 0\n    def up(self):\n        self.n += 1\n        return self.n"

    assert answered(code, "Box.up")["value"] == 1


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("async def f(): return 3", 3),
        (
            "async def f():\n    yield 1\n    yield 2",
            {"t": "iterated", "of": "list_iterator", "v": [1, 2], "complete": True},
        ),
    ],
)
def test_coroutines_are_awaited(code, value):
    assert answered(code, "f")["value"] == value


def test_an_endless_async_generator_is_cut():
    value = answered("async def f():\n    while True:\n        yield 1", "f")["value"]

    assert not value["complete"]


def test_loading_goes_on_after_a_statement_that_raises():
    namespace = {}
    error = worker.load("import nowhere\n\nx = 1 / 0\ndef f(): pass", namespace, definitions_only=False)

    assert error["error"] == "ModuleNotFoundError"
    assert error["line"] == 1
    assert "f" in namespace


def test_definitions_only_skips_what_merely_runs():
    namespace = {}
    worker.load("x = 1\nf = lambda: x\nwhile True: pass", namespace, definitions_only=True)

    assert namespace["f"]() == 1


def test_future_imports_reach_every_statement():
    namespace = {}
    error = worker.load(
        "from __future__ import annotations\ndef f(x: Missing): pass", namespace, definitions_only=False
    )

    assert error is None


def test_code_that_does_not_parse_is_an_error():
    assert worker.load("def f(:", {}, definitions_only=False)["error"] == "SyntaxError"


def test_an_exception_that_cannot_be_shown_is_described():
    class BadError(Exception):
        def __str__(self):
            raise RuntimeError

    assert worker.describe(BadError())["message"] == ""


def test_an_argument_that_cannot_be_read_afterwards_is_left_out():
    code = "def bad():\n    raise ValueError\n    yield\ndef f(items):\n    items.append(bad())"

    assert answered(code, "f", [])["args"] == []


def test_files_are_written_below_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    worker.write_files({"a/b.txt": "aGk="})

    assert (tmp_path / "a" / "b.txt").read_text() == "hi"


def test_limits_never_rise_above_what_is_allowed(monkeypatch):
    set_limits = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (10, 20))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: set_limits.append(limits))
    worker.apply_limits({"CPU": 5, "NOFILE": 64})

    assert set_limits == [(5, 6), (20, 20)]


def test_a_limit_the_system_refuses_is_passed_over(monkeypatch):
    def refuse(kind, limits):
        raise ValueError

    monkeypatch.setattr(resource, "setrlimit", refuse)
    worker.apply_limits({"AS": 1})
