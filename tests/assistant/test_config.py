from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from assistant.config import Settings, load_settings
from assistant.errors import ConfigurationError

pytestmark = pytest.mark.usefixtures("clean_environment")


def test_defaults() -> None:
    settings = load_settings()
    assert settings == Settings(source="environment")
    assert (settings.provider, settings.timeout, settings.connect_timeout, settings.total_timeout) == ("", 120, 5, 600)


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_PROVIDER", "openai:gpt-5.1")
    monkeypatch.setenv("ASSISTANT_TIMEOUT", "7.5")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("OPENAI_COMPATIBLE_API_KEY", "other")
    settings = load_settings()
    assert (settings.provider, settings.timeout) == ("openai:gpt-5.1", 7.5)
    assert settings.openai_api_key is not None
    assert settings.openai_api_key.get_secret_value() == "sk-secret"
    assert "sk-secret" not in repr(settings)
    assert "other" not in str(settings)


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "")
    monkeypatch.setenv("ASSISTANT_TIMEOUT", "")
    assert load_settings() == Settings(source="environment")


def test_precedence(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("assistant.toml").write_text('provider = "file:m"\ntimeout = 1\nconnect_timeout = 1\n', encoding="utf-8")
    monkeypatch.setenv("ASSISTANT_PROVIDER", "env:m")
    monkeypatch.setenv("ASSISTANT_TIMEOUT", "2")
    settings = load_settings(provider="argument:m")
    assert (settings.provider, settings.timeout, settings.connect_timeout) == ("argument:m", 2, 1)
    assert settings.source == "environment and assistant.toml"


def test_a_variable_names_another_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    Path("assistant.toml").write_text("timeout = 1\n", encoding="utf-8")
    other = tmp_path / "other.toml"
    other.write_text("timeout = 3\n", encoding="utf-8")
    monkeypatch.setenv("ASSISTANT_CONFIG", str(other))
    assert load_settings().timeout == 3
    monkeypatch.setenv("ASSISTANT_CONFIG", "missing.toml")
    with pytest.raises(ConfigurationError, match=r"ASSISTANT_CONFIG names 'missing\.toml', which is not a file"):
        load_settings()


@pytest.mark.parametrize("value", ["soon", "-1", "0", "nan", "inf", "99999999"])
def test_a_bad_variable_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("ASSISTANT_TIMEOUT", value)
    with pytest.raises(ConfigurationError, match="environment variable ASSISTANT_TIMEOUT: "):
        load_settings()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('timeout = "soon"\n', "assistant.toml: setting 'timeout'"),
        ("timeout = \n", "assistant.toml: Invalid value (at line 1"),
        ("tiemout = 3\n", "assistant.toml: unknown setting 'tiemout'; known are provider, timeout"),
        ('openai_api_key = "sk-secret"\n', "set OPENAI_API_KEY"),
        ('mistral_api_key = "sk-secret"\n', "set MISTRAL_API_KEY"),
    ],
)
def test_a_bad_file_is_named(content: str, words: str) -> None:
    Path("assistant.toml").write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError) as raised:
        load_settings()
    assert words in str(raised.value)
    assert "sk-secret" not in str(raised.value)


def test_binary_rubbish_in_a_file() -> None:
    Path("assistant.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match=r"assistant\.toml: .*correct the file"):
        load_settings()


def test_a_bad_argument_is_named() -> None:
    with pytest.raises(ConfigurationError, match="argument 'timeout'"):
        load_settings(timeout="soon")
    with pytest.raises(ConfigurationError, match="argument 'tiemout'"):
        load_settings(tiemout=3)


def test_importing_settings_loads_no_pydantic() -> None:
    code = "import sys, assistant.config, assistant.assembly; print(sorted(m for m in sys.modules if 'pydantic' in m))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == "[]\n"
