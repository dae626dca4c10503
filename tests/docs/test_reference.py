from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest
from tests.docs.blocks import read_blocks
from typer.main import get_command

import assistant.errors
import pytest_aiassert
import pytest_aiassert.errors
from pytest_aiassert.cli.app import app
from pytest_aiassert.integration import markers, recordings
from pytest_aiassert.matchers.registry import matcher_names
from pytest_aiassert.plugin import OPTIONS

COMPOSED = {"all_of", "any_of", "not_", "at_least", "weighted"}
DOCS = Path(__file__).resolve().parents[2] / "docs"


def _rows(page: str, heading: str = "") -> list[list[str]]:
    text = (DOCS / page).read_text(encoding="utf-8")
    if heading:
        text = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = re.findall(r"^\|(.+)\|$", text, flags=re.MULTILINE)
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)] for line in lines if not set(line) <= set("-:| ")]


def test_options_page_has_every_option_with_its_twins() -> None:
    rows = [row for row in _rows("reference/options.md") if row[0].startswith("`--ai")]
    documented = {row[0].strip("`").split()[0]: row for row in rows}

    assert list(documented) == [f"--{name}" for name, *_ in OPTIONS]
    for option, row in documented.items():
        ini = option.removeprefix("--").replace("-", "_")
        assert f"`{ini}`" in row[1]
        assert row[2] == f"`AIASSERT_{ini.removeprefix('ai_').upper()}`"


def test_options_page_has_every_value() -> None:
    text = (DOCS / "reference" / "options.md").read_text(encoding="utf-8")
    for name, kind, *_ in OPTIONS:
        row = next(line for line in text.splitlines() if line.startswith(f"| `--{name}"))
        assert not isinstance(kind, tuple) or all(f"`{value}`" in row for value in kind)


def test_marker_table_has_every_argument() -> None:
    documented = [row[0].strip("`") for row in _rows("reference/options.md", "The marker")[1:]]

    assert documented == list(markers._KNOWN)


def test_the_table_of_ai_cassette_has_every_argument() -> None:
    documented = [row[0].strip("`") for row in _rows("reference/options.md", "The marker ai_cassette")[1:]]

    assert documented == list(recordings._KNOWN)


@pytest.mark.parametrize(
    ("module", "heading"),
    [(pytest_aiassert.errors, "pytest_aiassert.errors"), (assistant.errors, "assistant.errors")],
    ids=["pytest_aiassert", "assistant"],
)
def test_errors_page_has_every_error(module: Any, heading: str) -> None:
    root = pytest_aiassert.errors.AIAssertError if module is pytest_aiassert.errors else assistant.errors.AssistantError
    public = {
        name
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, root) and value.__module__ == module.__name__
    }
    documented = {re.findall(r"`(\w+)`", row[0])[0] for row in _rows("reference/errors.md", heading)[1:]}

    assert public - {root.__name__, "ProviderError"} == documented


def test_commands_page_has_every_command() -> None:
    rows = [row for row in _rows("reference/commands.md") if len(row) == 2 and row[0].startswith("`aiassert ")]
    names = [row[0].strip("`").removeprefix("aiassert ") for row in rows]
    documented = {re.split(r" (?:--|[A-Z])", name)[0] for name in names}

    assert documented == set(_commands(get_command(app)))


def _commands(command: Any, prefix: str = "") -> list[str]:
    if not hasattr(command, "commands"):
        return [prefix.strip()]
    return [name for key, inner in command.commands.items() for name in _commands(inner, f"{prefix} {key}")]


def _matchers() -> dict[str, Any]:
    names = {*matcher_names(), "judged_by", "better_than", "not_"} - {"not"}
    return {name: getattr(pytest_aiassert, name) for name in sorted(names)}


def _sections(page: Path) -> dict[str, list[str]]:
    """Return the sections of a page by their headings, each as its executed Python blocks."""
    headings = {
        number: line.removeprefix("## ")
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1)
        if line.startswith("## ")
    }
    sections: dict[str, list[str]] = {heading: [] for heading in headings.values()}
    for block in read_blocks(page):
        above = [number for number in headings if number < block.line]
        if above and block.language == "python" and not block.reason:
            sections[headings[max(above)]].append(block.text)
    return sections


