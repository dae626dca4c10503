import json
import re

import jsonschema
import pytest

from pytest_aiassert.runs.lines import (
    EVIDENCE_LIMIT,
    case_from_json,
    case_to_json,
    decode_line,
    encode_line,
    header_from_json,
    header_to_json,
    trial_from_json,
    trial_to_json,
)
from pytest_aiassert.verdict import Evidence, Verdict


def test_every_field_of_a_trial_survives(run, full_trial):
    line = encode_line(trial_to_json(run.cases[0], full_trial))
    assert trial_from_json(decode_line(line)) == full_trial


def test_header_and_case_survive(run, header):
    assert header_from_json(decode_line(encode_line(header_to_json(header)))) == header
    frame = case_from_json(decode_line(encode_line(case_to_json(run.cases[0]))))
    assert (frame.id, frame.outcome, frame.bar, frame.planned, frame.tags) == ("a", "failed", 0.9, 2, ("x", "y"))
    assert (frame.weight, frame.fingerprint, frame.model, frame.message) == (2.0, "f1", "qwen", "1 of 2")


def test_lines_have_sorted_keys_and_one_lf(run, full_trial):
    line = encode_line(trial_to_json(run.cases[0], full_trial))
    assert line.count(b"\n") == 1
    assert line.endswith(b"}\n")
    keys = list(json.loads(line))
    assert keys == sorted(keys)


def test_readable_text_stays_readable_unless_it_has_no_utf_8_form():
    assert encode_line({"a": "ü\u2028"}) == '{"a": "ü\u2028"}\n'.encode()
    assert encode_line({"a": "ü\ud800"}) == b'{"a": "\\u00fc\\ud800"}\n'


def test_real_lines_fit_the_published_schema(run, schema):
    values = [header_to_json(run.header)]
    for case in run.cases:
        values += [*(trial_to_json(case, trial) for trial in case.trials), case_to_json(case)]
    for value in values:
        jsonschema.validate(decode_line(encode_line(value)), schema)


def test_the_published_schema_is_the_one_in_the_package(root):
    packaged = root / "src" / "pytest_aiassert" / "runs" / "run.schema.json"
    assert packaged.read_text() == (root / "docs" / "schemas" / "run.schema.json").read_text()


def test_the_schema_names_every_field_that_is_written(run, full_trial, schema):
    defs = schema["$defs"]
    trial = trial_to_json(run.cases[0], full_trial)
    assert set(header_to_json(run.header)) == set(defs["header"]["properties"])
    assert set(trial) == set(defs["trial"]["properties"])
    assert set(case_to_json(run.cases[0])) == set(defs["case"]["properties"])
    assert set(trial["turns"][0]["reply"]) == set(defs["reply"]["properties"])
    assert set(trial["verdicts"][0]) == set(defs["verdict"]["properties"])
    assert set(trial["judging"]) == set(defs["judging"]["properties"])


def test_evidence_is_kept_short_and_only_for_failures(run, trial):
    piece = Evidence(title="code", text="x" * (EVIDENCE_LIMIT + 5))

    def written(passed):
        verdict = Verdict(matcher="m()", passed=passed, score=float(passed), reason="", evidence=(piece,))
        return trial_to_json(run.cases[0], trial(verdicts=(verdict,)))["verdicts"][0]

    assert "evidence" not in written(passed=True)
    text = written(passed=False)["evidence"][0]["text"]
    assert text == "x" * EVIDENCE_LIMIT + "… (5 more characters)"


def test_keys_of_a_later_release_are_ignored(run, full_trial):
    value = trial_to_json(run.cases[0], full_trial)
    value["later"] = {"x": 1}
    value["turns"][0]["reply"]["later"] = 1
    assert trial_from_json(value) == full_trial


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"{", "not valid JSON (Expecting property name"),
        (b"[1]", "expected an object, not list"),
        (b'{"a": NaN}', "NaN is not a number that a run file may have"),
        (b'{"a": -Infinity}', "-Infinity is not a number"),
        (b'{"a": "\xff"}', "not UTF-8 (byte 0xff at column 8)"),
        (b'{"a": ' + b"[" * 100_000, "nested too deeply"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "Exceeds the limit"),
    ],
)
def test_damaged_lines_say_what_is_wrong(line, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        decode_line(line)


def test_nan_cannot_be_written():
    with pytest.raises(ValueError, match="Out of range float"):
        encode_line({"score": float("nan")})


TRIAL = {"kind": "trial", "case": "a", "index": 1, "outcome": "passed", "score": 1}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"case": None}, "'case' must be str, not NoneType"),
        ({"index": "1"}, "'index' must be a whole number, not '1'"),
        ({"index": True}, "'index' must be a whole number, not True"),
        ({"outcome": "maybe"}, "'outcome' is 'maybe'; expected passed, failed or error"),
        ({"outcome": []}, "'outcome' is []"),
        ({"score": 1.5}, "'score' is 1.5, outside 0 to 1"),
        ({"score": None}, "'score' must be a number, not None"),
        ({"score": 10**400}, "'score' is too large"),
        ({"seed": "x"}, "'seed' must be a whole number"),
        ({"turns": {}}, "'turns' must be list, not dict"),
        ({"turns": [1]}, "'turns' must be a list of objects"),
        ({"turns": [{"messages": []}]}, "'reply' is missing"),
        ({"turns": [{"messages": [{"role": "bot"}], "reply": {}}]}, "'role' is 'bot'"),
        ({"turns": [{"reply": {"latency": "fast"}}]}, "'latency' must be a number"),
        ({"turns": [{"reply": {"usage": {"input_tokens": 1.5}}}]}, "'input_tokens' must be a whole number"),
        ({"verdicts": [{"passed": True, "score": 1}]}, "'matcher' is missing"),
        ({"verdicts": [{"matcher": "m", "passed": True, "score": 7}]}, "scored 7.0, outside 0 to 1"),
        (
            {"verdicts": [{"matcher": "m", "passed": True, "score": 1, "evidence": [{"marks": ["x"]}]}]},
            "'marks' must be a list of whole numbers",
        ),
    ],
)
def test_wrong_fields_of_a_trial_are_named(change, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        trial_from_json({**TRIAL, **change})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"bar": 2}, "'bar' is 2; it lies in 0 to 1"),
        ({"weight": 0}, "'weight' is 0; it must be more than 0"),
        ({"planned": None}, "'planned' must be a whole number, not None"),
        ({"tags": "x"}, "'tags' must be list, not str"),
    ],
)
def test_wrong_fields_of_a_case_are_named(change, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        case_from_json({**TRIAL, **change})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "har"}, "not a run file: its first line must be a header with kind 'aiassert-run'"),
        ({"version": 2}, "version 2 is not supported (this release reads 1); upgrade pytest-aiassert"),
        ({"version": True}, "version True is not supported"),
        ({"model": 1}, "'model' must be str, not int"),
    ],
)
def test_wrong_headers_are_named(header, change, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        header_from_json({**header_to_json(header), **change})


def test_a_finish_reason_of_a_later_release_is_other():
    turn = {"messages": [], "reply": {"finish_reason": "melted"}}
    assert trial_from_json({**TRIAL, "turns": [turn]}).turns[0].reply.finish_reason == "other"
