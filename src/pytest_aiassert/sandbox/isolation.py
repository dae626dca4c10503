"""What stands between a job and the machine: layers, and the tiers they make up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from pytest_aiassert.errors import CannotJudgeError, UsageError

Tier: TypeAlias = Literal["full", "kernel", "limits"]

TIERS: Final[tuple[Tier, ...]] = ("full", "kernel", "limits")
NEEDED: Final[Mapping[Tier, tuple[str, ...]]] = {
    "full": ("namespaces", "landlock", "seccomp"),
    "kernel": ("landlock", "seccomp"),
    "limits": (),
}
PURPOSES: Final[Mapping[str, str]] = {
    "namespaces": "no network, no other process or file of yours in sight, scratch in memory with a cap",
    "landlock": "files and signals beyond the job's own are refused",
    "seccomp": "new processes, sockets and the kernel's rarer doors are refused",
    "identity": "each job is a user of its own",
    "limits": "time, memory, output, files and descriptors are capped",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One means of isolation; `detail` says what it does, or why it is missing."""

    name: str
    available: bool
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolation:
    """The layers of a sandbox, as it found them when it started."""

    layers: tuple[Layer, ...]

    @property
    def tier(self) -> Tier:
        """The best tier whose layers are all there."""
        there = {layer.name for layer in self.layers if layer.available}
        return next(tier for tier in TIERS if there.issuperset(NEEDED[tier]))

    def require(self, tier: str) -> None:
        """Raise CannotJudgeError where isolation is less than this tier.

        Raises UsageError where there is no such tier.
        """
        wanted: Tier | None = next((known for known in TIERS if known == tier), None)
        if wanted is None:
            raise UsageError(f"no isolation tier {tier!r}: expected one of {', '.join(TIERS)}")
        if TIERS.index(self.tier) <= TIERS.index(wanted):
            return
        lacking = [layer for layer in self.layers if layer.name in NEEDED[wanted] and not layer.available]
        reasons = "; ".join(f"{layer.name}: {layer.detail}" for layer in lacking)
        raise CannotJudgeError(
            f"isolation is {self.tier!r}, {tier!r} is required, and these are missing: {reasons}. "
            "Run on a system that has them, or require less"
        )


def read_isolation(hello: Mapping[str, Any], without: Mapping[str, str]) -> Isolation:
    """Read what a zygote says of its layers; `without` says why it was told to leave some out."""
    notes = hello["notes"]
    layers = []
    for name, missing in hello["layers"].items():
        if missing is None:
            note = f" ({notes[name]})" if name in notes else ""
            layers.append(Layer(name=name, available=True, detail=PURPOSES[name] + note))
        else:
            layers.append(Layer(name=name, available=False, detail=without.get(name, missing)))
    return Isolation(layers=(*layers, Layer(name="limits", available=True, detail=PURPOSES["limits"])))
