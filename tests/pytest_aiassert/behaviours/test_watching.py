"""A reference that hangs is interrupted, in whatever thread, and named."""

from __future__ import annotations

import threading
import time

import pytest

from pytest_aiassert.behaviours import Behaviour, ClassBehaviour, Method, behaviour, scripts, use_behaviours
from pytest_aiassert.behaviours.watching import TooLongError, watched
from pytest_aiassert.errors import UsageError


def hang(*_):
    while True:
        pass


def stubborn(*_):
    while True:
        try:
            hang()
        except BaseException:
            if time.monotonic() % 1 < 0:  # it goes on whatever comes
                raise
            break
    hang()


@pytest.fixture(autouse=True)
def _impatience(monkeypatch):
    monkeypatch.setattr(behaviour, "PATIENCE", 0.2)
    monkeypatch.setattr(scripts, "PATIENCE", 0.2)


def test_what_comes_back_is_not_interrupted():
    with watched(0.1) as watch:
        for _ in range(3):
            time.sleep(0.06)
            watch.renew()
    time.sleep(0.15)


def test_another_thread_can_be_watched():
    caught = []

    def work():
        try:
            with watched(0.05):
                hang()
        except TooLongError as error:
            caught.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(5)
    assert len(caught) == 1


@pytest.mark.parametrize("reference", [hang, stubborn])
def test_a_reference_that_hangs_is_an_error_that_names_the_call(reference):
    with pytest.raises(UsageError, match=r"behaviour 'f': its reference gave no answer for f\(1\) within 0.2 s"):
        Behaviour(name="f", summary="", signature="f(n)", reference=reference, cases=((1,),))


def test_a_reference_that_hangs_on_what_is_drawn_is_told_when_it_is_registered():
    made = Behaviour(
        name="f",
        summary="",
        signature="f(n)",
        reference=lambda n: n if n < 5 else hang(),
        cases=((1,),),
        inputs=lambda draw: (draw.integer(0, 50),),
    )

    with (
        pytest.raises(UsageError, match=r"behaviour 'f': its reference gave no answer for f\(\d+\) within"),
        use_behaviours(made),
    ):
        pass


def test_a_class_that_hangs_is_an_error_that_names_the_script():
    with pytest.raises(UsageError, match=r"script 'Box\(\); get\(\)': the reference gave no answer within 0.2 s"):
        ClassBehaviour(
            name="box",
            summary="",
            signature="Box()",
            reference=type("Box", (), {"get": hang}),
            methods=(Method(name="get"),),
            scripts=("Box(); get()",),
        )
