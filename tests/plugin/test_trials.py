"""Trials: what runs, what is decided, and what pytest sees of it."""

from __future__ import annotations

import json

import pytest

COUNTING = """
    import pytest
    calls = []

    @pytest.mark.ai_eval(samples={samples}, min_pass_rate={bar})
    def test_counted():
        calls.append(1)
        assert len(calls) not in {failing}

    def test_calls():
        assert len(calls) == {expected}
"""


@pytest.mark.parametrize(
    ("samples", "bar", "failing", "expected", "passes"),
    [
        (1, 1.0, [], 1, True),
        (5, 1.0, [], 5, True),
        (5, 0.6, [], 3, True),  # three passes decide
        (5, 0.6, [1, 2], 5, True),
        (5, 0.6, [1, 2, 3], 3, False),  # three fails decide
        (5, 1.0, [1], 1, False),
        (10, 0.25, [1, 2, 3, 4, 5, 6, 7], 10, True),
        (10, 0.3, [2, 3, 4, 5, 6, 7, 8, 9], 9, False),
    ],
)
def test_trials_stop_once_decided(run, samples, bar, failing, expected, passes):
    result = run("--ai-eval", source=COUNTING.format(samples=samples, bar=bar, failing=failing, expected=expected))
    if passes:
        result.assert_outcomes(passed=2)
    else:
        result.assert_outcomes(passed=1, failed=1)


def test_each_trial_has_fresh_fixtures_and_instances(run):
    result = run(
        "--ai-eval",
        source="""
        import pytest
        made, torn, modules, instances = [], [], [], []

        @pytest.fixture
        def fresh():
            made.append(1)
            yield len(made)
            torn.append(1)

        @pytest.fixture(scope="module")
        def shared():
            modules.append(1)
            yield
            assert len(torn) == 3

        class TestThing:
            @pytest.mark.ai_eval(samples=3)
            def test_it(self, fresh, shared, tmp_path):
                assert not hasattr(self, "seen")
                self.seen = True
                instances.append(id(self))
                assert fresh == len(instances)
                assert list(tmp_path.iterdir()) == []
                (tmp_path / "x").touch()

        def test_after():
            assert (len(made), len(torn), len(modules)) == (3, 3, 1)
        """,
    )
    result.assert_outcomes(passed=2)


def test_shared_fixtures_are_torn_down_when_trials_stop_early(run):
    result = run(
        "--ai-eval",
        source="""
        import pytest
        torn = []

        class TestA:
            @pytest.fixture(scope="class")
            def resource(self):
                yield
                torn.append("a")

            @pytest.mark.ai_eval(samples=5, min_pass_rate=0.2)
            def test_it(self, resource): pass

        def test_b():
            assert torn == ["a"]
        """,
    )
    result.assert_outcomes(passed=2)


def test_parametrised_and_selected_by_name(run):
    source = """
    import pytest

    @pytest.mark.ai_eval(samples=2)
    @pytest.mark.parametrize("n", [1, 2, 3])
    def test_n(n):
        assert n != 2
    """
    run("--ai-eval", source=source).assert_outcomes(passed=2, failed=1)
    run("--ai-eval", "-k", "test_n and 3").assert_outcomes(passed=1, deselected=2)


def test_failure_tells_the_count_and_one_failing_trial(run):
    result = run(
        "--ai-eval",
        source="""
        import pytest
        from pytest_aiassert import mentions
        words = iter(["good", "bad", "bad", "good"])

        @pytest.mark.ai_eval(samples=4, min_pass_rate=0.75)
        def test_words(mock_ai, expect):
            mock_ai.reply(next(words))
            expect(mock_ai.complete("say good")).to(mentions("good"))
        """,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*mentions('good')*",
            "*AI trials*",
            "1 of 3 trials passed, needs 3 of 4 (min_pass_rate=0.75)*",
            "trial 1: passed",
            "trial 2: failed*",
            "trial 3: failed*",
            "FAILED *::test_words - 1 of 3 trials passed, needs 3 of 4: *",
        ]
    )


def test_a_skip_inside_a_trial_skips_the_test(run):
    result = run(
        "--ai-eval",
        source="""
        import pytest

        @pytest.mark.ai_eval(samples=3)
        def test_it():
            pytest.skip("not today")

        @pytest.mark.ai_eval(samples=3)
        @pytest.mark.skipif(True, reason="never")
        def test_other(): raise AssertionError
        """,
    )
    result.assert_outcomes(skipped=2)


