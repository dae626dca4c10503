"""The `aiassert` command."""

from __future__ import annotations


def main() -> None:
    """Run the command line; what it needs is imported here, not when the package is."""
    from pytest_aiassert.cli.app import app

    app()
