"""`aiassert serve-mock`: mocked model APIs on loopback, until interrupted."""

from __future__ import annotations

from pathlib import Path

import typer

from pytest_aiassert.cli.mock_script import load_script
from pytest_aiassert.wire.mocking import AIWire
from pytest_aiassert.wire.serving import AIServer


def serve_mock(script: Path, *, host: str, port: int) -> int:
    """Serve a script, its address in one line on standard output; returns when interrupted."""
    load_script(script, AIWire())  # what is wrong is told before a port is taken
    server = AIServer(title=script.name, host=host, port=port, refused=_complain)
    load_script(script, server)
    typer.echo(f"serving {server.url}")
    for name, value in server.environment.items():
        typer.echo(f"export {name}={value}")
    try:
        server.run()
    finally:
        server.close()
    return 0


def _complain(message: str) -> None:
    typer.echo(message, err=True)
