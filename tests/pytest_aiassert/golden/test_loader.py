import json

import jsonschema
import pytest
import yaml

from assistant.messages import Message
from pytest_aiassert.errors import GoldenSetError, UsageError
from pytest_aiassert.golden import load_golden
from pytest_aiassert.golden.loader import CASE_KEYS, ID_PATTERN, MESSAGE_KEYS, RESERVED_PARAMETERS, SET_KEYS

HEAD = "version: 1\nname: demo\ncases:\n"


class Check:
    """Stands for a matcher: remembers its specification."""

    def __init__(self, spec):
        self.spec = spec

    def __repr__(self):
        return repr(self.spec)


def build(spec):
    if spec == "bad" or (isinstance(spec, dict) and "bad" in spec):
        raise UsageError("unknown matcher 'bad'; did you mean 'parses'?")
    return Check(spec)


def load(path):
    return load_golden(path, build=build)


def problems(path):
    with pytest.raises(GoldenSetError) as caught:
        load(path)
    text = str(caught.value)
    assert str(path) in text
    return text


def case(body: str) -> str:
    return f"{HEAD}  - id: a\n    checks: [parses]\n    prompt: hi\n" + "".join(
        f"    {line}\n" for line in body.splitlines()
    )


def test_reads_every_field(write):
    path = write(
        """\
version: 1
name: demo
description: Two cases.
parameters: {temperature: 0.5, max_tokens: 9}
cases:
  - id: one
    prompt: Say one.
    system: Be brief.
    checks: [parses, {mentions: [a, b]}]
    tags: [x, y, x]
    weight: 2
    min_pass_rate: 0.8
    parameters: {temperature: 0}
  - id: two
    messages:
      - {role: user, content: Hi}
      - {role: assistant, content: Hello}
      - {role: user, content: Again}
    checks: [{parses: python}]
"""
    )
    golden = load(path)
    one, two = golden.cases
    assert (golden.name, golden.description, golden.version, golden.path) == ("demo", "Two cases.", 1, path)
    assert one.messages == (Message(role="system", content="Be brief."), Message(role="user", content="Say one."))
    assert [check.spec for check in one.checks] == ["parses", {"mentions": ["a", "b"]}]
    assert (one.tags, one.weight, one.min_pass_rate) == (("x", "y"), 2.0, 0.8)
    assert one.parameters == {"temperature": 0, "max_tokens": 9}
    assert (two.tags, two.weight, two.min_pass_rate) == ((), 1.0, None)
    assert [message.role for message in two.messages] == ["user", "assistant", "user"]
    assert two.parameters == {"temperature": 0.5, "max_tokens": 9}


def test_a_folder_stands_for_its_cases_yaml_and_names_the_set(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "cases.yaml").write_text("version: 1\ncases: [{id: a, prompt: hi, checks: [parses]}]\n")
    golden = load(folder)
    assert golden.name == "mine"
    assert golden.cassette("m", golden.cases[0]) == folder / "cassettes" / "m" / "a.json"
    assert golden.cassette("m", "b") == folder / "cassettes" / "m" / "b.json"
    assert golden.run_file("m") == folder / "runs" / "m.jsonl"


