"""Hooks: what plugins and conftest files add."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_aiassert.code.warm import warm_ruff


def test_a_type_of_your_own(run, pytester):
    pytester.makeconftest(
        """
        from assistant import Completion

        class Answer:
            def __init__(self, words): self.words = words

        def pytest_aiassert_coerce(value):
            if type(value).__name__ == "Answer":
                return Completion(text=" ".join(value.words))
        """
    )
    result = run(
        source="""
        from conftest import Answer
        from pytest_aiassert import mentions

        def test_it(expect):
            expect(Answer(["hello", "there"])).to(mentions("hello there"))
            assert Answer(["hello"]) == mentions("hello")
        """
    )
    result.assert_outcomes(passed=1)


def test_a_matcher_by_name_in_a_golden_set(run, pytester):
    pytester.makeconftest(
        """
        from pytest_aiassert import mentions

        def pytest_aiassert_matchers():
            return {"polite": lambda: mentions("please")}
        """
    )
    (pytester.path / "cases.yaml").write_text(
        "version: 1\\nname: tiny\\ncases:\\n  - {id: ask, prompt: Ask., checks: [polite]}\\n".replace("\\n", "\n")
    )
    result = run(
        source="""
        from pytest_aiassert import load_golden

        def test_it(expect):
            case, = load_golden("cases.yaml").cases
            expect("please sit").to(*case.checks)
        """
    )
    result.assert_outcomes(passed=1)


def test_a_behaviour_of_your_own(run, pytester):
    pytester.makeconftest(
        """
        from pytest_aiassert import Behaviour

        def double(n): return 2 * n

        def pytest_aiassert_behaviours():
            cases = ((0,), (1,), (-3,))
            return [Behaviour(name="double", summary="twice", signature="double(n)", reference=double, cases=cases)]
        """
    )
    result = run(
        source="""
        from pytest_aiassert import implements

        def test_it(expect):
            expect("```python\\ndef twice(x):\\n    return x + x\\n```").to(implements("double"))
        """
    )
    result.assert_outcomes(passed=1)


def test_a_linter_of_your_own(run, pytester):
    pytester.makeconftest(
        """
        from pytest_aiassert import Finding, Linter

        def no_shouting(code, language):
            return [Finding(line=1, rule="caps", message=f"{language} in capitals")] if code.isupper() else []

        def pytest_aiassert_linters():
            return [Linter(name="quiet", languages=["sql"], lint=no_shouting)]
        """
    )
    result = run(
        source="""
        from pytest_aiassert import passes_lint

        def test_it(expect):
            expect("```sql\\nselect 1\\n```").to(passes_lint(linter="quiet"))
            expect("```sql\\nSELECT 1\\n```").not_to(passes_lint(linter="quiet"))
        """
    )
    result.assert_outcomes(passed=1)


def test_nothing_that_lints_is_left_at_the_end_of_a_session(run):
    result = run(
        source="""
        from pytest_aiassert import passes_lint
        from pytest_aiassert.code.warm import warm_ruff

        def test_it():
            for number in range(3):
                assert f"```python\\nx = {number}\\n```" == passes_lint()
            assert len(warm_ruff()._places) == 1
        """
    )
    result.assert_outcomes(passed=1)
    assert not warm_ruff()._places


def test_nothing_that_lints_is_left_by_workers(pytester):
    pytester.makepyfile(
        """
        import pytest
        from pytest_aiassert import passes_lint
        from pytest_aiassert.code.warm import warm_ruff

        @pytest.mark.parametrize("number", range(8))
        def test_it(number):
            for each in range(3):
                assert f"```python\\nx{number} = {each}\\n```" == passes_lint()
            place, = warm_ruff()._places.values()
            open(f"pid-{place.server._process.pid}", "w").close()
        """
    )
    result = pytester.runpytest_subprocess("-n2", "-p", "no:anyio")
    result.assert_outcomes(passed=8)
    pids = [int(file.name.partition("-")[2]) for file in pytester.path.glob("pid-*")]
    assert len(pids) == 2
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


@pytest.mark.parametrize(
    ("hook", "body", "complaint"),
    [
        ("matchers", "raise RuntimeError('boom')", "raised RuntimeError: boom; see *conftest.py"),
        ("matchers", "return 5", "returned 5, but returns a mapping of names to functions; see *conftest.py"),
        ("behaviours", "raise RuntimeError('boom')", "raised RuntimeError: boom; see *conftest.py"),
        ("behaviours", "return 5", "returned 5, but returns a list of Behaviour; see *conftest.py"),
        ("linters", "raise RuntimeError('boom')", "raised RuntimeError: boom; see *conftest.py"),
        ("linters", "return 5", "returned 5, but returns a list of Linter; see *conftest.py"),
    ],
)
def test_a_hook_that_misbehaves_is_named(run, pytester, hook, body, complaint):
    pytester.makeconftest(f"def pytest_aiassert_{hook}():\n    {body}\n")
    result = run(source="def test_it(): pass\n")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: hook pytest_aiassert_{hook} {complaint}"])
    assert "Traceback" not in result.stderr.str()
