"""Settings: what the environment and a configuration file say.

Precedence, highest first: keyword arguments of `load_settings`, environment variables, the file that ASSISTANT_CONFIG
names (else `assistant.toml` in the working directory, where there is one), defaults. Keys are read from the
environment only.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import ConfigurationError

if TYPE_CHECKING:
    from pydantic import SecretStr

OPENAI_KEY_VARIABLE = "OPENAI_API_KEY"
COMPATIBLE_KEY_VARIABLE = "OPENAI_COMPATIBLE_API_KEY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What can be set from outside; times are in seconds.

    `openai_api_key` goes to api.openai.com only, `compatible_api_key` to every other address.
    """

    provider: str = ""
    openai_api_key: SecretStr | None = None
    compatible_api_key: SecretStr | None = None
    timeout: float = 120.0
    connect_timeout: float = 5.0
    total_timeout: float = 600.0
    source: str = "defaults"


def load_settings(**overrides: Any) -> Settings:
    """Read environment and file; raises ConfigurationError naming the variable or file that is wrong."""
    from pydantic import ValidationError

    from assistant.settings_source import FileError, SettingsSource, config_path, variable_of

    try:
        path = config_path()
        source = SettingsSource(**overrides)
    except FileError as error:
        raise ConfigurationError(str(error)) from error
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = str(first["loc"][0]) if first["loc"] else ""
        raise ConfigurationError(f"{variable_of(field, overrides)}: {first['msg']}") from None
    return Settings(**source.model_dump(), source=_described(path))


def _described(path: Path | None) -> str:
    return f"environment and {path}" if path else "environment"
