"""A matcher that asks a model how well a reply meets a rubric."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from assistant.messages import Completion
from assistant.protocols import Provider
from pytest_aiassert.errors import JudgeError, UsageError
from pytest_aiassert.judges.answers import Score, read_scores
from pytest_aiassert.judges.asking import NO_PARAMETERS, Asker
from pytest_aiassert.judges.prompting import said, scoring
from pytest_aiassert.judges.rubric import Criterion, Rubric, Scale, read_rubric, read_scale, read_threshold
from pytest_aiassert.judges.setup import current_setup
from pytest_aiassert.matchers.arguments import number, text, whole_number
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.matchers.describing import source
from pytest_aiassert.verdict import Evidence, Judging, Verdict
from pytest_aiassert.wording import cut, plural

_DEFAULT_SCALE = Scale(low=0, high=1)
_LONGEST_READ = 100_000
_LONGEST_TITLE = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """One answer of a judge: a score by each criterion, and their weighted mean."""

    scores: tuple[Score, ...]

    @property
    def value(self) -> float:
        """The weighted mean, on the judge's scale."""
        total = math.fsum(score.criterion.weight for score in self.scores)
        return math.fsum(score.criterion.weight * score.value for score in self.scores) / total

    @property
    def reason(self) -> str:
        """The reasons, each behind its criterion's name where there are several."""
        return "; ".join(f"{s.criterion.name}: {s.reason}" if s.criterion.name else s.reason for s in self.scores)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class JudgedBy(Matcher):
    """Passes where a model finds that a reply meets a rubric; made by `judged_by`."""

    criteria: tuple[Criterion, ...]
    asker: Asker
    scale: Scale = _DEFAULT_SCALE
    threshold: float = 0.7
    votes: int = 1
    prompt: str | None = None
    reference: str | None = None
    source: str = ""

    @property
    def asks_model(self) -> bool:
        """True: a judge is a model."""
        return True

    def judge(self, reply: Completion) -> Verdict:
        """Ask for every vote; the score is their median. Raises JudgeError where one cannot be had."""
        prompt = current_setup().prompt_of(reply) if self.prompt is None else self.prompt
        require_readable(self.asker.title, reply, prompt, self.reference)
        question = scoring(self.criteria, self.scale, reply, prompt=prompt, reference=self.reference)
        votes: list[Vote] = []
        spent: list[Judging] = []
        for number_ in range(self.votes):
            scores, judging = self.asker.ask(
                question, lambda value: read_scores(value, self.criteria, self.scale), vote=number_
            )
            votes.append(Vote(scores=scores))
            spent.append(judging)
        value = median(vote.value for vote in votes)
        passed = self._enough(value)
        return Verdict(
            matcher=repr(self),
            passed=passed,
            score=min(1.0, max(0.0, self.scale.share(value))),
            reason=self._reason(votes, value, passed=passed),
            evidence=self._evidence(votes),
            parts=self._parts(votes),
            judging=Judging.total(spent),
        )

    def _enough(self, value: float) -> bool:
        return value >= self.threshold or math.isclose(value, self.threshold)

    def _reason(self, votes: Sequence[Vote], value: float, *, passed: bool) -> str:
        figure = f"{_floor(value)} on {self.scale}, {self.threshold:g} needed"
        if len(votes) == 1:
            return f"{figure}: {votes[0].reason}"
        agreeing = [vote for vote in votes if self._enough(vote.value) == passed]
        split = f"{len(agreeing)} of {plural(len(votes), 'vote')} {'pass' if passed else 'fail'}"
        nearest = min(agreeing, key=lambda vote: abs(vote.value - value))
        return f"{figure} (median; {split}): {nearest.reason}"

    def _evidence(self, votes: Sequence[Vote]) -> tuple[Evidence, ...]:
        if len(votes) == 1:
            return ()
        passing = sum(self._enough(vote.value) for vote in votes)
        split = (
            "the votes agree" if passing in (0, len(votes)) else f"the votes disagree, {passing} of {len(votes)} pass"
        )
        lines = [
            f"{'✓' if self._enough(vote.value) else '✗'} vote {place}  {vote.value:g}  {vote.reason}"
            for place, vote in enumerate(votes, 1)
        ]
        return (Evidence(title=split, text="\n".join(lines)),)

    def _parts(self, votes: Sequence[Vote]) -> tuple[Verdict, ...]:
        if not self.criteria[0].name:
            return ()
        return tuple(self._part(place, criterion, votes) for place, criterion in enumerate(self.criteria))

    def _part(self, place: int, criterion: Criterion, votes: Sequence[Vote]) -> Verdict:
        value = median(vote.scores[place].value for vote in votes)
        nearest = min((vote.scores[place] for vote in votes), key=lambda score: abs(score.value - value))
        weight = "" if criterion.weight == 1 else f" × {criterion.weight:g}"
        return Verdict(
            matcher=f"{criterion.name}{weight}",
            passed=self._enough(value),
            score=min(1.0, max(0.0, self.scale.share(value))),
            reason=f"{value:g}: {nearest.reason}",
        )

    def __repr__(self) -> str:
        return self.source


