"""A matcher of your own: say what you judge, and why it fails. `conftest.py` gives it a name for golden sets."""

from dataclasses import dataclass

from assistant import Completion
from pytest_aiassert import Matcher, Verdict


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AtMostWords(Matcher):
    limit: int

    def __repr__(self) -> str:
        return f"at_most_words({self.limit})"

    def judge(self, reply: Completion) -> Verdict:
        words = len(reply.text.split())
        passed = words <= self.limit
        return self.verdict(passed, f"{words} words, at most {self.limit}", score=min(1.0, self.limit / max(words, 1)))


def test_short_enough(expect):
    expect("Binary search runs in O(log n).").to(AtMostWords(10))


def test_it_composes():
    assert "one two three" == ~AtMostWords(2)
