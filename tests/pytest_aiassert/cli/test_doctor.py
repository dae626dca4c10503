import subprocess
import sys
from importlib.metadata import PackageNotFoundError

import pytest

from pytest_aiassert.cli import doctor
from pytest_aiassert.cli.doctor import examine, find_tool


def test_doctor_lists_what_the_machine_has(aiassert):
    result = aiassert("doctor")
    assert result.exit_code == 0
    rows = {line.split()[1]: line for line in result.stdout.splitlines()}
    assert {"python", "pytest", "pytest-aiassert", "httpx2", "ruff", "git", "node", "chromium", "isolation"} <= set(
        rows
    )
    assert sys.executable in rows["python"]
    assert rows["ruff"].startswith("ok")


def test_what_is_missing_says_what_it_costs(capsys):
    assert examine(which=lambda _: None) == 0
    assert "missing  node" in (out := capsys.readouterr().out)
    assert "JavaScript is parsed but not run" in out


def test_a_missing_package_is_a_fault(monkeypatch, capsys):
    def version(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(doctor, "version", version)
    assert examine(which=lambda _: None) == 1
    assert "missing  httpx2" in capsys.readouterr().out


@pytest.mark.parametrize("error", [OSError("exec format"), subprocess.TimeoutExpired("x", 10)])
def test_a_tool_that_does_not_run_is_broken(error):
    def ask(_command):
        raise error

    found = find_tool("node", ("node",), "", which=lambda _: "/bin/node", ask=ask)
    assert found.status == "broken"
    assert found.detail.startswith("/bin/node: ")


def test_a_tool_that_says_nothing_is_still_there():
    found = find_tool("node", ("nodejs", "node"), "", which={"node": "/bin/node"}.get, ask=lambda _: "\n")
    assert (found.status, found.detail) == ("ok", "says nothing of its version at /bin/node")


def test_without_the_ruff_package_the_command_is_looked_for(monkeypatch):
    monkeypatch.setitem(sys.modules, "ruff", None)
    monkeypatch.setattr(doctor.shutil, "which", lambda command: f"/bin/{command}")
    assert doctor._bundled_ruff("ruff") == "/bin/ruff"


def test_other_systems_are_told_that_isolation_is_thin(monkeypatch, capsys):
    monkeypatch.setattr(doctor.platform, "system", lambda: "Darwin")
    examine(which=lambda _: None)
    assert "limits only: Darwin has no further isolation" in capsys.readouterr().out