def test_strict_xfail_is_about_the_bar(run):
    result = run(
        "--ai-eval",
        source="""
        import pytest

        @pytest.mark.ai_eval(samples=3, min_pass_rate=0.6)
        @pytest.mark.xfail(strict=True, reason="too hard")
        def test_fails(): raise AssertionError

        @pytest.mark.ai_eval(samples=3, min_pass_rate=0.6)
        @pytest.mark.xfail(strict=False, reason="maybe")
        def test_passes(): pass

        trials = iter([True, False, False])

        @pytest.mark.ai_eval(samples=3, min_pass_rate=0.6)
        @pytest.mark.xfail(strict=True, reason="one good trial is not enough")
        def test_mostly_fails(): assert next(trials)

        @pytest.mark.ai_eval(samples=3, min_pass_rate=0.6)
        @pytest.mark.xfail(strict=True, reason="no longer too hard")
        def test_unexpectedly_passes(): pass
        """,
    )
    result.assert_outcomes(xfailed=2, xpassed=1, failed=1)
    result.stdout.fnmatch_lines(["FAILED *::test_unexpectedly_passes - *XPASS(strict)*"])


def test_a_broken_fixture_is_an_error_and_runs_once(run):
    result = run(
        "--ai-eval",
        source="""
        import pytest
        tries = []

        @pytest.fixture
        def broken():
            tries.append(1)
            raise OSError("no disk")

        @pytest.mark.ai_eval(samples=5)
        def test_it(broken): ...

        def test_tries(): assert len(tries) == 1
        """,
    )
    result.assert_outcomes(errors=1, passed=1)
    result.stdout.fnmatch_lines(["*OSError: no disk*"])


def test_a_provider_error_is_not_a_trial(run, pytester):
    result = run(
        "--ai-eval",
        "--ai-report=out.json",
        source="""
        import pytest

        @pytest.mark.ai_eval(samples=4, min_pass_rate=0.5)
        def test_it(mock_ai):
            mock_ai.fail("rate_limited")
            mock_ai.complete("hi")
        """,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*FAILED *::test_it - 0 of 0 trials passed, needs 2 of 4; 1 could not be judged: *"])
    report = json.loads((pytester.path / "out.json").read_text())
    assert report["runs"][0]["cases"][0]["outcome"] == "error"


@pytest.mark.parametrize("plugin", ["asyncio", "anyio"])
def test_async_tests_have_trials_too(pytester, plugin):
    mark = "asyncio" if plugin == "asyncio" else "anyio"
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function")
    pytester.makepyfile(
        f"""
        import pytest
        from pytest_aiassert import mentions
        seen = []

        @pytest.fixture
        def anyio_backend(): return "asyncio"

        @pytest.mark.ai_eval(samples=3)
        @pytest.mark.{mark}
        async def test_it(mock_ai, expect):
            mock_ai.reply("hello")
            expect(await mock_ai.acomplete("hi")).to(mentions("hello"))
            seen.append(1)

        def test_seen(): assert len(seen) == 3
        """
    )
    other = "anyio" if plugin == "asyncio" else "asyncio"
    result = pytester.runpytest_subprocess("--ai-eval", "-p", f"no:{other}", "-p", "no:cov")
    result.assert_outcomes(passed=2)


def test_unittest_cases_have_trials_too(run):
    result = run(
        "--ai-eval",
        source="""
        import unittest, pytest
        seen = []

        class TestIt(unittest.TestCase):
            def setUp(self): self.fresh = []

            @pytest.mark.ai_eval(samples=3, min_pass_rate=0.6)
            def test_it(self):
                self.fresh.append(1)
                assert self.fresh == [1]
                seen.append(1)
                assert len(seen) != 1

        def test_seen(): assert len(seen) == 3
        """,
    )
    result.assert_outcomes(passed=2)


def test_junit_has_one_test_with_its_counts(run, pytester):
    run("--ai-eval", "--junitxml=junit.xml", source=COUNTING.format(samples=5, bar=0.6, failing=[1], expected=4))
    text = (pytester.path / "junit.xml").read_text()
    assert 'tests="2"' in text
    assert '<property name="ai_trials" value="4"' in text
    assert '<property name="ai_passes" value="3"' in text


def test_xdist_brings_results_home(pytester):
    pytester.makepyfile(
        """
        import pytest
        from pytest_aiassert import mentions

        @pytest.mark.ai_eval(samples=3)
        @pytest.mark.parametrize("n", range(4))
        def test_n(n, mock_ai, expect):
            mock_ai.reply(f"number {n}")
            expect(mock_ai.complete("which?")).to(mentions("number"))
        """
    )
    result = pytester.runpytest_subprocess("--ai-eval", "-n2", "--ai-report=out.json", "-p", "no:cov", "-p", "no:anyio")
    result.assert_outcomes(passed=4)
    cases = json.loads((pytester.path / "out.json").read_text())["runs"][0]["cases"]
    assert sorted(len(case["trials"]) for case in cases) == [3, 3, 3, 3]


def test_exitfirst_and_last_failed(pytester):
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.ai_eval(samples=3)
        @pytest.mark.parametrize("n", range(4))
        def test_n(n): assert n != 1
        """
    )
    quiet = ("--ai-eval", "-p", "no:asyncio", "-p", "no:anyio", "-p", "no:cov")
    pytester.runpytest_inprocess(*quiet, "-x").assert_outcomes(passed=1, failed=1)
    pytester.runpytest_inprocess(*quiet, "--lf").assert_outcomes(failed=1)
