"""Every SDK, way of calling and feature that is tested."""

from __future__ import annotations

from dataclasses import dataclass

from tests.sdks import (
    anthropic_sdk,
    gemini_sdk,
    litellm_sdk,
    mistral_sdk,
    ollama_sdk,
    openai_sdk,
    pydantic_ai_sdk,
)
from tests.sdks.matrix import FEATURES, MODES, SDK, Said, ask

ALL: tuple[SDK, ...] = (
    openai_sdk.CHAT,
    openai_sdk.RESPONSES,
    anthropic_sdk.ANTHROPIC,
    gemini_sdk.GEMINI,
    mistral_sdk.MISTRAL,
    ollama_sdk.CHAT,
    ollama_sdk.GENERATE,
    pydantic_ai_sdk.PYDANTIC_AI,
    litellm_sdk.LITELLM,
)
SDKS = tuple(sdk for sdk in ALL if sdk.installed)
"""Those of this environment: litellm needs an older openai than the others."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One way to use one SDK."""

    sdk: SDK
    mode: str
    feature: str

    def __str__(self) -> str:
        return f"{self.sdk.name}-{self.mode}-{self.feature}".replace(" ", "_")

    def ask(self, base_url: str | None = None) -> Said:
        return ask(self.sdk, self.mode, self.feature, base_url=base_url)


CELLS = tuple(
    Cell(sdk=sdk, mode=mode, feature=feature)
    for sdk in SDKS
    for mode in MODES
    for feature in FEATURES
    if feature in sdk.features
)
