from __future__ import annotations

import ast
import importlib
from pathlib import Path
from types import ModuleType

import pytest

import assistant
import pytest_aiassert
import pytest_aiassert.cassettes
import pytest_aiassert.judges
import pytest_aiassert.matchers
import pytest_aiassert.providers
import pytest_aiassert.runs

# Taking a name away breaks users, and adding one is a promise: change a list only with a line in the changelog.
ASSISTANT = """
    Assistant AssistantError AuthenticationError BadRequestError BaseProvider Chunk Completion ConfigurationError
    ContentRefusedError ContextLengthError CutStreamError MalformedReplyError Message MissingExtraError OverloadedError
    Provider ProviderConnectionError ProviderError ProviderTimeoutError RateLimitError Request Settings Tool ToolCall
    Usage __version__ connect load_settings
"""
PYTEST_AIASSERT = """
    Behaviour Case Comparison Criterion Evidence Fault Finding GoldenSet Linter Matcher MockProvider ReplayProvider Run
    Template Verdict all_of answers_with any_of applies_to at_least behaves_like better_than calls_tool calls_tools
    compare_runs contains_code defines edits_only equals every_cut faster_than has_docstrings has_json has_no_secrets
    has_tests implements imports_exist imports_only is_formatted is_refusal is_secure json_equals judged_by length
    load_golden load_run matches_regex matches_schema max_complexity max_steps mentions never_calls not_ one_of parses
    passes_lint quality_score similar_code similar_to tests_kill_mutants tests_pass type_checks weighted within
"""

lazy = pytest.mark.parametrize(
    "package",
    [
        assistant,
        pytest_aiassert,
        pytest_aiassert.cassettes,
        pytest_aiassert.judges,
        pytest_aiassert.matchers,
        pytest_aiassert.providers,
        pytest_aiassert.runs,
    ],
    ids=lambda package: package.__name__,
)


@pytest.mark.parametrize(("package", "names"), [(assistant, ASSISTANT), (pytest_aiassert, PYTEST_AIASSERT)])
def test_public_names_are_pinned(package: ModuleType, names: str) -> None:
    assert sorted(package.__all__) == sorted(names.split())


@lazy
def test_every_public_name_can_be_had(package: ModuleType) -> None:
    for name in package.__all__:
        assert getattr(package, name) is not None
    assert set(package.__all__) <= set(dir(package))


@lazy
def test_a_name_is_the_thing_and_never_the_module_it_lives_in(package: ModuleType, root: Path) -> None:
    for file in Path(package.__file__ or "").parent.glob("*.py"):
        importlib.import_module(f"{package.__name__}.{file.stem}")  # sets an attribute of this name on the package

    modules = [name for name in package.__all__ if isinstance(getattr(package, name), ModuleType)]

    assert not modules


@lazy
def test_type_checkers_see_the_same_names(package: ModuleType) -> None:
    tree = ast.parse(Path(package.__file__ or "").read_text(encoding="utf-8"))
    (block,) = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    imported = {alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    declared = {ast.unparse(node.target) for node in block.body if isinstance(node, ast.AnnAssign)}

    assert imported | declared == set(package.__all__)


@lazy
def test_an_unknown_name_is_an_attribute_error(package: ModuleType) -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = package.no_such_name
