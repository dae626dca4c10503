"""Pairs the cases of two runs; what cannot be paired is listed, never dropped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_aiassert.runs.records import CaseResult, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePair:
    """One case as two runs saw it."""

    a: CaseResult
    b: CaseResult

    @property
    def id(self) -> str:
        """The case's id."""
        return self.b.id

    @property
    def difference(self) -> float:
        """Pass rate in B minus pass rate in A, in [-1, 1]."""
        return self.b.passes / len(self.b.judged) - self.a.passes / len(self.a.judged)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """The cases that can be compared, and the ids of those that cannot.

    `only_a` and `only_b` stand in one run only; `changed` have another prompt, other parameters or other checks;
    `unjudged` have nothing but errors in one of the runs.
    """

    pairs: tuple[CasePair, ...]
    only_a: tuple[str, ...] = ()
    only_b: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unjudged: tuple[str, ...] = ()


def pair_by_case(a: Run, b: Run) -> Pairing:
    """Pair two runs by case id, in B's order."""
    in_a = {case.id: case for case in a.cases}
    in_b = {case.id: case for case in b.cases}
    pairs: list[CasePair] = []
    changed: list[str] = []
    unjudged: list[str] = []
    for identity, case in in_b.items():
        before = in_a.get(identity)
        if before is None:
            continue
        if before.fingerprint and case.fingerprint and before.fingerprint != case.fingerprint:
            changed.append(identity)
        elif not before.judged or not case.judged:
            unjudged.append(identity)
        else:
            pairs.append(CasePair(a=before, b=case))
    return Pairing(
        pairs=tuple(pairs),
        only_a=tuple(identity for identity in in_a if identity not in in_b),
        only_b=tuple(identity for identity in in_b if identity not in in_a),
        changed=tuple(changed),
        unjudged=tuple(unjudged),
    )
