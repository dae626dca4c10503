from __future__ import annotations

import pytest

from pytest_aiassert import judged_by
from pytest_aiassert.errors import GoldenSetError, UsageError
from pytest_aiassert.golden import load_golden
from pytest_aiassert.judges.registry import build_check
from pytest_aiassert.matchers.registry import matcher_names, use_matchers


@pytest.mark.parametrize(
    ("spec", "written"),
    [
        ({"judged_by": "Is kind."}, "judged_by('Is kind.')"),
        (
            {"judged_by": {"rubric": [{"name": "a", "text": "b", "weight": 2}], "threshold": 0.5, "votes": 3}},
            "judged_by([{'name': 'a', 'text': 'b', 'weight': 2}], threshold=0.5, votes=3)",
        ),
        (
            {"better_than": {"reference": "theirs", "rubric": "Is shorter."}},
            "better_than('theirs', rubric='Is shorter.')",
        ),
        (
            {"all_of": [{"mentions": "a"}, {"not": {"judged_by": {"rubric": "Is rude.", "scale": [1, 5]}}}]},
            "mentions('a') & ~judged_by('Is rude.', scale=(1, 5))",
        ),
    ],
)
def test_judges_are_checks_of_golden_sets(spec, written):
    assert repr(build_check(spec)) == written


def test_a_golden_set_names_them(tmp_path):
    file = tmp_path / "cases.yaml"
    file.write_text("version: 1\ncases: [{id: a, prompt: Hi, checks: [{judged_by: Is kind.}]}]\n")
    assert load_golden(file).cases[0].checks == (judged_by("Is kind."),)


def test_a_bad_judge_is_told_with_its_line(tmp_path):
    file = tmp_path / "cases.yaml"
    file.write_text("version: 1\ncases:\n- id: a\n  prompt: Hi\n  checks:\n  - {judged_by: {rubric: x, votes: 2}}\n")
    with pytest.raises(GoldenSetError, match=r"cases\.yaml:6: .*votes is 2"):
        load_golden(file)


def test_a_users_own_matcher_of_that_name_comes_first():
    own = build_check({"mentions": "x"})
    with use_matchers({"judged_by": lambda *_: own}):
        assert build_check({"judged_by": "anything"}) is own


def test_names_are_not_left_behind():
    build_check({"judged_by": "Is kind."})
    assert "judged_by" not in matcher_names()
    with pytest.raises(UsageError, match="unknown matcher 'judged_bye'; did you mean 'judged_by'"):
        build_check({"judged_bye": "x"})
