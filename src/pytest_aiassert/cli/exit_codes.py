"""The exit codes of `aiassert` besides 0, as docs/reference/commands.md lists them."""

from __future__ import annotations

from typing import Final

REGRESSION: Final = 1
BELOW: Final = 1
BAD_INPUT: Final = 2
UNDECIDED: Final = 3
INTERRUPTED: Final = 130
