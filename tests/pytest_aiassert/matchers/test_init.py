"""The names of the package, which load nothing before they are used."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pytest_aiassert import matchers


def test_importing_the_package_loads_nothing_heavy():
    code = (
        "import sys, pytest_aiassert.matchers as m; assert 'contains_code' in dir(m);"
        "print(sorted({'tree_sitter', 'jsonschema', 'pydantic', 'ruff', 'pytest_aiassert.code'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_name_is_there_and_no_other():
    for name in matchers.__all__:
        assert callable(getattr(matchers, name))
    with pytest.raises(AttributeError, match="has no attribute 'contains'"):
        _ = matchers.contains
