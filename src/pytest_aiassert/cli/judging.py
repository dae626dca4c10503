"""Where the judges of a golden set find their model: live, or in the cassette of each case."""

from __future__ import annotations

from collections.abc import Callable, Generator, MutableMapping
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias
from weakref import WeakKeyDictionary

from pytest_aiassert.case import Case
from pytest_aiassert.golden import GoldenSet
from pytest_aiassert.integration.evaluation import Holder
from pytest_aiassert.integration.models import is_replay, open_judge
from pytest_aiassert.judges.prompting import conversation
from pytest_aiassert.judges.setup import JudgeSetup, use_judges

if TYPE_CHECKING:
    from assistant.protocols import Provider
    from pytest_aiassert.cassettes import RecordMode

JudgesFor: TypeAlias = Callable[[Case], AbstractContextManager[None]]


@contextmanager
def judge_bench(golden: GoldenSet, spec: str, label: str, *, record: RecordMode = "none") -> Generator[JudgesFor]:
    """Yield what lets the judges of a case find their model; live ones that are not recorded serve all cases."""
    shared = Holder()
    memory: MutableMapping[Provider, dict[str, Any]] = WeakKeyDictionary()

    @contextmanager
    def judges(case: Case) -> Generator[None]:
        own = Holder()

        def provider_for(named: str) -> Provider:
            chosen = named or spec
            keeper = own if record != "none" or is_replay(chosen) or named else shared
            return keeper.hold(
                chosen,
                lambda: open_judge(
                    chosen,
                    cassette=golden.cassette(label, case),
                    record=record,
                    allow_network=not named,
                    recorded_first=bool(named),
                ),
            )

        prompt = conversation(case.messages)
        setup = JudgeSetup(provider_for=provider_for, memory=memory, prompt_of=lambda _reply: prompt)
        with use_judges(setup):
            try:
                yield
            finally:
                own.close()

    try:
        yield judges
    finally:
        shared.close()
