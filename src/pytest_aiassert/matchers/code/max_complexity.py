"""A matcher that bounds the cyclomatic complexity of functions."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.messages import Completion
from pytest_aiassert.code.outline import functions, loose_complexity
from pytest_aiassert.matchers.arguments import whole_number
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.matchers.describing import listed, source
from pytest_aiassert.matchers.reading import at_line, marked, read_python
from pytest_aiassert.verdict import Verdict
from pytest_aiassert.wording import plural

_MOST_NAMED = 8
_LOOSE = "the code outside of functions"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class MaxComplexity(Matcher):
    """Passes where no function is more complex than this; made by `max_complexity`."""

    most: int

    def judge(self, reply: Completion) -> Verdict:
        """Count each function's paths; the score is the share of functions within the bound."""
        code = read_python(reply)
        if code.unreadable:
            return self.verdict(passed=False, reason=code.unreadable, evidence=code.evidence)
        found = [
            (block, each.name, each.line, each.complexity) for block, _ in code.parsed for each in functions(block.code)
        ]
        found += [
            (block, _LOOSE, 1, loose_complexity(tree)) for block, tree in code.parsed if loose_complexity(tree) > 1
        ]
        over = sorted((each for each in found if each[3] > self.most), key=lambda each: -each[3])
        if not over:
            worst = max(found, key=lambda each: each[3], default=None)
            reason = (
                f"{worst[1]} is the most complex, with {plural(worst[3], 'path')}"
                if worst
                else "the code does not branch"
            )
            return self.verdict(
                passed=True, reason=f"{reason}; at most {self.most} allowed{code.aside}", evidence=code.evidence
            )
        names = [
            f"{name} ({at_line(block, line)}) has {plural(number, 'path')}"
            for block, name, line, number in over[:_MOST_NAMED]
        ]
        more = f" and {plural(len(over) - _MOST_NAMED, 'more function')}" if len(over) > _MOST_NAMED else ""
        reason = f"more complex than {self.most}: {listed(names)}{more}; take parts out into functions{code.aside}"
        evidence = marked([(block, line) for block, _, line, _ in over])
        return self.verdict(passed=False, score=1 - len(over) / len(found), reason=reason, evidence=evidence)

    def __repr__(self) -> str:
        return source("max_complexity", self.most)


def max_complexity(n: int) -> MaxComplexity:
    """Pass where no Python function has more than `n` paths, by McCabe's cyclomatic complexity.

    It is 1 plus the branches: if, loops, except, and, or, conditional expressions, comprehensions and cases
    (McCabe, A Complexity Measure, 1976). A nested function counts into the one around it; code outside of functions is
    one more unit. Raises UsageError for an `n` below 1.
    """
    return MaxComplexity(most=whole_number("max_complexity: n", n, least=1))
