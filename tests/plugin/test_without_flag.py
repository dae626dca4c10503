"""A plain session: marked tests are skipped with one line, all else is untouched."""

MARKED = """
    import pytest

    @pytest.mark.ai_eval(samples=3)
    def test_one(ai): ...

    @pytest.mark.ai_eval
    def test_two(ai): ...
"""


def test_marked_tests_are_skipped_with_one_line(run):
    result = run(source=MARKED)
    result.assert_outcomes(skipped=2)
    said = [line for line in result.outlines if "--ai-eval" in line]
    assert said == ["2 tests skipped: AI evaluation, run with --ai-eval"]


def test_pytest_own_listing_folds_them_into_one_line(run):
    result = run("-rs", source=MARKED)
    said = [line for line in result.outlines if "--ai-eval" in line]
    assert len(said) == 1
    assert said[0].startswith("SKIPPED [2]")


def test_quiet_says_nothing_more(run):
    result = run("-q", source=MARKED)
    assert "--ai-eval" not in result.stdout.str()


def test_an_unmarked_session_has_no_word_of_ours(run):
    result = run(source="def test_plain(): assert True")
    result.assert_outcomes(passed=1)
    words = [line for line in result.outlines if "ai" in line.lower() and not line.startswith(("plugins:", "rootdir"))]
    assert words == []


def test_fixtures_work_without_the_flag(run):
    result = run(
        source="""
        from pytest_aiassert import mentions

        def test_mock(mock_ai, expect):
            mock_ai.reply("hello")
            expect(mock_ai.complete("hi")).to(mentions("hello"))
        """
    )
    result.assert_outcomes(passed=1)
