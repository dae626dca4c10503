import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, ValidationError

from pytest_aiassert.reports.document import render_json, to_document

SCHEMA = Path(__file__).parents[3] / "docs" / "schemas" / "report.schema.json"


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_every_report_follows_the_published_schema(validator, mixed, hostile, build):
    for report in (mixed, hostile, build.report(), build.report([], [])):
        validator.validate(json.loads(render_json(report)))


def test_the_schema_refuses_what_is_not_a_report(validator, mixed):
    document = to_document(mixed)
    for damage in ({"version": 2}, {"runs": [{}]}, {"unknown": 1}):
        with pytest.raises(ValidationError):
            validator.validate(document | damage)


def test_rates_carry_interval_and_n(mixed):
    (run,) = to_document(mixed)["runs"]
    assert run["cases_passed"]["passed"] == 1
    assert run["cases_passed"]["n"] == 3
    assert run["cases_passed"]["low"] == pytest.approx(0.0615, abs=1e-3)
    assert run["trials"] == {"passed": 3, "judged": 5}
    assert run["cost"] == pytest.approx(0.01)


def test_replies_stand_in_it_whole(build):
    long = "x" * 100_000
    report = build.report([build.case("a", build.trial("a", 1, build.verdict(), reply=long))])
    trial = to_document(report)["runs"][0]["cases"][0]["trials"][0]
    assert trial["turns"][0]["reply"]["text"] == long
    assert trial["turns"][0]["messages"][0]["content"] == "Add two numbers."


def test_verdicts_keep_evidence_and_parts(build):
    outer = build.verdict("a & b", passed=False, reason="1 of 2 fails", parts=[build.wrong_sum])
    report = build.report([build.case("a", build.trial("a", 1, outer))])
    verdict = to_document(report)["runs"][0]["cases"][0]["trials"][0]["verdicts"][0]
    assert verdict["parts"][0]["evidence"] == [
        {"title": "the function found", "text": build.addition, "language": "python", "marks": [3]}
    ]


def test_a_hostile_reply_survives_unchanged(hostile, hostile_text):
    text = render_json(hostile)
    text.encode()
    document = json.loads(text)
    assert document["title"] == hostile_text
    assert document["runs"][0]["cases"][0]["trials"][0]["turns"][0]["reply"]["text"] == hostile_text


def test_what_json_cannot_hold_becomes_null_or_text(hostile, hostile_text):
    parameters = to_document(hostile)["runs"][0]["parameters"]
    assert parameters == {hostile_text: hostile_text, "seed": None, "stop": ["a", "<class 'object'>"], "top": None}


def test_readable_text_is_not_escaped(build):
    report = build.report([build.case("größe", build.trial("größe", 1, build.verdict()))])
    assert '"größe"' in render_json(report)
