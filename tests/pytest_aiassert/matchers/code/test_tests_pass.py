"""tests_pass and tests_kill_mutants: the reply's own tests, run."""

# ruff: noqa: E501 - programs on a line each
from __future__ import annotations

import time

import pytest

from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers import tests_kill_mutants, tests_pass
from pytest_aiassert.matchers.registry import build_check

ADD = "def add(a, b):\n    return a + b\n"
PRIME = """
def is_prime(n):
    if n < 2:
        return False
    for i in range(2, n):
        if n % i == 0:
            return False
    return True
"""


def python(*blocks):
    return "\n".join(f"```python\n{block}\n```" for block in blocks)


PASSING = {
    "function": "def test_add(): assert add(1, 2) == 3",
    "own module": "from my_module import add as plus\nimport my_module\ndef test(): assert plus(1, 2) == my_module.add(2, 1)",
    "import within": "def test():\n    from .calculator import add\n    assert add(1, 2) == 3",
    "raises": "import pytest\ndef test():\n    with pytest.raises(TypeError, match='support') as info: add(1, '')\n"
    "    assert info.type is TypeError\n    pytest.raises(TypeError, add, 1, None)",
    "parametrize": "import pytest\n@pytest.mark.parametrize('a, b', [(1, 2), pytest.param(2, 1, id='x')])\n"
    "@pytest.mark.parametrize('c', [3])\ndef test(a, b, c): assert add(a, b) == c",
    "approx": "from pytest import approx\ndef test():\n    assert add(0.1, 0.2) == approx(0.3)\n"
    "    assert [add(0.1, 0.2)] == approx([0.3])\n    assert {'a': 0.3} == approx({'a': add(0.1, 0.2)}, rel=1e-3)\n"
    "    assert 1.1 == approx(1, abs=0.2) and 1.1 != approx(1) and 'a' == approx('a')",
    "fixture": "import pytest\n@pytest.fixture\ndef one():\n    yield 1\n@pytest.fixture()\ndef two(one): return one + 1\n"
    "def test(two, one): assert add(one, two) == 3",
    "autouse": "import pytest\nseen = []\n@pytest.fixture(autouse=True)\ndef note(): seen.append(1)\ndef test(): assert seen",
    "built in": "import os\ndef test(capsys, tmp_path, monkeypatch):\n    print('x')\n    monkeypatch.setenv('A', '1')\n"
    "    monkeypatch.setattr(os, 'sep', '!')\n    assert capsys.readouterr().out == 'x\\n'\n"
    "    assert os.environ['A'] == '1' and os.sep == '!' and tmp_path.is_dir()",
    "class": "class TestAdd:\n    def setup_method(self, method): self.one = 1\n    def teardown_method(self): pass\n"
    "    def test_one(self): assert add(self.one, 2) == 3",
    "unittest": "import unittest\nclass AddTest(unittest.TestCase):\n    def setUp(self): self.n = 1\n"
    "    def test_add(self):\n        with self.subTest(1): self.assertEqual(add(self.n, 2), 3)\n"
    "if __name__ == '__main__':\n    unittest.main()",
    "async": "async def test(): assert add(1, 2) == 3",
    "script": "def test(): assert add(1, 2) == 3\nprint(add(1, 2))\ntest()\nassert add(1, 1) == 3\nimport unittest\nunittest.main()",
    "patch": "from unittest import mock\nimport calc\ndef test():\n    with mock.patch('calc.add', return_value=7):\n"
    "        assert calc.add(1, 2) == 7",
    "future": "from __future__ import annotations\ndef test(x: Unknown = 1): assert add(1, 2) == 3",
}


@pytest.mark.parametrize("tests", PASSING.values(), ids=PASSING)
def test_tests_of_every_shape_are_run(tests):
    one, two = tests_pass().check(python(f"{ADD}\n{tests}")), tests_pass().check(python(tests, ADD))
    assert one.passed, one.reason
    assert two.passed, two.reason
    assert one.reason.endswith("; the reply's own tests on its own code are testimony, not proof")


