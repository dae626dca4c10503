import platform
from importlib.metadata import PackageNotFoundError

import pytest

from pytest_aiassert import runs
from pytest_aiassert.runs import header, run_header


def make(**fields):
    return run_header(name="n", model="m", provider="p", started="2026-11-24T10:00:00+00:00", **fields)


def test_a_header_says_what_ran_with_which_versions():
    found = make(parameters={"temperature": 0})
    assert (found.name, found.model, found.provider, found.started) == ("n", "m", "p", "2026-11-24T10:00:00+00:00")
    assert found.parameters == {"temperature": 0}
    assert set(found.versions) == {"python", "pytest-aiassert", "ruff"}
    assert found.versions["python"] == platform.python_version()


def test_the_fingerprint_changes_with_the_cases_not_with_their_order():
    assert make(fingerprints=["a", "b"]).fingerprint == make(fingerprints=["b", "a"]).fingerprint
    assert make(fingerprints=["a"]).fingerprint != make(fingerprints=["b"]).fingerprint
    assert len(make(fingerprints=["a"]).fingerprint) == 12
    assert make().fingerprint == ""


def test_a_package_that_is_not_installed_is_left_out(monkeypatch):
    def version(name):
        if name == "ruff":
            raise PackageNotFoundError(name)
        return "1"

    monkeypatch.setattr(header, "version", version)
    assert header.versions() == {"python": platform.python_version(), "pytest-aiassert": "1"}


def test_the_package_exports_its_names_when_they_are_used():
    assert all(getattr(runs, name) is not None for name in runs.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = runs.nothing
