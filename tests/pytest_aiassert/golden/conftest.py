from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def root():
    return ROOT


@pytest.fixture
def write(tmp_path):
    """Write a golden set and return its file."""

    def _write(text: str | bytes, name: str = "cases.yaml") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return _write
