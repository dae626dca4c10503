"""Tiers are what their layers make them, and less than is required is refused with the reason."""

from __future__ import annotations

import contextlib

import pytest

from pytest_aiassert.errors import CannotJudgeError, UsageError
from pytest_aiassert.sandbox import layers, require, tier
from pytest_aiassert.sandbox.isolation import Isolation, read_isolation
from pytest_aiassert.sandbox.jail.confinement import LAYERS
from pytest_aiassert.sandbox.nursery import Nursery


def isolation(**missing):
    return read_isolation({"layers": dict.fromkeys(LAYERS) | missing, "notes": {"landlock": "version 7"}}, {})


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        ((), "full"),
        (("identity",), "full"),
        (("namespaces",), "kernel"),
        (("landlock",), "limits"),
        (("seccomp",), "limits"),
        (LAYERS, "limits"),
    ],
)
def test_a_tier_needs_its_layers(missing, expected):
    assert isolation(**dict.fromkeys(missing, "not here")).tier == expected


def test_layers_say_what_they_do_or_why_they_are_missing():
    found = {layer.name: layer for layer in isolation(seccomp="not built in").layers}

    assert [*found] == [*LAYERS, "limits"]
    assert found["landlock"].detail.endswith("refused (version 7)")
    assert (found["seccomp"].available, found["seccomp"].detail) == (False, "not built in")


def test_requiring_more_than_there_is_names_what_is_missing():
    with pytest.raises(
        CannotJudgeError, match=r"isolation is 'kernel', 'full' is required.*missing: namespaces: not permitted"
    ):
        isolation(namespaces="not permitted").require("full")


def test_requiring_what_there_is_is_fine():
    isolation(namespaces="not permitted").require("kernel")
    isolation().require("limits")


def test_an_unknown_tier_is_a_mistake():
    with pytest.raises(UsageError, match="no isolation tier 'fortress': expected one of full, kernel, limits"):
        Isolation(layers=()).require("fortress")


def test_the_sandbox_tells_its_own():
    assert [layer.name for layer in layers()] == [*LAYERS, "limits"]
    require(tier())


@pytest.mark.parametrize("without", [("namespaces",), ("landlock",), ("seccomp",), LAYERS])
def test_a_sandbox_runs_without_layers_and_says_so(without):
    with contextlib.closing(Nursery(without=without)) as own:
        off = {layer.name: layer.detail for layer in own.isolation().layers if not layer.available}

    assert {name: off[name] for name in without} == dict.fromkeys(without, "switched off")


def test_a_sandbox_that_does_not_start_has_no_tier(monkeypatch):
    own = Nursery()
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(CannotJudgeError, match="does not start"):
        own.isolation()
    own.close()
