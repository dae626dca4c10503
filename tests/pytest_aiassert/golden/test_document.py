import pytest
import yaml

from pytest_aiassert.errors import GoldenSetError
from pytest_aiassert.golden import document
from pytest_aiassert.golden.document import read_document


def read(path):
    found = []
    return read_document(path, lambda line, message: found.append((line, message))), found


def refuse(path):
    with pytest.raises(GoldenSetError) as caught:
        read(path)
    return str(caught.value)


def test_values_are_plain_and_know_their_lines(write):
    root, found = read(write("a: 1\nb:\n  - x\n  - {c: null, d: 1.5, e: yes, f: 2024-01-02}\ntext: |\n  one\n  two\n"))
    assert not found
    assert root.value == {"a": 1, "b": ["x", {"c": None, "d": 1.5, "e": True, "f": "2024-01-02"}], "text": "one\ntwo\n"}
    assert root.items["b"].line == 2
    assert [element.line for element in root.items["b"].elements] == [3, 4]
    assert root.items["text"].line == 5


def test_the_python_loader_reads_the_same(write, monkeypatch):
    text = "a: [1, {b: 2}]\nc: &x [3]\nd: *x\n"
    with_c, _ = read(write(text))
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert read(write(text))[0] == with_c


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\na: 2\n", (2, "key 'a' stands twice, first in line 1; remove one")),
        ("1: x\n", (1, "a key must be text, not '1'; put it in quotes")),
        ("? [a]\n: x\n", (1, "a key must be text, not a list or mapping; put it in quotes")),
        ("base: &b {x: 1}\nd:\n  <<: *b\n", (3, "merge keys (<<) are not supported; write the keys out")),
        ("a: !!binary aGk=\n", (1, "tag 'tag:yaml.org,2002:binary' is not allowed")),
        ("a: !!python/object/apply:os.system [ls]\n", None),
        ("a: !custom x\n", (1, "tag '!custom' is not allowed")),
        ("a: !!int x\n", (1, "'x' is not a valid int")),
    ],
)
def test_reports_what_cannot_stand_in_a_golden_set(write, text, problem):
    root, found = read(write(text))
    if problem is None:
        assert root.value == {"a": ["ls"]}, "a tag on a list is inert: nothing is called"
        return
    assert [(line, message.startswith(problem[1])) for line, message in found] == [(problem[0], True)]


def test_yaml_that_does_not_parse_is_named_with_its_line(write):
    path = write("version: 1\ncases: [a, b\nname: x\n")
    assert f"{path}:3: not valid YAML: " in refuse(path)


def test_a_tab_and_a_control_character_are_named(write):
    assert ":2: not valid YAML" in refuse(write("a: 1\n\tb: 2\n"))
    assert ":2: not valid YAML" in refuse(write("a: 1\nb: \x07\n"))


def test_binary_files_are_not_yaml(write):
    assert ":2: not a text file in UTF-8 (byte 0xff)" in refuse(write(b"a: 1\n\xff\xfe\n"))
    assert ":2: a binary file, not YAML" in refuse(write(b"a: 1\nb: \0\n"))


def test_a_byte_order_mark_is_harmless(write):
    assert read(write(b"\xef\xbb\xbfa: 1\n"))[0].value == {"a": 1}


def test_alias_bombs_are_refused_without_being_written_out(write):
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert "its aliases expand to " in refuse(write("\n".join(lines)))


def test_an_alias_that_contains_itself_is_refused(write):
    assert ":1: an alias that contains itself" in refuse(write("&a [x, *a]\n"))


def test_ordinary_aliases_are_welcome(write):
    assert read(write("a: &x [1, 2]\nb: *x\n"))[0].value == {"a": [1, 2], "b": [1, 2]}


def test_bottomless_nesting_is_refused(write, monkeypatch):
    assert ":1: nested more than 100 levels deep" in refuse(write("[" * 200))
    assert " nest" in refuse(write("[" * 50_000))  # libyaml 0.2.6 has a limit of its own, and says so before we do
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert ":1: nested more than 100 levels deep" in refuse(write("[" * 50_000))


def test_a_file_beyond_the_limit_is_refused(write, monkeypatch):
    monkeypatch.setattr(document, "MAX_BYTES", 10)
    assert "11 bytes are more than the 10 a golden set may have" in refuse(write("a: 12345678"))


def test_what_cannot_be_opened_says_why(tmp_path):
    assert "cannot read golden set" in refuse(tmp_path)
