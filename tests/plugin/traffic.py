"""An application that calls a model, and what reports say of it."""

from __future__ import annotations

CALL = """
import httpx2

def call(host="api.openai.com"):
    return httpx2.post(f"https://{host}/v1/chat/completions", json={"model": "gpt-x"})
"""


def messages(result) -> list[str]:
    """Return the refusals that reports tell, without the session's short summary."""
    return [line for line in result.outlines if "refused:" in line and not line.startswith(("FAILED", "ERROR"))]


def run_tests(run, tests: str, *options: str):
    """Run tests, which may use `call`; every refusal must be told once."""
    return run(*options, source=CALL + tests)


SWALLOWING = """
def ask(kind):
    for _ in range(3):
        try:
            return call()
        except kind:
            continue
"""
