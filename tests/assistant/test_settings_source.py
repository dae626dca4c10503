from __future__ import annotations

from pathlib import Path

import pytest

from assistant.settings_source import FileError, config_path, read_file, variable_of

pytestmark = pytest.mark.usefixtures("clean_environment")


def test_no_file_is_fine() -> None:
    assert config_path() is None


def test_a_file_in_the_working_directory_is_found() -> None:
    Path("assistant.toml").write_text("timeout = 1\n", encoding="utf-8")
    assert config_path() == Path("assistant.toml")
    assert read_file(Path("assistant.toml")) == {"timeout": 1}


def test_a_folder_is_no_file() -> None:
    with pytest.raises(FileError, match="correct the file"):
        read_file(Path())


def test_a_bad_value_is_traced_to_where_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    assert variable_of("timeout", {"timeout": 1}) == "argument 'timeout'"
    assert variable_of("ASSISTANT_TIMEOUT", {}) == "setting 'timeout'"
    monkeypatch.setenv("ASSISTANT_TIMEOUT", "x")
    assert variable_of("ASSISTANT_TIMEOUT", {}) == "environment variable ASSISTANT_TIMEOUT"
    assert variable_of("unknown", {}) == "setting 'unknown'"
