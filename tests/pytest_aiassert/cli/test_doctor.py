import subprocess
import sys
from importlib.metadata import PackageNotFoundError

import pytest

from pytest_aiassert.cli import doctor
from pytest_aiassert.cli.doctor import examine, find_tool
from pytest_aiassert.errors import CannotJudgeError
from pytest_aiassert.sandbox import Isolation, Layer


def test_doctor_lists_what_the_machine_has(aiassert):
    result = aiassert("doctor")
    assert result.exit_code == 0
    rows = {line.split()[1]: line for line in result.stdout.splitlines()}
    assert {"python", "pytest", "pytest-aiassert", "httpx2", "ruff", "oxlint", "git", "node", "isolation"} <= set(rows)
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


def test_oxlint_is_found_where_the_matcher_finds_it(monkeypatch):
    monkeypatch.setattr(doctor, "find_oxlint", lambda: "/project/node_modules/.bin/oxlint")
    assert doctor._oxlint("oxlint") == "/project/node_modules/.bin/oxlint"


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


@pytest.mark.parametrize(
    ("missing", "shown"),
    [
        ((), "full: code is walled in"),
        (("namespaces",), "kernel: code is walled in by Landlock"),
        (("namespaces", "landlock", "seccomp", "identity"), "do not judge code you do not trust"),
    ],
)
def test_isolation_is_shown_layer_by_layer(monkeypatch, capsys, missing, shown):
    found = Isolation(
        layers=tuple(
            Layer(name=name, available=name not in missing, detail="not permitted" if name in missing else "holds")
            for name in ("namespaces", "landlock", "seccomp", "identity", "limits")
        )
    )
    monkeypatch.setattr(doctor.sandbox, "layers", lambda: found.layers)
    monkeypatch.setattr(doctor.sandbox, "tier", lambda: found.tier)

    assert examine(which=lambda _: None) == 0
    lines = capsys.readouterr().out.splitlines()
    assert shown in next(line for line in lines if "isolation" in line)
    told = {words[1]: (words[0], " ".join(words[2:])) for line in lines if len(words := line.split()) > 2}
    for layer in found.layers:
        assert told[layer.name] == (("ok", "holds") if layer.available else ("missing", "not permitted"))


def test_a_sandbox_that_does_not_start_is_broken(monkeypatch, capsys):
    def refuse():
        raise CannotJudgeError("needs a Python that can fork")

    monkeypatch.setattr(doctor.sandbox, "layers", refuse)
    examine(which=lambda _: None)
    assert "broken   isolation" in (out := capsys.readouterr().out)
    assert "needs a Python that can fork" in out
