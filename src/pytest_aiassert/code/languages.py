"""The languages that replies are written in: names, aliases, and grammars loaded when first used."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from pytest_aiassert.errors import CannotJudgeError, UsageError
from pytest_aiassert.wording import known_names

if TYPE_CHECKING:
    from tree_sitter import Language as Grammar


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A language: other names for it, its file suffixes, and where its grammar is (None: no grammar)."""

    name: str
    aliases: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    module: str | None = None
    function: str = "language"


_LANGUAGES: tuple[Language, ...] = (
    Language(
        name="python",
        aliases=("py", "python3", "py3", "python2", "ipython", "python-3"),
        suffixes=(".py", ".pyi"),
        module="tree_sitter_python",
    ),
    Language(
        name="javascript",
        aliases=("js", "jsx", "node", "nodejs", "ecmascript", "mjs", "cjs"),
        suffixes=(".js", ".jsx", ".mjs", ".cjs"),
        module="tree_sitter_javascript",
    ),
    Language(
        name="typescript",
        aliases=("ts", "mts", "cts"),
        suffixes=(".ts", ".mts", ".cts"),
        module="tree_sitter_typescript",
        function="language_typescript",
    ),
    Language(name="tsx", suffixes=(".tsx",), module="tree_sitter_typescript", function="language_tsx"),
    Language(name="go", aliases=("golang",), suffixes=(".go",), module="tree_sitter_go"),
    Language(name="rust", aliases=("rs",), suffixes=(".rs",), module="tree_sitter_rust"),
    Language(name="java", suffixes=(".java",), module="tree_sitter_java"),
    Language(name="c", aliases=("h",), suffixes=(".c", ".h"), module="tree_sitter_c"),
    Language(
        name="cpp",
        aliases=("c++", "cxx", "cc", "hpp", "cplusplus"),
        suffixes=(".cpp", ".cc", ".cxx", ".hpp"),
        module="tree_sitter_cpp",
    ),
    Language(
        name="bash",
        aliases=("sh", "shell", "zsh", "shellscript"),
        suffixes=(".sh", ".bash"),
        module="tree_sitter_bash",
    ),
    Language(name="ruby", aliases=("rb",), suffixes=(".rb",), module="tree_sitter_ruby"),
    Language(
        name="c-sharp", aliases=("c#", "cs", "csharp", "c_sharp"), suffixes=(".cs",), module="tree_sitter_c_sharp"
    ),
    Language(name="json", suffixes=(".json",), module="tree_sitter_json"),
    Language(name="css", suffixes=(".css",)),
    Language(name="diff", aliases=("patch",), suffixes=(".diff", ".patch")),
    Language(name="dockerfile", aliases=("docker",)),
    Language(name="graphql", aliases=("gql",), suffixes=(".graphql",)),
    Language(name="html", aliases=("htm",), suffixes=(".html", ".htm")),
    Language(name="ini", aliases=("cfg",), suffixes=(".ini", ".cfg")),
    Language(name="kotlin", aliases=("kt",), suffixes=(".kt",)),
    Language(name="lua", suffixes=(".lua",)),
    Language(name="makefile", aliases=("make",)),
    Language(name="markdown", aliases=("md",), suffixes=(".md",)),
    Language(name="perl", aliases=("pl",), suffixes=(".pl",)),
    Language(name="php", suffixes=(".php",)),
    Language(name="powershell", aliases=("ps1", "pwsh"), suffixes=(".ps1",)),
    Language(name="pycon", aliases=("python-console", "python-repl")),
    Language(name="r", suffixes=(".r",)),
    Language(name="scala", suffixes=(".scala",)),
    Language(name="sql", aliases=("postgresql", "mysql", "sqlite"), suffixes=(".sql",)),
    Language(name="swift", suffixes=(".swift",)),
    Language(name="text", aliases=("txt", "plaintext", "plain", "console", "output"), suffixes=(".txt",)),
    Language(name="toml", suffixes=(".toml",)),
    Language(name="xml", suffixes=(".xml",)),
    Language(name="yaml", aliases=("yml",), suffixes=(".yaml", ".yml")),
)

KNOWN_LANGUAGES: tuple[str, ...] = tuple(language.name for language in _LANGUAGES if language.module is not None)
"""The languages that can be parsed; others are known by name only."""


def canonical_language(name: str) -> str | None:
    """Return the one name used for a language, whatever alias it is given by; None where unknown."""
    language = _by_name().get(name.strip().lower())
    return None if language is None else language.name


def language_of_file(filename: str) -> str | None:
    """Return the language that a file's suffix stands for; None where unknown."""
    lowered = filename.lower()
    return next(
        (known.name for known in _LANGUAGES for suffix in known.suffixes if lowered.endswith(suffix)),
        None,
    )


def require_language(name: object, *, where: str, parsed: bool = False) -> str:
    """Return a language's one name; `where` names matcher and argument for the error.

    With `parsed`, a grammar is needed too. Raises UsageError.
    """
    if not isinstance(name, str):
        raise UsageError(f"{where} is {name!r}; expected a language's name such as 'python'")
    known = canonical_language(name)
    if known is None:
        hint = known_names(name.strip().lower(), _names(parsed=parsed))
        raise UsageError(f"{where} is {name!r}, an unknown language; {hint}")
    if parsed and known not in KNOWN_LANGUAGES:
        raise UsageError(f"{where} is {name!r}, which has no grammar here; one of: {', '.join(_names(parsed=True))}")
    return known


@cache
def grammar(language: str) -> Grammar:
    """Load a language's grammar; raises CannotJudgeError where it is not installed or does not fit."""
    from tree_sitter import Language as Grammar

    entry = _by_name()[language]
    if entry.module is None:
        raise CannotJudgeError(f"there is no grammar for {language}; one of: {', '.join(KNOWN_LANGUAGES)}")
    try:
        pointer: object = getattr(importlib.import_module(entry.module), entry.function)()
        return Grammar(pointer)
    except (ImportError, AttributeError, ValueError) as error:
        package = entry.module.replace("_", "-")
        raise CannotJudgeError(
            f"the grammar for {language} cannot be loaded ({error}); "
            f"repair it with: pip install --force-reinstall {package}"
        ) from error


@cache
def _by_name() -> dict[str, Language]:
    return {name: language for language in _LANGUAGES for name in (language.name, *language.aliases)}


def _names(*, parsed: bool) -> list[str]:
    return [language.name for language in _LANGUAGES if language.module is not None or not parsed]
