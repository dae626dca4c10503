"""JavaScript read without running it: what it defines, and how values are written."""

from __future__ import annotations

import math

import pytest

from pytest_aiassert.behaviours import Example
from pytest_aiassert.behaviours.best import dialect_of
from pytest_aiassert.behaviours.examples import UNDEFINED
from pytest_aiassert.behaviours.javascript import form, show
from pytest_aiassert.sandbox import Iterated, Opaque

JAVASCRIPT = dialect_of("javascript")
TYPESCRIPT = dialect_of("typescript")


@pytest.mark.parametrize(
    ("code", "functions"),
    [
        ("function add(a, b) { return a + b }", ["add(a, b)"]),
        ("async function add(a, b = 1, ...rest) {}", ["add(a, b, ...rest)"]),
        ("function* count(n) {}", ["count(n)"]),
        ("const add = (a, b) => a + b, one = x => x;", ["add(a, b)", "one(x)"]),
        ("var add = function (a, b) {};", ["add(a, b)"]),
        ("let add = (function (a) {});", ["add(a)"]),
        ("export function add(a) {}\nexport const sub = (a) => a;", ["add(a)", "sub(a)"]),
        ("export default (a, b) => a;", ["default(a, b)"]),
        ("export default function add(a) {}", ["add(a)"]),
        ("module.exports = (a) => a;", ["default(a)"]),
        (
            "module.exports = { add: (a) => a, sub(a, b) {}, 'mul': function (c) {} };",
            ["add(a)", "sub(a, b)", "mul(c)"],
        ),
        ("exports.add = (a) => a;\nmodule.exports.sub = (b) => b;", ["add(a)", "sub(b)"]),
        ("add = (a) => a;", ["add(a)"]),
        ("const tools = { add(a) {}, deep: { no(b) {} } };", ["tools.add(a)"]),
        ("class Calc { add(a) {} static sub(b) {} get size() {} #hidden() {} }", ["Calc.add(a)", "Calc.sub(b)"]),
        ("class Calc { constructor(x) {} add(a) {} static sub(b) {} }", ["Calc.sub(b)"]),
        ("export default class { add(a) {} }", ["default.add(a)"]),
        ("const add = ({ a, b }) => a + b;", ["add(a, b)"]),
        ("if (x) { function hidden() {} }\nconsole.log(1);", []),
    ],
    ids=range(19),
)
def test_functions_are_found_where_code_puts_them(code, functions):
    assert [str(function) for function in JAVASCRIPT.outline(code)] == functions


def test_a_parameter_that_is_taken_apart_is_passed_by_name():
    (function,) = JAVASCRIPT.outline("const add = ({ a, b }) => a + b;")

    assert function.required_keywords == ("a", "b")


def test_how_many_arguments_a_function_takes_is_read():
    one, two, any_number = JAVASCRIPT.outline(
        "const f = (a, b = 1) => a; const g = (a, b) => a; const h = (...a) => a;"
    )

    assert [one.takes(n) for n in range(4)] == [False, True, True, False]
    assert [two.takes(n) for n in range(4)] == [False, False, True, False]
    assert all(any_number.takes(n) for n in range(4))


def test_types_are_read_over():
    code = "export const add = (a: number, b?: number): number => a;\nfunction f<T>(...xs: T[]): void {}"

    assert [str(function) for function in TYPESCRIPT.outline(code)] == ["add(a, b)", "f(...xs)"]
    assert TYPESCRIPT.outline(code)[0].takes(1)


def test_classes_are_listed_with_their_methods():
    code = "class A { constructor() {} push(x) {} get size() {} }\nexport class B {}\nconst C = class { m() {} };"

    assert JAVASCRIPT.classes(code) == [("A", 1, ("push", "size")), ("B", 2, ()), ("C", 3, ("m",))]


@pytest.mark.parametrize("code", ["function add(a, b) { return", "const = 1;", "(" * 600])
def test_code_that_does_not_parse_is_a_syntax_error(code):
    with pytest.raises(SyntaxError):
        JAVASCRIPT.outline(code)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (UNDEFINED, "undefined"),
        (True, "true"),
        (3, "3"),
        (2.0, "2"),
        (0.5, "0.5"),
        (math.nan, "NaN"),
        (-math.inf, "-Infinity"),
        ("a'b", '"a\'b"'),
        ([1, [True, None]], "[1, [true, null]]"),
        ({"a": 1, "b c": [False]}, "{a: 1, 'b c': [false]}"),
        (Opaque(type_name="BigInt", note="120n"), "120n (a BigInt)"),
        (Opaque(type_name="Stack"), "a Stack"),
        (Iterated(type_name="Generator", items=(1, True), complete=True), "a Generator of [1, true]"),
        (Iterated(type_name="Generator", items=(1,), complete=False), "a Generator of [1, …]"),
    ],
)
def test_values_are_written_as_javascript_does(value, text):
    assert show(value) == text


def test_a_long_value_is_cut():
    assert len(show(["abcdef"] * 100)) < 150


@pytest.mark.parametrize(
    "values",
    [(2**53,), ([1, -(2**60)],), ({1: "a"},), (b"x",), ({1, 2},), (1j,), ("\ud800",)],
    ids=range(7),
)
def test_an_example_whose_arguments_javascript_cannot_hold_is_left_out(values):
    assert form(Example(args=values, returns=1)) is None


def test_an_example_whose_answer_javascript_cannot_hold_is_left_out():
    assert form(Example(args=(25,), returns=2**70)) is None


def test_tuples_are_arrays_and_keys_of_answers_texts():
    example = form(Example(args=((1, (2, 3)),), returns={1: (4, 5)}))

    assert example.args == ([1, [2, 3]],)
    assert example.returns == {"1": [4, 5]}


def test_whatever_must_raise_may_throw_anything():
    assert form(Example(args=(1,), raises="ZeroDivisionError")).raises == "Error"
