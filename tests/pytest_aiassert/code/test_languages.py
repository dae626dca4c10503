"""Languages: aliases, suffixes, grammars and clear refusals."""

from __future__ import annotations

import dataclasses

import pytest

from pytest_aiassert.code import languages
from pytest_aiassert.code.languages import (
    KNOWN_LANGUAGES,
    canonical_language,
    grammar,
    language_of_file,
    require_language,
)
from pytest_aiassert.errors import CannotJudgeError, UsageError


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("py", "python"),
        ("Python3", "python"),
        (" JS ", "javascript"),
        ("jsx", "javascript"),
        ("ts", "typescript"),
        ("golang", "go"),
        ("c++", "cpp"),
        ("cs", "c-sharp"),
        ("C#", "c-sharp"),
        ("sh", "bash"),
        ("sql", "sql"),
        ("klingon", None),
        ("", None),
    ],
)
def test_an_alias_has_one_name(alias, name):
    assert canonical_language(alias) == name


@pytest.mark.parametrize("name", KNOWN_LANGUAGES)
def test_every_known_language_has_a_grammar_that_loads(name):
    assert grammar(name).abi_version > 0


def test_a_file_tells_its_language():
    assert language_of_file("src/App.TSX") == "tsx"
    assert language_of_file("Makefile") is None


def test_an_unknown_language_is_refused_with_the_nearest_one():
    with pytest.raises(UsageError, match=r"parses: language is 'pyhton', an unknown language; did you mean 'python'\?"):
        require_language("pyhton", where="parses: language")
    with pytest.raises(UsageError, match="is 'qqqqqq', an unknown language; Known: python"):
        require_language("qqqqqq", where="here")


def test_a_language_without_grammar_cannot_be_parsed():
    assert require_language("sql", where="here") == "sql"
    with pytest.raises(UsageError, match="'sql', which has no grammar here; one of: python"):
        require_language("sql", where="here", parsed=True)
    with pytest.raises(CannotJudgeError, match="there is no grammar for sql"):
        grammar("sql")


def test_a_language_is_a_str():
    with pytest.raises(UsageError, match="here is 3; expected a language's name"):
        require_language(3, where="here")


def test_a_missing_grammar_names_the_package_to_repair(monkeypatch):
    broken = dataclasses.replace(languages._by_name()["go"], module="tree_sitter_absent")
    monkeypatch.setattr(languages, "_by_name", lambda: {"go": broken})
    grammar.cache_clear()
    with pytest.raises(CannotJudgeError, match="pip install --force-reinstall tree-sitter-absent"):
        grammar("go")
    grammar.cache_clear()
