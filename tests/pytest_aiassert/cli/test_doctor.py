"""What doctor prints: every layer and tool, what its lack costs, how to get it; for people and for scripts."""

from __future__ import annotations

import json
import sys
from importlib.metadata import PackageNotFoundError

import pytest

from pytest_aiassert.cli import doctor, toolchains
from pytest_aiassert.cli.doctor import examine
from pytest_aiassert.cli.toolchains import Finding
from pytest_aiassert.errors import CannotJudgeError
from pytest_aiassert.sandbox import Isolation, Layer

LAYERS = ("namespaces", "landlock", "seccomp", "identity", "limits")
NAMES = {
    *("python", "pytest", "pytest-aiassert", "httpx2", "isolation", *LAYERS),
    *("ruff", "oxlint", "mypy", "pyright", "git", "node", "go", "rustc", "java", "gcc", "g++"),
    *("javascript", "typescript"),
}


def test_doctor_lists_what_the_machine_has(aiassert):
    result = aiassert("doctor")
    assert result.exit_code == 0
    rows = {words[2]: line for line in result.stdout.splitlines() if len(words := line.split()) > 3}

    assert set(rows) >= NAMES
    assert sys.executable in rows["python"]
    assert rows["ruff"].startswith("  ✓ ok")
    assert "\x1b" not in result.stdout


def test_scripts_get_one_object(aiassert):
    result = aiassert("doctor", "--json")
    said = json.loads(result.stdout)
    found = {finding["name"]: finding for finding in said["findings"]}

    assert said["version"] == 1
    assert said["tier"] in ("full", "kernel", "limits")
    assert set(found) >= NAMES
    assert found["ruff"]["status"] == "ok"
    assert set(found["git"]) == {"group", "name", "status", "detail", "without", "get", "required"}


def test_with_no_tool_at_all_it_says_what_cannot_be_judged(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    assert examine() == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "without it, applies_to cannot judge patches; reports cannot name the commit; get it: https://git-scm" in out
    assert "without it, passes_lint cannot judge JavaScript and TypeScript; get it: npm install" in out
    assert "not on PATH; Go is parsed, not run" in out
    assert "all that is needed is there; optional and missing: oxlint, git, node, javascript, typescript" in out


def test_a_missing_package_is_a_fault(monkeypatch, capsys):
    def version(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(toolchains, "version", version)
    monkeypatch.setattr(doctor, "find_checker", lambda name: Finding(name=name, status="ok", detail="here"))

    assert examine() == 1
    assert "needed and not there: pytest-aiassert, pytest, httpx2" in capsys.readouterr().out


def isolated(monkeypatch, missing):
    found = Isolation(
        layers=tuple(
            Layer(name=name, available=name not in missing, detail="not permitted" if name in missing else "holds")
            for name in LAYERS
        )
    )
    for module in (doctor, toolchains):
        monkeypatch.setattr(module.sandbox, "layers", lambda: found.layers)
        monkeypatch.setattr(module.sandbox, "tier", lambda: found.tier)


@pytest.mark.parametrize(
    ("missing", "shown"),
    [
        ((), "full: code is walled in"),
        (("namespaces",), "kernel: code is walled in by Landlock"),
        (("namespaces", "landlock", "seccomp", "identity"), "do not judge code you do not trust"),
    ],
)
def test_isolation_is_shown_layer_by_layer(monkeypatch, capsys, missing, shown):
    isolated(monkeypatch, missing)

    assert examine() == 0
    lines = capsys.readouterr().out.splitlines()
    out = " ".join(" ".join(lines).split())
    assert shown in out
    told = {words[2]: (words[1], " ".join(words[3:])) for line in lines if len(words := line.split()) > 3}
    for layer in LAYERS:
        assert told[layer] == (("missing", "not permitted") if layer in missing else ("ok", "holds"))
        assert layer not in missing or toolchains.LAYER_HINTS[layer] in out


def test_a_sandbox_that_does_not_start_is_broken(monkeypatch, capsys):
    def refuse(*_, **__):
        raise CannotJudgeError("needs a Python that can fork")

    monkeypatch.setattr(doctor.sandbox, "tier", refuse)
    monkeypatch.setattr(doctor.sandbox, "run", refuse)
    assert examine() == 0
    out = capsys.readouterr().out
    assert "✗ broken  isolation" in out
    assert "needs a Python that can fork" in out
    assert "there, but broken: isolation" in out
    examine(as_json=True)
    assert json.loads(capsys.readouterr().out)["tier"] is None


@pytest.mark.parametrize(("variable", "coloured"), [("FORCE_COLOR", True), ("NO_COLOR", False)])
def test_colour_is_as_the_environment_wants_it(monkeypatch, capsys, variable, coloured):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv(variable, "1")
    examine()

    assert ("\x1b[32m✓ ok" in capsys.readouterr().out) is coloured


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_rows_keep_to_the_width_and_their_columns(monkeypatch, capsys, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    isolated(monkeypatch, LAYERS[:4])
    examine()
    lines = capsys.readouterr().out.splitlines()[:-1]

    longest = max(len(name) for name in NAMES)
    for line in lines:
        if line.startswith("   "):
            assert not line[: 12 + longest].strip(), line
        assert len(line) <= columns or " " not in line[12 + longest + 2 :].strip(), line
