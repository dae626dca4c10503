"""What doctor looks for: found, missing with its hint, or broken."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import PackageNotFoundError

import pytest

from pytest_aiassert.cli import toolchains
from pytest_aiassert.cli.toolchains import (
    EXTRAS,
    TOOLS,
    Tool,
    find_checker,
    find_extras,
    find_linters,
    find_package,
    find_scripts,
    find_tool,
)
from pytest_aiassert.errors import CannotJudgeError
from pytest_aiassert.sandbox import Execution

NODE = next(tool for tool in TOOLS if tool.name == "node")


@pytest.fixture
def empty_path(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("empty_path")
def test_a_missing_tool_says_what_is_lost_and_how_to_get_it():
    found = find_tool(NODE)

    assert (found.status, found.detail) == ("missing", "not on PATH")
    assert (found.without, found.get) == ("JavaScript cannot be run", "https://nodejs.org, version 22.6 or later")


@pytest.mark.usefixtures("empty_path")
def test_every_tool_may_be_missing():
    assert {find_tool(tool).status for tool in TOOLS} == {"missing"}
    assert all(tool.note or (tool.without and tool.get) for tool in TOOLS)


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        ("v20.20.2\n", "20.20.2"),
        ("git version 2.39.5", "2.39.5"),
        ("go version go1.24.1 linux/amd64", "1.24.1"),
        ("gcc (Debian 12.2.0-14+deb12u1) 12.2.0", "12.2.0-14+deb12u1"),
        ("openjdk 17.0.15 2025-04-15", "17.0.15"),
        ("\n", "says nothing of its version"),
    ],
)
def test_a_tool_is_shown_with_its_version_and_path(answer, version):
    tool = Tool(name="x", commands=("other", "x"))
    found = find_tool(tool, which={"x": "/bin/x"}.get, ask=lambda _: answer)

    assert (found.status, found.detail) == ("ok", f"{version} at /bin/x")


@pytest.mark.parametrize("error", [OSError("exec format"), subprocess.TimeoutExpired("x", 10)])
def test_a_tool_that_does_not_run_is_broken(error):
    def ask(_command):
        raise error

    found = find_tool(NODE, which=lambda _: "/bin/node", ask=ask)

    assert found.status == "broken"
    assert found.detail.startswith("/bin/node: ")
    assert found.get


def test_a_tool_is_really_asked(monkeypatch, tmp_path):
    tool = tmp_path / "node"
    tool.write_text("#!/bin/sh\necho v1.2.3 >&2\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert find_tool(NODE).detail == f"1.2.3 at {tool}"


@pytest.mark.usefixtures("empty_path")
def test_linters_are_found_where_matchers_find_them(monkeypatch):
    ruff, oxlint = find_linters()
    assert ruff.status == "ok"
    assert (oxlint.status, oxlint.get) == ("missing", "npm install --save-dev oxlint")

    monkeypatch.setitem(sys.modules, "ruff", None)
    ruff, _ = find_linters()
    assert (ruff.status, ruff.get) == ("missing", "pip install ruff")


@pytest.mark.usefixtures("empty_path")
def test_a_checker_is_found_where_the_matcher_finds_it(monkeypatch):
    assert find_checker("mypy").status == "ok"

    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    found = find_checker("mypy")
    assert (found.status, found.get) == ("missing", "pip install mypy")
    assert "type_checks" in found.without


@pytest.mark.usefixtures("empty_path")
def test_scripts_need_node():
    for found in find_scripts():
        assert found.status == "missing"
        assert "needs Node.js" in found.detail


@pytest.mark.parametrize(
    ("outcome", "stdout", "status"), [("ok", "42\n", "ok"), ("ok", "41\n", "broken"), ("killed", "", "broken")]
)
def test_scripts_are_what_the_sandbox_makes_of_them(monkeypatch, outcome, stdout, status):
    done = Execution(outcome=outcome, stdout=stdout, stderr="first\noh dear\n", returncode=0, duration=0.1)
    monkeypatch.setattr(toolchains.sandbox, "run", lambda *_, **__: done)

    for found in find_scripts():
        assert found.status == status
        assert status == "ok" or found.detail == f"ends with {outcome} in the sandbox: oh dear"


class About(dict):
    def get_all(self, name):
        return self.get(name)


def test_extras_are_what_the_distribution_says(monkeypatch):
    requirements = [
        "pytest<10,>=8.4",
        "numpy<3,>=1.26; extra == 'semantic'",
        'no-such-package>=1; extra == "serve"',
        'pytest; extra == "analysis"',
        'pytest-aiassert[serve]; extra == "all"',
    ]
    about = About({"Requires-Dist": requirements, "Provides-Extra": ["serve", "analysis", "all", "novel"]})
    monkeypatch.setattr(toolchains, "metadata", lambda _: about)
    found = {extra.name: extra for extra in find_extras()}

    assert {name: extra.status for name, extra in found.items()} == {
        "all": "ok",
        "analysis": "ok",
        "novel": "ok",
        "serve": "missing",
    }
    assert found["serve"].detail == "lacks no-such-package"
    assert found["serve"].get == "pip install 'pytest-aiassert[serve]'"


def test_every_extra_of_ours_is_described(request):
    import tomllib

    project = tomllib.loads((request.config.rootpath / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(project.get("optional-dependencies", {})) <= set(EXTRAS)


def test_a_package_that_is_needed_and_missing(monkeypatch):
    def version(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(toolchains, "version", version)
    found = find_package("httpx2")

    assert (found.status, found.required) == ("missing", True)


def test_without_a_sandbox_scripts_say_so(monkeypatch):
    def refuse(*_, **__):
        raise CannotJudgeError("needs a Python that can fork")

    monkeypatch.setattr(toolchains.sandbox, "run", refuse)

    assert {found.detail for found in find_scripts()} == {"needs a Python that can fork"}
