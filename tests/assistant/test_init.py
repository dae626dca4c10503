from __future__ import annotations

import importlib
import re
import subprocess
import sys

import pytest

import assistant


def test_every_public_name_is_there() -> None:
    for name in assistant.__all__:
        assert getattr(assistant, name) is not None
        assert name in dir(assistant)


def test_every_error_is_public() -> None:
    errors = importlib.import_module("assistant.errors")
    assert {name for name in vars(errors) if name.endswith("Error")} <= set(assistant.__all__)


def test_a_wrong_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        assistant.nothing  # noqa: B018  the access is the test


def test_the_version_is_the_distributions() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", assistant.__version__)


def test_importing_the_package_loads_none_of_its_modules() -> None:
    code = (
        "import sys, assistant; print(sorted(m for m in sys.modules if m.startswith(('assistant', 'httpx2', 'anyio'))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == "['assistant']\n"
