"""A matcher of your own: what it judges, and a reason that a person can act on."""

from dataclasses import dataclass

from assistant import Completion
from pytest_aiassert import Matcher, Verdict


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AtMostWords(Matcher):
    """Passes replies of at most `limit` words; the score falls with every word too many."""

    limit: int

    def __repr__(self) -> str:
        return f"at_most_words({self.limit})"

    def judge(self, reply: Completion) -> Verdict:
        words = len(reply.text.split())
        score = min(1.0, self.limit / max(words, 1))
        return self.verdict(words <= self.limit, f"{words} words, at most {self.limit} allowed", score=score)
