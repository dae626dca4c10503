"""A comparison as plain JSON values."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pytest_aiassert.comparison.compare import Comparison

VERSION: Final = 1


def comparison_to_json(comparison: Comparison) -> dict[str, Any]:
    """Return what `aiassert compare --json` prints: rates in [0, 1], costs in US dollars, latency in seconds."""
    pairing = comparison.pairing
    return {
        "version": VERSION,
        "kind": "aiassert-comparison",
        "verdict": comparison.verdict,
        "summary": comparison.summary,
        "alpha": comparison.alpha,
        "margin": comparison.margin,
        "a": _header(comparison.a),
        "b": _header(comparison.b),
        "overall": asdict(comparison.overall),
        "tags": [asdict(difference) for difference in comparison.tags],
        "changes": [{**asdict(change), "tags": list(change.tags)} for change in comparison.changes],
        "quantities": [{**asdict(quantity), "difference": quantity.difference} for quantity in comparison.quantities],
        "not_compared": {
            "only_a": list(pairing.only_a),
            "only_b": list(pairing.only_b),
            "changed": list(pairing.changed),
            "unjudged": list(pairing.unjudged),
        },
        "notes": list(comparison.notes),
    }


def _header(header: Any) -> dict[str, Any]:
    return {**asdict(header), "parameters": dict(header.parameters), "versions": dict(header.versions)}
