"""Where settings come from, through pydantic-settings; imported only when they are read."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.sources import InitSettingsSource

_FILE_VARIABLE: Final = "ASSISTANT_CONFIG"
_FILE_NAME: Final = "assistant.toml"
_VARIABLES: Final[Mapping[str, str]] = {
    "provider": "ASSISTANT_PROVIDER",
    "openai_api_key": "OPENAI_API_KEY",
    "compatible_api_key": "OPENAI_COMPATIBLE_API_KEY",
    "timeout": "ASSISTANT_TIMEOUT",
    "connect_timeout": "ASSISTANT_CONNECT_TIMEOUT",
    "total_timeout": "ASSISTANT_TOTAL_TIMEOUT",
}
_FILE_FIELDS: Final = ("provider", "timeout", "connect_timeout", "total_timeout")

Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]


class FileError(Exception):
    """The configuration file cannot be used; the message names it."""


class SettingsSource(BaseSettings):
    """The settings with their environment variables."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="forbid", populate_by_name=True)

    provider: str = Field(default="", validation_alias=_VARIABLES["provider"])
    openai_api_key: SecretStr | None = Field(default=None, validation_alias=_VARIABLES["openai_api_key"])
    compatible_api_key: SecretStr | None = Field(default=None, validation_alias=_VARIABLES["compatible_api_key"])
    timeout: Seconds = Field(default=120.0, validation_alias=_VARIABLES["timeout"])
    connect_timeout: Seconds = Field(default=5.0, validation_alias=_VARIABLES["connect_timeout"])
    total_timeout: Seconds = Field(default=600.0, validation_alias=_VARIABLES["total_timeout"])

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the library's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the library's signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: arguments, environment, file."""
        path = config_path()
        content = read_file(path) if path else {}
        return init_settings, env_settings, InitSettingsSource(settings_cls, init_kwargs=content)


def config_path() -> Path | None:
    """Return the configuration file to read, None where there is none; raises FileError for a missing one."""
    named = os.environ.get(_FILE_VARIABLE)
    if named:
        if not Path(named).is_file():
            raise FileError(f"{_FILE_VARIABLE} names {named!r}, which is not a file; correct or unset it")
        return Path(named)
    return Path(_FILE_NAME) if Path(_FILE_NAME).is_file() else None


def read_file(path: Path) -> dict[str, Any]:
    """Read a configuration file; raises FileError naming file and line."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FileError(f"{path}: {error}; correct the file") from error
    for name in content:
        if name.endswith("api_key"):
            raise FileError(f"{path}: {name!r} does not belong into a file; set {_VARIABLES.get(name, name.upper())}")
        if name not in _FILE_FIELDS:
            raise FileError(f"{path}: unknown setting {name!r}; known are {', '.join(_FILE_FIELDS)}")
    return content


def variable_of(field: str, overrides: Mapping[str, Any]) -> str:
    """Say where a bad value stands: argument, environment variable, or file."""
    name = next((key for key, variable in _VARIABLES.items() if field in (key, variable)), field)
    if name in overrides:
        return f"argument {name!r}"
    variable = _VARIABLES.get(name, name)
    if variable in os.environ:
        return f"environment variable {variable}"
    path = config_path()
    return f"{path}: setting {name!r}" if path else f"setting {name!r}"
