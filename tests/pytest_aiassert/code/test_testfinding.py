"""Tests found by their shape, in Python and JavaScript."""

from __future__ import annotations

from pytest_aiassert.code.testfinding import FoundTests, find_tests

PYTHON = '''
import pytest, unittest
import numpy as np

def add(a, b):
    """
    >>> add(1, 2)
    3
    """
    return a + b

def test_add():
    assert add(1, 2) == 3

@pytest.mark.parametrize("a", [1])
async def test_raises(a):
    with pytest.raises(TypeError):
        add(a, "x")

def test_empty():
    add(1, 2)

class TestAdd:
    def test_method(self):
        np.testing.assert_allclose(add(1, 2), 3)
    def helper(self):
        assert True

class Sums(unittest.TestCase):
    def test_unit(self):
        self.assertEqual(add(1, 2), 3)

class Other:
    def test_not_collected(self):
        assert True

def check():
    assert add(1, 1) == 2

def test_add():
    def test_inner(): pass
    assert add(1, 2) == 3
    assert add(2, 2) == 4
'''

JAVASCRIPT = """
describe('sum', () => {
  it('adds', () => { expect(sum([1, 2])).toBe(3); expect(1).not.toBe(2); });
  test('is empty', async () => {});
  test.each([[1]])('takes %i', (n) => { assert.equal(sum([n]), n); });
  test.skip('not run', () => { expect(1).toBe(1); });
});
test(name, () => { expect(1).toBe(1); });
"""


def test_python_tests_are_what_pytest_collects():
    found = find_tests(PYTHON, "python")
    assert [(test.name, test.kind, test.assertions) for test in found.tests] == [
        ("test_raises", "pytest function", 1),
        ("test_empty", "pytest function", 0),
        ("test_method", "pytest method", 1),
        ("test_unit", "unittest method", 1),
        ("test_add", "pytest function", 2),
    ]
    assert found.doctests == 1
    assert len(found.loose) == 3


def test_javascript_tests_are_calls_with_a_name():
    found = find_tests(JAVASCRIPT, "javascript")
    assert [(test.name, test.kind, test.assertions) for test in found.tests] == [
        ("adds", "it() test", 2),
        ("is empty", "test() test", 0),
        ("takes %i", "test() test", 1),
    ]
    assert found.loose == (6, 8)


def test_code_that_is_cut_off_is_read_as_far_as_it_goes():
    found = find_tests("def test_a():\n    assert f(1) == 2\n\ndef test_b():\n    assert f(", "python")
    assert found.tests[0].name == "test_a"


def test_other_languages_and_endless_code_have_none():
    assert find_tests("#[test] fn a() {}", "rust") == FoundTests()
    assert find_tests("(" * 10_000, "javascript") == FoundTests()