def judged_by(
    rubric: Rubric,
    *,
    judge: Provider | str | None = None,
    threshold: float | None = None,
    scale: tuple[float, float] = (0, 1),
    votes: int = 1,
    prompt: str | None = None,
    reference: str | None = None,
    name: str = "",
    parameters: Mapping[str, Any] | None = None,
    timeout: float = 120.0,
) -> JudgedBy:
    """Pass where a model finds that the reply meets the rubric: a text, or criteria with names and weights.

    `judge` is a provider or its spec; by default it is the session's (`--ai-judge`). It scores on `scale`, in whole
    numbers where the bounds leave room for them; the weighted mean passes from `threshold` on (default: seven tenths
    of the way up). With `votes`, an odd number, it is asked as often, and the median counts: it passes where most votes
    do. `prompt` is what was asked, by default what the session knows of it; `reference` a reply that is right. `name`
    stands in errors. `parameters` go to the judge's provider as they are. `timeout` is in seconds an answer.

    What a judge cannot do is a JudgeError, never a low score: no answer, a malformed one (after one repair), a score
    outside the scale. Raises UsageError for arguments that cannot work.
    """
    criteria = read_rubric("judged_by", rubric)
    scaled = read_scale("judged_by", scale)
    bar = read_threshold("judged_by", threshold, scaled)
    count = whole_number("judged_by: votes", votes, least=1)
    if count % 2 == 0:
        raise UsageError(f"judged_by: votes is {count}; an even number can end in a draw, ask {count + 1} times")
    words = rubric if isinstance(rubric, str) else [_plain(each) for each in criteria]
    asker = make_asker("judged_by", judge, name or _title(criteria), parameters, timeout)
    if count > 1:
        asker = replace(asker, temperature=1.0)  # at 0 all votes would be the same one
    keywords: dict[str, object] = {"judge": asker.source, "threshold": threshold}
    if scaled != _DEFAULT_SCALE:
        keywords["scale"] = (scaled.low, scaled.high)
    if count > 1:
        keywords["votes"] = count
    keywords |= {"prompt": prompt, "reference": reference, "name": name or None, "parameters": parameters}
    return JudgedBy(
        criteria=criteria,
        asker=asker,
        scale=scaled,
        threshold=bar,
        votes=count,
        prompt=None if prompt is None else text("judged_by: prompt", prompt),
        reference=None if reference is None else text("judged_by: reference", reference),
        source=source("judged_by", words, **{key: value for key, value in keywords.items() if value is not None}),
    )


def make_asker(where: str, judge: object, title: object, parameters: object, timeout: object) -> Asker:
    """Check what a judge is given; raises UsageError."""
    if judge is not None and not isinstance(judge, Provider) and not (isinstance(judge, str) and judge.strip()):
        raise UsageError(
            f"{where}: judge is {cut(repr(judge), 80)}; expected a provider, or a spec such as openai:MODEL"
        )
    if parameters is not None and not isinstance(parameters, Mapping):
        raise UsageError(
            f"{where}: parameters is {cut(repr(parameters), 80)}; expected a mapping such as {{'seed': 1}}"
        )
    reserved = next((key for key in parameters or () if key in ("messages", "model", "stream", "tools")), None)
    if reserved is not None:
        raise UsageError(f"{where}: parameters cannot set {reserved!r}; the judge does")
    seconds = number(f"{where}: timeout", timeout)
    if seconds == 0:
        raise UsageError(f"{where}: timeout is 0; give the judge some seconds")
    return Asker(
        title=text(f"{where}: name", title), judge=judge, parameters=dict(parameters or NO_PARAMETERS), timeout=seconds
    )


def require_readable(title: str, reply: Completion, *others: str | None) -> None:
    """Refuse what is too long for a judge: it is neither cut nor sent; raises JudgeError."""
    characters = len(said(reply)) + sum(len(other or "") for other in others)
    if characters > _LONGEST_READ:
        raise JudgeError(
            f"judge {title!r} cannot read {plural(characters, 'character')}; it reads {_LONGEST_READ:,} at most: "
            "judge a part of the reply, or its length first"
        )


def _title(criteria: Sequence[Criterion]) -> str:
    named = ", ".join(criterion.name for criterion in criteria)
    return cut(" ".join((named or criteria[0].text).split()), _LONGEST_TITLE)


def _plain(criterion: Criterion) -> dict[str, object]:
    weight = {} if criterion.weight == 1 else {"weight": criterion.weight}
    return {"name": criterion.name, "text": criterion.text, **weight}


def _floor(value: float) -> str:
    """Write a score rounded down, so that what is not enough does not look enough."""
    return f"{math.floor(value * 1000 + 1e-6) / 1000:g}"