def _lacking(matchers: dict[str, Any], pages: list[Path]) -> list[str]:
    """Say of each matcher what its documentation lacks: a heading with its parameters, an executed example."""
    sections = {heading: examples for page in pages for heading, examples in _sections(page).items()}
    problems: list[str] = []
    for name, factory in matchers.items():
        own = [heading for heading in sections if heading.startswith("Composing" if name in COMPOSED else f"{name}(")]
        if len(own) != 1:
            problems.append(f"{name}: {len(own)} headings")
        elif not any(re.search(rf"\b{name}\(", example) for example in sections[own[0]]):
            problems.append(f"{name}: no executed example")
        elif name not in COMPOSED and not _agrees(own[0], factory):
            problems.append(f"{name}: {own[0]} is not {name}{inspect.signature(factory)}")
    return problems


def _agrees(heading: str, factory: Any) -> bool:
    """Tell whether a heading has the parameters of a signature, or the first ones and `…`."""
    shown = [
        part.strip().lstrip("*") for part in heading.partition("(")[2].removesuffix(")").split(", ") if part.strip("*")
    ]
    named = [part.partition("=")[0] for part in shown if part != "…"]
    parameters = list(inspect.signature(factory).parameters)
    return named == (parameters[: len(named)] if "…" in shown else parameters)


def test_every_matcher_has_its_section_with_an_executed_example() -> None:
    pages = [DOCS / "guide" / "matchers.md", *sorted((DOCS / "guide" / "matchers").glob("*.md"))]

    assert not _lacking(_matchers(), pages)


def test_what_a_matcher_lacks_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "## parses(language=None)\n```python\nparses()\n```\n## length(max=None)\n```python\nlength()\n```\n"
        "## has_tests(min=1)\n```python\nparses()\n```\n<!-- not executed: no -->\n```python\nhas_tests()\n```\n"
        "## judged_by(rubric, …)\n```python\njudged_by()\n```\n",
        encoding="utf-8",
    )
    names = ("parses", "length", "has_tests", "judged_by", "mentions", "any_of")

    assert [problem.partition(" is not")[0] for problem in _lacking({n: _matchers()[n] for n in names}, [page])] == [
        "length: length(max=None)",
        "has_tests: no executed example",
        "mentions: 0 headings",
        "any_of: 0 headings",
    ]


def test_the_index_of_matchers_is_complete() -> None:
    """A matcher stands on the first page, or in its table in the row of the page that has its section."""
    first = DOCS / "guide" / "matchers.md"
    listed = {
        name: re.search(r"\((matchers/\w+\.md)\)", row[0])[1]  # type: ignore[index]  # each row links its page
        for row in _rows("guide/matchers.md")
        if row[0].startswith("[")
        for name in re.findall(r"`(\w+)`", row[1])
    }
    on_first = {heading.partition("(")[0] for heading in _sections(first)}
    elsewhere = [name for name in _matchers() if name not in on_first | COMPOSED]

    assert sorted(listed) == elsewhere
    for name, page in listed.items():
        assert any(heading.startswith(f"{name}(") for heading in _sections(first.parent / page)), (name, page)


def test_commands_page_has_every_command_of_the_assistant() -> None:
    from assistant.cli import app as assistant_app

    names = [row[0].strip("`").removeprefix("assistant ") for row in _rows("reference/commands.md", "assistant")[1:]]

    assert {name.partition(" [")[0] for name in names} == set(_commands(get_command(assistant_app)))


def test_settings_are_listed() -> None:
    from assistant.settings_source import _VARIABLES

    text = (DOCS / "guide" / "assistant.md").read_text(encoding="utf-8")

    assert not [variable for variable in _VARIABLES.values() if f"`{variable}`" not in text]


def test_every_fault_is_in_the_guide() -> None:
    from pytest_aiassert.wire.faults import FAULTS

    rows = _rows("guide/testing-your-app.md", "Make it fail")
    documented = [name for row in rows for name in re.findall(r"`(\w+)`", row[0])]

    assert sorted(documented) == sorted(FAULTS)
