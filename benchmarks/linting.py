"""What linting costs: many snippets at once and one in the middle of a session, beside a ruff process each."""

from __future__ import annotations

import subprocess

from benchmarks.replies import recorded_code, varied
from benchmarks.result import Figure, Result
from benchmarks.timing import Spread, interleave, spread
from pytest_aiassert.code.lint import DEFAULT_IGNORE, DEFAULT_SELECT, lint, lint_many
from pytest_aiassert.code.ruff import COMMON_OPTIONS, ruff_binary, ruff_environment
from pytest_aiassert.matchers import passes_lint

TITLE = "Linting"
COUNT = 500
TIMES = 50


def measure(*, quick: bool = False) -> Result:
    """Lint as many snippets in each way, in turns; no snippet twice, so that no answer is a kept one."""
    code = recorded_code()
    turn = iter(range(10_000))

    def fresh() -> list[str]:
        return varied(code, COUNT, mark=f"# {next(turn)}, {{}}\n")

    for text in fresh()[:2]:
        lint(text)  # the second starts the server

    def at_once() -> None:
        lint_many(fresh())

    def one_by_one() -> None:
        for text in fresh():
            lint(text)

    def by_matcher() -> None:
        for text in fresh():
            passes_lint().check(f"```python\n{text}\n```")

    def processes() -> None:
        for text in fresh():
            _process(text)

    rounds = interleave([at_once, one_by_one, by_matcher, processes], rounds=3 if quick else 7)
    many, single, matcher, process = (spread([times[way] * 1000 / COUNT for times in rounds]) for way in range(4))
    share = spread([TIMES * mine / theirs for mine, _, _, theirs in rounds])
    faster = spread([theirs / mine for mine, _, _, theirs in rounds])
    return Result(
        title=TITLE,
        method=(
            f"{COUNT} snippets of Python from the replies recorded in `golden/coding`, each made different by a "
            "comment, by the default rules: with `lint_many`, which is one process; one after another with `lint`, in "
            "a session that has linted two before, so that ruff is in memory; the same with the matcher "
            f"`passes_lint`; and with a ruff process each. Interleaved rounds."
        ),
        figures=(
            _figure("a ruff process each", process),
            _figure("`lint_many`", many),
            Figure(name="times as many", value=faster.median, low=faster.low, high=faster.high, n=faster.n, unit="×"),
            Figure(
                name=f"{TIMES} snippets of `lint_many` / one ruff process",
                value=share.median,
                low=share.low,
                high=share.high,
                n=share.n,
                unit="×",
                limit=1.0,
            ),
            _figure("one snippet, ruff in memory", single, limit=1.0),
            _figure("`passes_lint` on one reply", matcher),
        ),
    )


def _figure(name: str, times: Spread, limit: float | None = None) -> Figure:
    return Figure(name=name, value=times.median, low=times.low, high=times.high, n=times.n, unit="ms", limit=limit)


def _process(code: str) -> None:
    rules = [f"--select={','.join(DEFAULT_SELECT)}", f"--ignore={','.join(DEFAULT_IGNORE)}"]
    command = [
        ruff_binary(),
        "check",
        *COMMON_OPTIONS,
        *rules,
        "--output-format=json",
        "--stdin-filename=reply.py",
        "-",
    ]
    subprocess.run(command, input=code.encode(), capture_output=True, env=ruff_environment(), check=False)
