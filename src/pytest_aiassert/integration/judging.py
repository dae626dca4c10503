"""Where the judges of a test find their model: live, or in the test's own cassette."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

import pytest

from pytest_aiassert.integration.evaluation import EVALUATION, Holder, Judges
from pytest_aiassert.integration.fixtures import recorder_of, session_of
from pytest_aiassert.integration.markers import plan_for
from pytest_aiassert.integration.models import is_replay, open_judge
from pytest_aiassert.integration.naming import cassette_path, short_name
from pytest_aiassert.integration.session import running_session
from pytest_aiassert.judges.prompting import conversation
from pytest_aiassert.judges.setup import JudgeSetup, hearing, use_judges

if TYPE_CHECKING:
    from assistant.messages import Completion
    from assistant.protocols import Provider
    from pytest_aiassert.integration.evaluation import Purse
    from pytest_aiassert.integration.settings import EvalSettings
    from pytest_aiassert.verdict import Judging


@contextmanager
def judging(item: pytest.Item) -> Generator[None]:
    """Let judges find their model, and count what they take, while an item runs."""
    bench = _Bench(item)
    setup = JudgeSetup(
        provider_for=bench.provider,
        memory=bench.judges.memory,
        before_ask=bench.check_budget,
        prompt_of=bench.prompt,
    )
    with use_judges(setup), hearing(bench.heard):
        try:
            yield
        finally:
            bench.own.close()


class _Bench:
    """What the judges of one item use; its trials share it."""

    def __init__(self, item: pytest.Item) -> None:
        session = running_session(item.config)
        self.judges = session.judges if session else Judges()
        self.own = Holder()
        self._item = item

    @cached_property
    def session(self) -> tuple[EvalSettings, Purse]:
        """The settings and the purse, read when a judge is first asked."""
        return session_of(self._item)

    def check_budget(self) -> None:
        """Raise BudgetError once the cap is reached."""
        self.session[1].check()

    def provider(self, spec: str) -> Provider:
        """Return a judge's provider: one for the session where it is live, else the item's own."""
        item = self._item
        settings, _ = self.session
        chosen = spec or settings.judge
        evaluation = item.stash.get(EVALUATION, None)
        under_test = evaluation.model if evaluation else settings.providers[0]
        model = "" if under_test == "replay" else short_name(under_test)
        path = cassette_path(item, plan_for(item, settings), model, settings.providers)

        def open_it() -> Provider:
            return open_judge(
                chosen,
                cassette=path,
                record=settings.record,
                allow_network=settings.allow_network,
                recorded_first=bool(spec),
            )

        live = settings.record == "none" and not is_replay(chosen) and (settings.allow_network or not spec)
        keeper = self.judges if live else evaluation or self.own
        return keeper.hold(f"judge {chosen}", open_it)

    def prompt(self, reply: Completion) -> str | None:
        """Return what a reply of the current trial was given to, None for any other reply."""
        turns = recorder_of(self._item)().turns
        return next((conversation(turn.messages) for turn in reversed(turns) if turn.reply is reply), None)

    def heard(self, judging: Judging) -> None:
        """Count what a judge took."""
        self.session[1].pay(judging.cost)
        recorder_of(self._item)().judgings.append(judging)