def test_fingerprints_change_with_what_matters(write):
    def fingerprint(body):
        return load(write(case(body))).fingerprint

    assert fingerprint("tags: [x]") == fingerprint("tags: [x]")
    assert len({fingerprint(""), fingerprint("tags: [x]"), fingerprint("weight: 2"), fingerprint("system: s")}) == 4


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        ("promt: x", 7, "case 'a': unknown key 'promt'; did you mean 'prompt'?"),
        ("zzz: x", 7, "case 'a': unknown key 'zzz'; allowed are 'id', 'prompt'"),
        ("weight: 0", 7, "case 'a': 'weight' is 0; it must be more than 0"),
        ("weight: -1", 7, "'weight' is -1"),
        ("weight: .inf", 7, "'weight' is inf"),
        ("weight: .nan", 7, "'weight' must be a number"),
        ("weight: true", 7, "'weight' must be a number, not true or false (True)"),
        ("weight: heavy", 7, "'weight' must be a number, not text ('heavy')"),
        ("weight: 1" + "0" * 400, 7, "'weight' is inf"),
        ("weight: null", 7, "'weight' must be a number, not nothing"),
        ("weight: [1]", 7, "'weight' must be a number, not a list"),
        ("min_pass_rate: 1.5", 7, "case 'a': 'min_pass_rate' is 1.5; it must be more than 0 and at most 1"),
        ("min_pass_rate: 0", 7, "case 'a': 'min_pass_rate' is 0; it must be more than 0 and at most 1"),
        ("tags: python", 7, "case 'a': 'tags' must be a list, not text ('python')"),
        ("tags: [1]", 7, "case 'a': a tag must be text, not a number (1); put it in quotes"),
        ("parameters: [1]", 7, "case 'a': 'parameters' must be a mapping, not a list"),
        ("parameters:\n  model: x", 8, "case 'a': 'parameters' cannot set 'model'; the provider does"),
        ("system: 5", 7, "case 'a': 'system' must be text, not a number (5); put it in quotes"),
        ("messages: [{role: user, content: x}]", 4, "case 'a': needs exactly one of 'prompt' and 'messages'"),
        ("prompt: again", 7, "key 'prompt' stands twice, first in line 6; remove one"),
    ],
)
def test_names_what_is_wrong_with_a_case(write, body, line, words):
    path = write(case(body))
    text = problems(path)
    assert f"{path}:{line}: {words}" in text or (f"{path}:{line}: " in text and words in text)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("{prompt: hi, checks: [parses]}", "case 1 has no 'id'"),
        (
            "{id: no, prompt: hi, checks: [parses]}",
            "case 1: 'id' must be text, not true or false (False); put it in quotes",
        ),
        ("{id: a/b, prompt: hi, checks: [parses]}", "case 'a/b': an id names files"),
        ("{id: a., prompt: hi, checks: [parses]}", "does not end with '.'"),
        ("{id: a, checks: [parses]}", "case 'a': needs exactly one of 'prompt' and 'messages'"),
        ("{id: a, prompt: ' ', checks: [parses]}", "case 'a': 'prompt' is empty"),
        ("{id: a, prompt: hi}", "case 'a': 'checks' must be a list with at least one matcher"),
        ("{id: a, prompt: hi, checks: parses}", "case 'a': 'checks' must be a list with at least one matcher"),
        ("{id: a, prompt: hi, checks: [bad]}", "case 'a': unknown matcher 'bad'; did you mean 'parses'?"),
        ("{id: a, messages: [], checks: [parses]}", "case 'a': 'messages' must be a list of {role, content}"),
        (
            "{id: a, messages: [hi], checks: [parses]}",
            "a message is a mapping with 'role' and 'content', not text ('hi')",
        ),
        (
            "{id: a, messages: [{role: bot, content: x}], checks: [parses]}",
            "role 'bot' is unknown; use one of 'system', 'user'",
        ),
        ("{id: a, messages: [{role: user}], checks: [parses]}", "case 'a': 'content' is missing"),
        (
            "{id: a, messages: [{role: system, content: x}], checks: [parses]}",
            "'messages' has no message with role user",
        ),
        ("just text", "case 1 must be a mapping with 'id', 'prompt' and 'checks'"),
        ("", "case 1 must be a mapping"),
    ],
)
def test_names_what_is_wrong_with_an_entry(write, entry, words):
    path = write(f"{HEAD}  - {entry}\n")
    assert f"{path}:4: " in (text := problems(path))
    assert words in text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ":1: the file is empty; a golden set needs 'version' and 'cases'"),
        ("# only a comment\n", ":1: the file is empty"),
        ("- a\n", ":1: a golden set is a mapping with 'version'"),
        ("name: x\ncases: [{id: a, prompt: h, checks: [parses]}]", ":1: 'version' is missing; write version: 1"),
        ("version: 2\ncases: [{id: a, prompt: h, checks: [parses]}]", ":1: version 2 is not supported"),
        ("version: true\ncases: [{id: a, prompt: h, checks: [parses]}]", ":1: version True is not supported"),
        ("version: 1\ncases: []\n", ":2: 'cases' must be a list with at least one case"),
        ("version: 1\n", ":1: 'cases' must be a list with at least one case"),
        ("version: 1\ncase: []\n", ":2: unknown key 'case'; did you mean 'cases'?"),
        ("version: 1\nname: ''\ncases: [{id: a, prompt: h, checks: [parses]}]", ":2: 'name' is empty"),
    ],
)
def test_names_what_is_wrong_with_a_set(write, text, words):
    assert words in problems(write(text))


