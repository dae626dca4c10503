import json

import pytest

from pytest_aiassert.runs import CaseResult, Run, RunHeader, TrialRecord, save_run


@pytest.fixture
def saved(tmp_path):
    """Save a run of six cases with so many passes out of five each."""

    def _saved(name, passes):
        cases = []
        for number, passed in enumerate(passes):
            trials = tuple(
                TrialRecord(
                    case=f"c{number}",
                    index=index,
                    outcome="passed" if index <= passed else "failed",
                    score=float(index <= passed),
                    message="" if index <= passed else "assert broken",
                )
                for index in range(1, 6)
            )
            cases.append(
                CaseResult(
                    id=f"c{number}",
                    outcome="passed" if passed == 5 else "failed",
                    trials=trials,
                    planned=5,
                    tags=("t",),
                )
            )
        path = tmp_path / f"{name}.jsonl"
        save_run(Run(header=RunHeader(name="s", model=name, provider="p"), cases=tuple(cases)), path)
        return path

    return _saved


GOOD, BAD = [5, 5, 4, 5, 5, 5], [2, 1, 4, 0, 2, 1]


@pytest.mark.parametrize(
    ("a", "b", "arguments", "code", "words"),
    [
        (GOOD, BAD, (), 1, "Regression: b passes"),
        (BAD, GOOD, (), 0, "No regression: b passes"),
        (BAD, GOOD, ("--strict",), 0, "No regression: b passes"),
        (GOOD, GOOD, (), 0, "Undecided: b passes as much as a"),
        (GOOD, GOOD, ("--strict",), 3, "Undecided: b passes as much as a"),
        (GOOD, GOOD, ("--margin", "0.3", "--strict"), 0, "No regression: b passes as much as a"),
        (GOOD, BAD, ("--margin", "0.7"), 0, "Undecided"),
    ],
)
def test_the_verdict_comes_first_and_decides_the_exit_code(aiassert, saved, a, b, arguments, code, words):
    result = aiassert("compare", saved("a", a), saved("b", b), *arguments)
    assert result.exit_code == code
    assert result.stdout.startswith(words)
    assert ("--strict" in result.stderr) == (code == 3)


def test_the_cases_that_changed_are_named_with_counts_and_reason(aiassert, saved):
    out = aiassert("compare", saved("a", GOOD), saved("b", BAD)).stdout
    line = next(line for line in out.splitlines() if "c3" in line)
    assert "5/5" in line
    assert "0/5" in line
    assert "assert broken" in line


def test_json_is_for_programs(aiassert, saved):
    result = aiassert("compare", saved("a", GOOD), saved("b", BAD), "--json")
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert (document["verdict"], document["a"]["model"], document["b"]["model"]) == ("regression", "a", "b")
    assert len(document["changes"]) == 5


def test_a_damaged_run_is_named_with_its_line(aiassert, saved):
    a, b = saved("a", GOOD), saved("b", BAD)
    lines = b.read_text().splitlines()
    b.write_text("\n".join([*lines[:3], "rubbish", *lines[3:]]) + "\n")
    result = aiassert("compare", a, b)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"aiassert: {b}:4: not valid JSON")


def test_a_cut_run_is_compared_and_said(aiassert, saved):
    a, b = saved("a", GOOD), saved("b", BAD)
    b.write_bytes(b.read_bytes()[:-10])
    result = aiassert("compare", a, b, "--json")
    assert result.exit_code == 1
    assert "the last line is cut and was left out" in json.loads(result.stdout)["notes"][0]


@pytest.mark.parametrize("option", [("--alpha", "0.7"), ("--margin", "-1")])
def test_options_out_of_range_are_bad_input(aiassert, saved, option):
    result = aiassert("compare", saved("a", GOOD), saved("b", BAD), *option)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"aiassert: {option[0][2:]} is {option[1]}")
