"""Both commands run as modules, too."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(("module", "command"), [("pytest_aiassert", "aiassert"), ("assistant", "assistant")])
def test_python_dash_m(module, command):
    said = subprocess.run([sys.executable, "-m", module, "--version"], capture_output=True, text=True, check=True)
    assert said.stdout.startswith(f"{command} ")