def test_all_problems_are_named_at_once_in_order(write):
    text = problems(
        write(HEAD + "  - {id: a, prompt: hi, checks: [bad], weight: 0}\n  - {id: A, promt: x, checks: [parses]}\n")
    )
    first, *rest = text.splitlines()
    assert first.startswith("5 problems in ")
    assert [line.split(":", 2)[1] for line in rest] == ["4", "4", "5", "5", "5"]
    assert "case 'A': the id differs from 'a' in case only, first in line 4; rename one" in text


def test_an_id_used_twice_is_named_with_both_lines(write):
    entry = "  - {id: a, prompt: hi, checks: [parses]}\n"
    assert ":5: case 'a': the id is used twice, first in line 4; rename one" in problems(write(HEAD + entry + entry))


def test_a_missing_path_names_the_nearest(tmp_path):
    (tmp_path / "coding").mkdir()
    with pytest.raises(GoldenSetError, match=r"no golden set at .*codign; did you mean 'coding'\?"):
        load(tmp_path / "codign")
    with pytest.raises(GoldenSetError, match="no golden set at"):
        load(tmp_path / "nowhere" / "cases.yaml")


def test_a_folder_without_cases_says_what_to_name(tmp_path):
    with pytest.raises(GoldenSetError, match=r"has no cases\.yaml; name a golden set's folder or its YAML file"):
        load(tmp_path)


def test_unknown_matchers_and_bad_arguments_are_found_with_the_real_registry(write):
    path = write(HEAD + "  - id: a\n    prompt: hi\n    checks:\n      - pases\n      - {mentions: {nope: 1}}\n")
    with pytest.raises(GoldenSetError) as caught:
        load_golden(path)
    text = str(caught.value)
    assert f"{path}:7: case 'a': " in text
    assert "parses" in text
    assert f"{path}:8: case 'a': " in text
    assert "mentions" in text


def test_the_coding_set_is_valid_and_its_file_fits_the_schema(root, schema):
    path = root / "golden" / "coding"
    golden = load_golden(path)
    assert len(golden.cases) >= 40
    assert len({case.id for case in golden.cases}) == len(golden.cases)
    jsonschema.validate(yaml.safe_load((path / "cases.yaml").read_text()), schema)


@pytest.fixture
def schema(root):
    return json.loads((root / "docs" / "schemas" / "golden-set.schema.json").read_text())


def test_the_published_schema_is_the_one_in_the_package(root):
    packaged = root / "src" / "pytest_aiassert" / "golden" / "golden-set.schema.json"
    assert packaged.read_text() == (root / "docs" / "schemas" / "golden-set.schema.json").read_text()


def test_schema_and_loader_know_the_same_keys(schema):
    defs = schema["$defs"]
    assert set(schema["properties"]) == set(SET_KEYS)
    assert set(defs["case"]["properties"]) == set(CASE_KEYS)
    assert set(defs["message"]["properties"]) == set(MESSAGE_KEYS)
    assert defs["case"]["properties"]["id"]["pattern"] == ID_PATTERN
    assert defs["parameters"]["propertyNames"]["not"]["enum"] == list(RESERVED_PARAMETERS)


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "  - {id: a, prompt: hi, checks: [parses], weight: 0}",
        HEAD + "  - {id: a, promt: hi, checks: [parses]}",
        HEAD + "  - {id: a, prompt: hi, messages: [{role: user, content: x}], checks: [parses]}",
        HEAD + "  - {id: a., prompt: hi, checks: [parses]}",
        HEAD + "  - {id: a, prompt: hi, checks: []}",
        HEAD + "  - {id: a, prompt: hi, checks: [parses], min_pass_rate: 2}",
        HEAD + "  - {id: a, prompt: hi, checks: [parses], parameters: {model: x}}",
        HEAD + "  - {id: a, messages: [{role: system, content: x}], checks: [parses]}",
        "version: 2\ncases: [{id: a, prompt: h, checks: [parses]}]",
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(write, schema, text):
    problems(write(text))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(text), schema)
