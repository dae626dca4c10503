"""A matcher that asks a model which of two replies is better, both ways round."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from assistant.messages import Completion
from assistant.protocols import Provider
from pytest_aiassert.judges.asking import Asker
from pytest_aiassert.judges.judging import make_asker, require_readable
from pytest_aiassert.judges.prompting import comparison, said
from pytest_aiassert.judges.rubric import read_rubric
from pytest_aiassert.judges.setup import current_setup
from pytest_aiassert.matchers.arguments import flag, text
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.matchers.coercion import as_completion
from pytest_aiassert.matchers.describing import source
from pytest_aiassert.verdict import Evidence, Judging, Verdict
from pytest_aiassert.wording import cut

Winner: TypeAlias = Literal["reply", "reference", "tie"]

_DEFAULT_RUBRIC: Final = "Which reply does better what was asked: right first, then complete, then clear."
_SCORES: Final[Mapping[Winner, float]] = {"reply": 1.0, "tie": 0.5, "reference": 0.0}
_LONGEST_TITLE: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class BetterThan(Matcher):
    """Passes where a model prefers a reply to another, whichever comes first; made by `better_than`."""

    reference: Completion
    rubric: str
    asker: Asker
    or_equal: bool = False
    prompt: str | None = None
    source: str = ""

    @property
    def asks_model(self) -> bool:
        """True: a judge is a model."""
        return True

    def judge(self, reply: Completion) -> Verdict:
        """Ask twice, with the replies changing places; answers that differ are a tie. Raises JudgeError."""
        prompt = current_setup().prompt_of(reply) if self.prompt is None else self.prompt
        require_readable(self.asker.title, reply, said(self.reference), prompt)
        mine, other = said(reply), said(self.reference)
        first, why_first, spent_first = self._ask(mine, other, prompt, swapped=False)
        second, why_second, spent_second = self._ask(mine, other, prompt, swapped=True)
        winner: Winner = first if first == second else "tie"
        passed = winner == "reply" or (winner == "tie" and self.or_equal)
        lines = [f"reply first: {_name(first)}  {why_first}", f"reference first: {_name(second)}  {why_second}"]
        return Verdict(
            matcher=repr(self),
            passed=passed,
            score=_SCORES[winner],
            reason=_reason(winner, first, second, why_first),
            evidence=(Evidence(title="asked both ways round", text="\n".join(lines)),),
            judging=Judging.total((spent_first, spent_second)),
        )

    def _ask(self, mine: str, other: str, prompt: str | None, *, swapped: bool) -> tuple[Winner, str, Judging]:
        question = comparison(self.rubric, *((other, mine) if swapped else (mine, other)), prompt=prompt)
        (letter, reason), judging = self.asker.ask(question, _read, vote=int(swapped))
        if letter == "tie":
            return "tie", reason, judging
        return "reply" if (letter == "A") != swapped else "reference", reason, judging

    def __repr__(self) -> str:
        return self.source


def better_than(
    reference: Any,
    rubric: str = _DEFAULT_RUBRIC,
    *,
    judge: Provider | str | None = None,
    or_equal: bool = False,
    prompt: str | None = None,
    name: str = "",
    parameters: Mapping[str, Any] | None = None,
    timeout: float = 120.0,
) -> BetterThan:
    """Pass where a model finds the reply better than a reference, by the rubric.

    It is asked twice, with each of them first; where its answer changes with the place, that is a tie, and the reason
    says so. A tie scores 0.5, and passes with `or_equal` only. The other arguments are those of `judged_by`. Raises
    UsageError for arguments that cannot work, CoercionError for a reference that is no reply.
    """
    other = as_completion(reference)
    words = read_rubric("better_than", text("better_than: rubric", rubric))[0].text
    title = name or f"better_than {cut(' '.join(said(other).split()), _LONGEST_TITLE)}"
    asker = make_asker("better_than", judge, title, parameters, timeout)
    keywords: dict[str, object] = {"rubric": None if words == _DEFAULT_RUBRIC else words, "judge": asker.source}
    keywords |= {"or_equal": flag("better_than: or_equal", or_equal) or None, "prompt": prompt}
    keywords |= {"name": name or None, "parameters": parameters}
    return BetterThan(
        reference=other,
        rubric=words,
        asker=asker,
        or_equal=or_equal,
        prompt=None if prompt is None else text("better_than: prompt", prompt),
        source=source(
            "better_than", other.text, **{key: value for key, value in keywords.items() if value is not None}
        ),
    )


def _read(value: Mapping[str, Any]) -> tuple[str, str]:
    return value["winner"], " ".join(value["reason"].split())


def _reason(winner: Winner, first: Winner, second: Winner, why: str) -> str:
    if winner == "reply":
        return f"better, whichever comes first: {why}"
    if winner == "reference":
        return f"the reference is better, whichever comes first: {why}"
    if first == second:
        return f"neither is better: {why}"
    if "tie" in (first, second):
        favourite = second if first == "tie" else first
        return (
            f"a tie: {_name(favourite)} wins only where the {'reply' if second == 'tie' else 'reference'} comes first"
        )
    place = "first" if first == "reply" else "second"
    return f"a tie: the judge prefers whichever comes {place}, so its answer says nothing of the replies"


def _name(winner: Winner) -> str:
    return {"reply": "the reply", "reference": "the reference", "tie": "neither"}[winner]
