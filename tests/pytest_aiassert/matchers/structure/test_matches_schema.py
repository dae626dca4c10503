"""matches_schema: where JSON is found, what violates, and schemas that cannot work."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from pytest_aiassert.errors import CannotJudgeError, UsageError
from pytest_aiassert.matchers import matches_schema

PERSON = {
    "type": "object",
    "required": ["name", "age"],
    "properties": {
        "name": {"type": "string"},
        "age": {"$ref": "#/$defs/age"},
        "odd key": {"const": 1},
        "list": {"items": {"type": "integer"}},
    },
    "$defs": {"age": {"type": "integer"}},
}


class Person(BaseModel):
    name: str
    languages: list[str] = []


@pytest.mark.parametrize(
    ("reply", "where"),
    [
        ('{"name": "A", "age": 3}', "the whole reply"),
        ('Sure:\n```json\n{"name": "A", "age": 3}\n```', "the json block at line 3"),
        ('```json\n{oops\n```\n```json\n{"name": "A", "age": 3}\n```', "the json block at line 5"),
        ('```text\n{"name": "A", "age": 3}\n```', "the block at line 2"),
        ('Not {"a": 1 | 2} but {"name": "A", "age": 3}.', "the JSON at line 1"),
        ('In {short}:\nit is {"name": "A", "age": 3}, see [1].', "the JSON at line 2"),
    ],
)
def test_json_is_found_wherever_it_stands(reply, where):
    verdict = matches_schema(PERSON).check(reply)
    assert (verdict.passed, verdict.reason) == (True, f"{where} is valid")
    assert verdict.evidence[0].language == "json"


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("words", "no JSON in the reply"),
        ("", "no JSON: the reply is empty"),
        ("{'a': 1}", ("the reply is not valid JSON: Expecting property name enclosed in double quotes"
                      " at its line 1, column 2")),
        ("```json\n[1,\n", ("the json block at line 2 is not valid JSON: Expecting value"
                           " at its line 1, column 4; the reply ends before the fence does")),
        ("```json\n[NaN]\n```", "the json block at line 2 is not valid JSON: NaN is not JSON"),
        ("[" * 100_000, "the reply is not valid JSON: nested too deeply"),
        ("```text\nwords\n```", "no JSON in the reply"),
        ('It is {"x": "}" | 1, "y": {"name": "A", "age": 3}}.', "no JSON in the reply"),
        ('It is {"x": 1 | 2, "y": {"name": "A", "age": 3}', "no JSON in the reply"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_json_is_told(reply, reason):
    verdict = matches_schema(PERSON).check(reply)
    assert (verdict.passed, verdict.score, verdict.reason) == (False, 0.0, reason)


def test_each_violation_has_its_path():
    verdict = matches_schema(PERSON).check('{"age": "x", "odd key": 2, "list": [1, "a"]}')
    assert verdict.score == 0.5**4
    assert verdict.reason == (
        "the whole reply has 4 violations: $: 'name' is a required property; $.age: 'x' is not of type 'integer'; "
        "$.list[1]: 'a' is not of type 'integer'; $['odd key']: 1 was expected, not 2"
    )


def test_many_and_long_violations_are_cut():
    schema = {"items": {"type": "integer"}}
    reason = matches_schema(schema).check("[" + ",".join(['"' + "x" * 300 + '"'] * 12) + "]").reason
    assert reason.endswith("; and 2 more")
    assert "…" in reason


def test_a_pydantic_model_is_a_schema():
    matcher = matches_schema(Person)
    assert repr(matcher) == "matches_schema(Person)"
    assert matcher.check('{"name": "A"}').passed
    assert matcher.check('{"name": 1, "languages": [2]}').reason == (
        "the whole reply has 2 violations: $.name: Input should be a valid string; "
        "$.languages[0]: Input should be a valid string"
    )
    assert "unicode" in matcher.check('{"name": "\ud800"}').reason


def test_a_schema_is_copied():
    schema = {"type": "object"}
    matcher = matches_schema(schema)
    schema["type"] = "array"
    assert matcher.check("{}").passed
    assert repr(matcher) == "matches_schema({'type': 'object'})"


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "strin"}, r"not valid at \$.type: 'strin' is not"),
        ({"pattern": "("}, r"not valid at \$.pattern"),
        ({"$ref": "http://example.test/x.json"}, "refers to 'http://example.test/x.json', which it does not contain"),
        ({"items": [{"$ref": "#/x"}]}, r"not valid at \$.items"),
        ({"allOf": [{"$ref": "#/x"}]}, "refers to '#/x'"),
        ({"$schema": "http://example.test/none"}, "an unknown dialect"),
        (3, "schema is 3; expected a JSON Schema as a mapping, or a pydantic model class"),
        (int, "schema is <class 'int'>; expected"),
    ],
)
def test_a_schema_that_cannot_work_is_refused(schema, words):
    with pytest.raises(UsageError, match=words):
        matches_schema(schema)


def test_a_schema_without_end_is_refused():
    schema = {}
    schema["allOf"] = [schema]
    with pytest.raises(UsageError, match="the schema is not JSON: maximum recursion depth"):
        matches_schema(schema)


def test_older_drafts_are_respected():
    draft4 = {"$schema": "http://json-schema.org/draft-04/schema#", "minimum": 1, "exclusiveMinimum": True}
    assert not matches_schema(draft4).check("1").passed


def test_an_endless_schema_cannot_be_judged():
    with pytest.raises(CannotJudgeError, match="refers to itself without end"):
        matches_schema({"$ref": "#"}).check("1")