FAILING = {
    "def test(): assert add(1, 2) == 4": "`add(1, 2) == 4` is false: the left side is 3",
    "def test(): assert add(1, 2) == add(1, 1), 'no'": "no (`add(1, 2) == add(1, 1)` is false): the left side is 3, the right side 2",
    "def test(): assert not add(1, 2)": "`not add(1, 2)` is false",
    "def test(): add(1, '')": "raised TypeError: unsupported operand",
    "import pytest\ndef test():\n    with pytest.raises(ValueError): add(1, 2)": "did not raise ValueError",
    "import pytest\ndef test():\n    with pytest.raises(TypeError, match='xyz'): add(1, '')": "does not match 'xyz'",
    "import pytest\ndef test(): pytest.fail('so')": "so",
    "def test(missing): pass": "there is no fixture or parameter 'missing'",
    "import numpy\ndef test(): assert numpy.add(1, 2) == 3": "loading the code raised ModuleNotFoundError: No module named 'numpy'",
    "import unittest\nclass T(unittest.TestCase):\n    def test(self): self.assertEqual(add(1, 2), 4)": "T.test (line 8): 3 != 4",
    "import unittest\nclass T(unittest.TestCase):\n    def test(self): add(1, '')": "raised TypeError",
    "class TestAdd:\n    def test(self): assert add(1, 2) == 4": "TestAdd.test (line 7): `add(1, 2) == 4` is false",
    "def test(): raise SystemExit(0)": "raised SystemExit: 0",
}  # fmt: skip


@pytest.mark.parametrize(("tests", "reason"), FAILING.items())
def test_failures_are_told(tests, reason):
    verdict = tests_pass().check(python(f"{ADD}\n\n{tests}"))
    assert (verdict.passed, verdict.score) == (False, 0.0)
    assert reason in verdict.reason


def test_the_score_is_the_share_and_failed_lines_are_marked():
    tests = "def test_a():\n    assert add(1, 1) == 2\ndef test_b():\n    assert add(1, 1) == 3\n"
    verdict = tests_pass().check(python(ADD, tests))
    assert verdict.score == 0.5
    assert verdict.reason.startswith("1 of 2 tests fails: test_b (line 10): ")
    assert [(evidence.title, evidence.marks) for evidence in verdict.evidence] == [("python block at line 7", (4,))]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (ADD, "the code has no test: no function or method whose name begins with `test`"),
        (f"{ADD}assert add(1, 1) == 2", "; the assertion at line 4 stands outside of any test"),
        ("x = (", "the python block at line 2 does not parse"),
        ("import pytest\n@pytest.mark.skip(reason='x')\ndef test(): pass", "no test ran; 1 test skipped"),
        ("def test():\n    import os\n    os._exit(0)", "the tests did not come to an end: the code "),
        ("def test():\n    while True: pass", "the tests did not come to an end: the code "),
        ("def test(): assert add(1, 1)", "the reply has tests only: give the code they are for as reference"),
    ],
)
def test_what_does_not_run_never_passes(code, reason):
    verdict = tests_pass().check(python(code))
    assert (verdict.passed, verdict.score) == (False, 0.0)
    assert reason in verdict.reason


def test_a_reply_without_code_has_no_tests():
    assert tests_pass().check("words").reason.startswith("no python code")


def test_skipped_and_expected_failures_are_counted_apart():
    tests = (
        "import pytest, unittest\n@pytest.mark.xfail\ndef test_x(): assert False\n@pytest.mark.skipif(True, reason='')\n"
        "def test_s(): pass\n@pytest.mark.slow\ndef test_y(): pytest.skip('no')\ndef test_z(): assert add(1, 1) == 2\n"
        "class T(unittest.TestCase):\n    @unittest.skip('')\n    def test_a(self): pass\n"
        "    @unittest.expectedFailure\n    def test_b(self): assert False\n"
    )
    assert tests_pass().check(python(ADD + tests)).reason.startswith("1 test passes; 5 tests skipped")


def test_a_reference_stands_in_for_the_replys_own_code():
    wrong = python("def add(a, b): return a - b\ndef test_add(): assert add(2, 2) == 4")
    assert not tests_pass().check(wrong).passed
    assert tests_pass(reference=ADD).check(wrong).reason == "1 test passes on the reference"
    only = python("from calc import add\nadd = add\ndef test_add(): assert add(2, 2) == 5")
    assert (
        tests_pass(reference=ADD).check(only).reason.startswith("1 of 1 test fails on the reference: test_add (line 4)")
    )


def test_a_forged_report_does_not_break_the_matcher():
    forged = "import sys\nsys.modules['candidate'].collect = lambda tests: [['x', 'y', 'passed']]\ndef test(): pass\n"
    verdict = tests_pass().check(python(forged))
    assert (verdict.passed, verdict.score) == (False, 0.0)


