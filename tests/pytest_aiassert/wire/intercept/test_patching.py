"""Functions are replaced for a while, and are as they were after, whoever else replaces them."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from functools import partial, wraps

import pytest

from pytest_aiassert.wire import Tap
from pytest_aiassert.wire.intercept.patching import ImportWatch, Patch

TAP = Tap("t")


class Base:
    def greet(self):
        return "hello"


@pytest.fixture
def loud():
    class Loud(Base):
        def shout(self):
            return "HELLO"

    return Loud


def noting(calls, original, listening):
    @wraps(original)
    def replacement(*arguments):
        if listening() is not None:
            calls.append(original.__name__)
        return original(*arguments)

    return replacement


@pytest.fixture
def calls():
    return []


@pytest.fixture
def patch(loud, calls):
    def apply(name):
        made = Patch(loud, name, partial(noting, calls), lambda: TAP)
        made.apply()
        return made

    return apply


@pytest.mark.parametrize("name", ["greet", "shout"])
def test_what_was_there_is_back_inherited_or_not(loud, patch, calls, name):
    before = dict(vars(loud))
    patched = patch(name)
    getattr(loud(), name)()
    patched.undo()
    getattr(loud(), name)()
    assert calls == [name]
    assert dict(vars(loud)) == before


def test_what_another_put_above_stays_and_passes_through_us(loud, patch, calls, monkeypatch):
    ours = patch("shout")
    ours_in_place = loud.shout
    monkeypatch.setattr(loud, "shout", lambda self: ours_in_place(self) + "!")
    ours.undo()
    assert loud().shout() == "HELLO!"
    assert calls == []


def test_what_another_made_of_ours_is_not_taken_for_ours(loud, patch, calls):
    first = patch("shout")

    @wraps(loud.shout)  # copies what marks a patch
    def theirs(self):
        return theirs.__wrapped__(self) + "!"

    loud.shout = theirs
    first.undo()
    second = patch("shout")
    assert loud().shout() == "HELLO!"
    assert calls == ["shout"]
    second.undo()
    assert loud.shout is theirs


def test_a_patch_may_be_applied_again_as_long_as_it_fits(loud, patch, calls):
    ours = patch("shout")
    ours.undo()
    assert ours.fits()
    ours.apply()
    loud().shout()
    ours.undo()
    assert calls == ["shout"]
    loud.shout = lambda _self: "theirs"
    assert not ours.fits()


def test_what_another_put_back_of_ours_is_peeled_off(loud, patch, calls):
    original = loud.shout
    first = patch("shout")
    saved = loud.shout
    loud.shout = lambda _self: "theirs"
    first.undo()
    loud.shout = saved  # as a tool does that was started during our patch and ends after it
    second = patch("shout")
    assert loud().shout() == "HELLO"
    assert calls == ["shout"], "asked once, not once by each layer"
    second.undo()
    assert loud.shout is original


def test_what_another_put_beneath_is_called(loud, monkeypatch):
    monkeypatch.setattr(loud, "shout", lambda _self: "theirs")
    theirs = loud.shout
    ours = Patch(loud, "shout", lambda original, _listening: lambda self: original(self) + "+", lambda: TAP)
    ours.apply()
    assert loud().shout() == "theirs+"
    ours.undo()
    assert loud.shout is theirs


@pytest.fixture
def module_name(tmp_path, monkeypatch):
    (tmp_path / "late_arrival.py").write_text("VALUE = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield "late_arrival"
    sys.modules.pop("late_arrival", None)


def test_a_module_imported_later_is_told_once_it_is_loaded(module_name, monkeypatch):
    told = []
    watch = ImportWatch({module_name: None}, lambda name, module: told.append((name, module.VALUE)))
    monkeypatch.setattr(sys, "meta_path", [watch, *sys.meta_path])
    assert importlib.util.find_spec(module_name).loader.get_source(module_name) == "VALUE = 1\n"
    assert told == []
    module = importlib.import_module(module_name)
    assert told == [(module_name, 1)]
    assert module.__loader__ is module.__spec__.loader
    assert type(module.__loader__).__name__ == "SourceFileLoader"
    importlib.reload(module)
    assert len(told) == 2


def test_a_module_that_is_not_there_is_not_there(monkeypatch):
    watch = ImportWatch({"no_such_module_at_all": None}, lambda *_: pytest.fail("told of nothing"))
    monkeypatch.setattr(sys, "meta_path", [watch, *sys.meta_path])
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("no_such_module_at_all")


def test_a_module_that_breaks_is_not_told(module_name, tmp_path, monkeypatch):
    (tmp_path / f"{module_name}.py").write_text("1 / 0")
    watch = ImportWatch({module_name: None}, lambda *_: pytest.fail("told of a broken module"))
    monkeypatch.setattr(sys, "meta_path", [watch, *sys.meta_path])
    with pytest.raises(ZeroDivisionError):
        importlib.import_module(module_name)
