"""Made-up keys, put together here so that no scanner takes this file for a leak; copied beside the probes."""

from __future__ import annotations

from typing import Final

KEYS: Final = {
    "bearer": "sk-proj-" + "A1b2C3d4" * 5,
    "x-api-key": "sk-ant-" + "api03-" + "Z9y8X7w6" * 5,
    "cookie": "planted-cookie-0123456789",
    "?key=": "AIza" + "SyD3mmy0" * 4 + "abc",
    "prompt": "ghp_" + "Q1w2E3r4" * 4 + "T5y6",
}