def test_weak_tests_leave_mutants_alive():
    verdict = tests_kill_mutants().check(
        python(PRIME, "def test():\n    assert is_prime(7)\n    assert not is_prime(4)")
    )
    assert not verdict.passed
    assert "unnoticed: line 4: `if n < 2:` → `if (n <= 2):`" in verdict.reason
    assert verdict.reason.endswith("; expected at least 80%: add tests for these")
    assert verdict.evidence[0].marks[0] == 3
    assert verdict.evidence[1].title == "changes that no test notices"
    assert tests_kill_mutants().check(python(PRIME, "def test(): pass")).score == 0.0


def test_good_tests_kill_all_of_them():
    verdict = tests_kill_mutants(1.0).check(python(ADD, "def test(): assert add(2, 3) == 5"))
    assert (verdict.passed, verdict.score) == (True, 1.0)
    assert verdict.reason == "the tests notice 2 of 2 changes to the code"


def test_a_reference_is_changed_where_it_is_given():
    tests = python("def test(): assert add(0, 0) == 0")
    verdict = tests_kill_mutants(reference=ADD).check(tests)
    assert verdict.score == 0.5
    assert (verdict.evidence[0].title, verdict.evidence[0].marks) == ("reference", (2,))


def test_mutants_that_loop_are_noticed_soon():
    code = "def count(n):\n    i = 0\n    while i < n:\n        i += 1\n    return i\n"
    started = time.monotonic()
    verdict = tests_kill_mutants().check(python(code, "def test(): assert count(3) == 3"))
    assert verdict.passed, verdict.reason
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (python(ADD, "def test(): assert add(1, 1) == 3"), "the tests must pass on the unchanged code first: 1 of 1"),
        (python("def test(): assert True"), "there is no code that could be changed, only tests"),
        (python("def f(): pass\ndef test(): assert f() is None"), "the code has nothing that could be changed"),
        (python(ADD), "the code has no test"),
    ],
)
def test_without_tests_that_pass_there_is_nothing_to_kill(reply, reason):
    verdict = tests_kill_mutants().check(reply)
    assert (verdict.passed, verdict.score) == (False, 0.0)
    assert verdict.reason.startswith(reason)


def test_verdicts_repeat():
    reply = python(PRIME, "def test(): assert is_prime(7)")
    assert tests_kill_mutants().check(reply) == tests_kill_mutants().check(reply)


def test_pytest_does_not_take_a_matcher_for_a_test():
    assert not tests_pass.__test__
    assert not tests_kill_mutants.__test__


def test_golden_sets_write_them():
    assert repr(build_check("tests_pass")) == "tests_pass()"
    assert repr(build_check({"tests_pass": {"reference": ADD}})) == f"tests_pass(reference={ADD!r})"
    assert repr(build_check({"tests_kill_mutants": 0.5})) == "tests_kill_mutants(min=0.5)"
    assert repr(tests_kill_mutants(reference=ADD)) == f"tests_kill_mutants(reference={ADD!r})"


@pytest.mark.parametrize("reference", [3, "", "x = (", "print(1)"])
def test_an_impossible_reference_is_refused(reference):
    with pytest.raises(UsageError, match="tests_pass: "):
        tests_pass(reference)
    with pytest.raises(UsageError, match="tests_kill_mutants: "):
        tests_kill_mutants(reference=reference)


@pytest.mark.parametrize("value", [0, -1, 1.5, True, "1"])
def test_an_impossible_share_is_refused(value):
    with pytest.raises(UsageError, match="tests_kill_mutants: min is "):
        tests_kill_mutants(value)


def test_what_a_mutant_leaves_behind_kills_no_other():
    code = "import math\n\n\ndef f(n):\n    math.limit = n + 1\n    return 7 if n > 5 else 8\n"
    tests = "import math\ndef test():\n    assert getattr(math, 'limit', 2) == 2\n    f(1)\n    assert math.limit == 2"
    verdict = tests_kill_mutants().check(python(code, tests))
    assert "→ `math.limit" not in verdict.reason
    assert "the tests notice 2 of 7 changes" in verdict.reason


def test_every_row_of_a_long_table_is_run():
    tests = "import pytest\n@pytest.mark.parametrize('n', range(1000))\ndef test(n): assert add(n, 1) != {}"
    assert tests_pass().check(python(ADD, tests.format(0))).reason.startswith("all 1,000 tests pass")
    verdict = tests_pass().check(python(ADD, tests.format(1000)))
    assert verdict.score == 0.99
    assert verdict.reason.startswith("1 of 1,000 tests fails: test[999] (line 9): `add(n, 1) != 1000` is false")
