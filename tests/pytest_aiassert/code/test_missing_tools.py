"""Where a tool is missing, what needs it cannot judge and says how to get it: neither a pass nor a fail."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

SCRIPT = """
import importlib.util, json, os, subprocess, sys

subprocess.run(["git", "init", "-q", "repository"], check=True)
os.environ["PATH"] = os.getcwd()
sys.modules["ruff"] = sys.modules["mypy"] = sys.modules["pyright"] = None
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name in ("mypy", "pyright") else found(name, *rest)

import pytest_aiassert as ai
from pytest_aiassert.errors import CannotJudgeError
from pytest_aiassert.sandbox import run

PYTHON = "```python\\ndef add(a, b):\\n    return a + b\\n```"
SCRIPT = "```javascript\\nfunction add(a, b) { return a + b }\\n```"
PATCH = "```diff\\n--- a/x\\n+++ b/x\\n@@ -0,0 +1 @@\\n+x\\n```"
asked = {
    "ruff: passes_lint": lambda: ai.passes_lint().check(PYTHON),
    "ruff: is_formatted": lambda: ai.is_formatted().check(PYTHON),
    "ruff: is_secure": lambda: ai.is_secure().check(PYTHON),
    "oxlint: passes_lint": lambda: ai.passes_lint(linter="oxlint").check(SCRIPT),
    "mypy: type_checks": lambda: ai.type_checks().check(PYTHON),
    "pyright: type_checks": lambda: ai.type_checks(checker="pyright").check(PYTHON),
    "git: applies_to": lambda: ai.applies_to("repository").check(PATCH),
    "node: run": lambda: run("1", "javascript"),
    "node: run typescript": lambda: run("1", "typescript"),
    "nothing: implements": lambda: ai.implements("addition").check(PYTHON),
}
said = {}
for name, ask in asked.items():
    try:
        said[name] = ["judged", str(ask())]
    except CannotJudgeError as error:
        said[name] = ["cannot judge", str(error)]
    except Exception as error:
        said[name] = [type(error).__name__, str(error)]
print(json.dumps(said))
"""
HINTS = {
    "ruff: passes_lint": "pip install --force-reinstall ruff",
    "ruff: is_formatted": "pip install --force-reinstall ruff",
    "ruff: is_secure": "pip install --force-reinstall ruff",
    "oxlint: passes_lint": "npm install --save-dev oxlint",
    "mypy: type_checks": "pip install mypy",
    "pyright: type_checks": "pip install pyright",
    "git: applies_to": "git.*install it so that `git` is on the PATH",
    "node: run": "Node.js: install it so that `node` is on the PATH",
    "node: run typescript": "Node.js: install it so that `node` is on the PATH",
}


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What a process says that has no tool at all."""
    folder = tmp_path_factory.mktemp("without-tools")
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("needing", HINTS)
def test_what_needs_a_missing_tool_cannot_judge_and_says_how_to_get_it(said, needing):
    status, message = said[needing]

    assert status == "cannot judge", message
    assert re.search(HINTS[needing], message), message


def test_what_needs_no_tool_judges(said):
    assert said["nothing: implements"][0] == "judged"
