"""`aiassert record`: a model's replies to a golden set, kept as cassettes."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Final

from assistant.errors import ProviderError
from assistant.messages import Completion
from pytest_aiassert.case import Case
from pytest_aiassert.cassettes import Cassette
from pytest_aiassert.cli.exit_codes import BAD_INPUT, INTERRUPTED
from pytest_aiassert.cli.judging import judge_bench
from pytest_aiassert.cli.screen import complain, progress, show
from pytest_aiassert.cli.selection import chosen_cases, model_label
from pytest_aiassert.errors import CannotJudgeError, JudgeError, UsageError
from pytest_aiassert.golden import GoldenSet, load_golden
from pytest_aiassert.integration.models import JUDGE, check_spec, is_replay, open_provider
from pytest_aiassert.wording import plural

_HTTP_ERROR: Final = 400


def record_golden(
    path: Path, spec: str, *, samples: int, model_name: str | None, only: tuple[str, ...], judge: str | None = None
) -> int:
    """Record until every case has `samples` replies, and return the exit code. What is recorded stays."""
    golden = load_golden(path)
    cases = chosen_cases(golden, only)
    if is_replay(spec) or spec == "mock":
        raise UsageError(f"--provider {spec} has nothing to record from; name a live model, such as openai:MODEL")
    for live in filter(None, (spec, judge)):
        check_spec(live, record="new", allow_network=True)
    label = model_label(golden, spec, model_name)
    fresh = 0
    try:
        with (
            progress(f"recording {label}", len(cases) * samples) as advance,
            judge_bench(golden, judge or "replay", label, record="new" if judge else "none") as judges,
        ):
            for case in cases:
                cassette = golden.cassette(label, case)
                before = forget_errors(cassette)
                try:
                    with closing(open_provider(spec, cassette=cassette, record="new")) as provider, judges(case):
                        for _ in range(samples):  # a recorded reply is replayed, so only missing ones are asked for
                            reply = provider.complete(case.messages, **case.parameters)
                            if judge:
                                _judge(case, reply)
                            advance(case.id, 1)
                finally:
                    fresh += forget_errors(cassette) - before
    except (ProviderError, JudgeError, KeyboardInterrupt) as error:
        stopped = isinstance(error, KeyboardInterrupt)
        complain(f"{'interrupted' if stopped else error}; {_kept(fresh)}; run the same command again to continue")
        return INTERRUPTED if stopped else BAD_INPUT
    show(_done(golden, label, fresh, len(cases), samples))
    return 0


def _judge(case: Case, reply: Completion) -> None:
    """Let the case's checks judge a reply, for what their judges say to be recorded; raises JudgeError."""
    for check in case.checks:
        try:
            check.check(reply)
        except JudgeError as error:
            if not error.reply:
                raise
            complain(f"{case.id}: {error}")  # recorded as it is: a judge that gives rubbish is found out, too
        except CannotJudgeError:
            continue  # other tools are not needed to record


def forget_errors(path: Path) -> int:
    """Remove error responses from a cassette, and return how many replies it has."""
    if not path.exists():
        return 0
    exchanges = Cassette.load(path).exchanges
    replies = [exchange for exchange in exchanges if exchange.response.status < _HTTP_ERROR]
    if len(replies) == len(exchanges):
        return len(replies)
    if not replies and not Cassette.load(path, role=JUDGE).exchanges:
        path.unlink()
        return 0
    fresh = Cassette(path, staged=True)
    for reply in replies:
        fresh.add(reply)
    fresh.publish()
    return len(replies)


def _kept(fresh: int) -> str:
    return f"{plural(fresh, 'new reply', 'new replies')} recorded" if fresh else "nothing was recorded"


def _done(golden: GoldenSet, label: str, fresh: int, cases: int, samples: int) -> list[str]:
    folder = golden.cassette(label, "case").parent
    return [
        f"{label}: {plural(cases, 'case')} with {samples} each in {folder}; {_kept(fresh)}",
        f"next: aiassert run {golden.folder} --provider replay:{label} --save {golden.run_file(label)}",
    ]
