"""The table of what was tested with which SDK: `python -m tests.sdks.compatibility FOUND.json… > table`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

KINDS = {"test_mocked": ("mock",), "test_recorded": ("record", "replay"), "test_faults": ("fault",)}
"""What the tests of a module show."""

WAYS = {
    "plain": "plain",
    "stream": "streamed",
    "tools": "tools",
    "stream_tools": "streamed tools",
    "structured": "structured",
}
COLUMNS = ("mock", "record", "replay", "fault")
MODES = ("sync", "async")

Found = Mapping[str, Mapping[str, bool]]


def table(found: Found) -> list[str]:
    """Return the lines of a table in Markdown; – stands for what the SDK does not offer."""
    lines = [f"| SDK | version | {' | '.join(WAYS.values())} |", f"|---|---|{'---|' * len(WAYS)}"]
    for sdk, outcomes in found.items():
        name, package, version = sdk.rsplit(" ", 2)
        lines.append(f"| {name} | {package} {version} | {' | '.join(_cell(outcomes, way) for way in WAYS)} |")
    return lines


def _cell(outcomes: Mapping[str, bool], way: str) -> str:
    """Name what passed both the sync and the async way, and what failed."""
    told = {kind: [outcomes.get(f"{kind} {mode} {way}") for mode in MODES] for kind in COLUMNS}
    if not any(passed is not None for both in told.values() for passed in both):
        return "–"
    return ", ".join(kind if all(both) else f"✗ {kind}" for kind, both in told.items())


def merged(files: Iterable[Path]) -> dict[str, dict[str, bool]]:
    """Return what several environments found, in the order of the files."""
    return {sdk: outcomes for file in files for sdk, outcomes in json.loads(file.read_text("utf-8")).items()}


def main() -> None:
    """Replace the table in docs/reference/compatibility.md."""
    page = Path(__file__).parents[2] / "docs" / "reference" / "compatibility.md"
    start, end = "<!-- the tests' own findings -->", "<!-- end of them -->"
    before, _, rest = page.read_text(encoding="utf-8").partition(start)
    lines = table(merged(map(Path, sys.argv[1:])))
    page.write_text("\n".join([before + start, "", *lines, "", end + rest.partition(end)[2]]), encoding="utf-8")


if __name__ == "__main__":
    main()
