"""Layers that fail are found out before any job, and say why."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_aiassert.sandbox.jail import confinement
from pytest_aiassert.sandbox.jail.confinement import LAYERS, Confinement, LayerError, rehearse
from pytest_aiassert.sandbox.jail.slots import Slot


def made(tmp_path, *without, tools=()):
    return Confinement(tmp_path, tools=tools, without=without)


def slot(tmp_path):
    return Slot(number=1, path=tmp_path, folder=str(tmp_path), ruleset=None, user=None)


@pytest.fixture
def stay(monkeypatch):
    """Keep this process as it is."""
    monkeypatch.setattr(os, "chdir", lambda _: None)
    monkeypatch.setattr(Confinement, "identify", lambda *_: None)
    monkeypatch.setattr(Confinement, "enter", lambda *_: None)


def test_a_layer_that_is_entered_and_does_not_hold_is_missing(tmp_path, stay):
    assert rehearse(made(tmp_path), slot(tmp_path)) == ("landlock", "it is entered, but does not hold")
    assert rehearse(made(tmp_path, "landlock"), slot(tmp_path)) == ("seccomp", "it is entered, but does not hold")
    assert rehearse(made(tmp_path, *LAYERS), slot(tmp_path)) is None


@pytest.mark.parametrize(("method", "layer"), [("identify", "identity"), ("enter", "landlock")])
def test_a_layer_that_is_refused_is_missing_and_says_why(tmp_path, stay, monkeypatch, method, layer):
    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Confinement, method, refuse)

    assert rehearse(made(tmp_path), slot(tmp_path)) == (layer, "Operation not permitted")


def test_what_fails_in_rehearsal_is_left_out_and_the_rest_tried_again(tmp_path, monkeypatch):
    failures = [("identity", "closed"), ("seccomp", "no"), None]
    monkeypatch.setattr(confinement, "rehearse", lambda *_: failures[0])
    monkeypatch.setattr(confinement.Kernel, "refuse_privileges", lambda _: None)
    tried = Confinement(tmp_path, tools=(), without=("namespaces",))
    tried.missing.pop("identity", None)
    monkeypatch.setattr(Confinement, "_rehearse", lambda _: failures.pop(0))
    monkeypatch.setattr(os, "chown", lambda *_: None)
    tried.prepare()

    assert {name: tried.missing[name] for name in ("identity", "seccomp")} == {"identity": "closed", "seccomp": "no"}


def test_a_failure_that_no_layer_explains_is_blamed_on_the_namespaces(tmp_path):
    with pytest.raises(LayerError, match="namespaces: no folder"):
        made(tmp_path, "identity")._blame("identity", "no folder")


def test_a_layer_that_the_kernel_lacks_is_missing(tmp_path, monkeypatch):
    def lack(kernel):
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(confinement, "Landlock", lack)
    monkeypatch.setattr(Confinement, "_rehearse", lambda _: None)
    monkeypatch.setattr(confinement.Kernel, "refuse_privileges", lambda _: None)
    lacking = made(tmp_path, "namespaces", "seccomp")
    lacking.prepare()

    assert lacking.missing["landlock"] == "Function not implemented"


def test_zygotes_share_no_user(tmp_path, monkeypatch):
    first = made(tmp_path)._first_user
    monkeypatch.setattr(os, "getpid", lambda: 2**22 - 1)
    last = made(tmp_path)._first_user

    assert abs(last - first) >= confinement.USERS
    assert last + confinement.USERS < 2**32 - 2


def test_without_setresuid_no_job_is_another_user(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "setresuid")

    assert not made(tmp_path).has("identity")


def test_processes_elsewhere_are_counted_where_the_kernel_counts_them(tmp_path):
    assert made(tmp_path, "identity").processes_elsewhere() == 0
    if Path("/proc/self/task").exists():
        assert made(tmp_path, "namespaces", "identity").processes_elsewhere() >= 1
