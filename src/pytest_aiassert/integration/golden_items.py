"""Golden sets as test files: `pytest --ai-eval golden/` runs one item a case."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import AssistantError
from pytest_aiassert.case import Case
from pytest_aiassert.errors import AIAssertError
from pytest_aiassert.golden import load_golden
from pytest_aiassert.integration.evaluation import EVALUATION
from pytest_aiassert.integration.expectation import Expect
from pytest_aiassert.integration.explanation import text_width
from pytest_aiassert.integration.fixtures import under_test
from pytest_aiassert.integration.naming import MODEL_PARAMETER, model_id
from pytest_aiassert.integration.session import running_session

CASES_FILE = "cases.yaml"
_CASSETTE = "cassettes/{model}/{case.id}.json"


class GoldenFile(pytest.File):
    """A golden set's `cases.yaml`."""

    def collect(self) -> Iterator[GoldenItem]:
        """Yield an item for each case and provider; a broken file is told with its lines."""
        try:
            golden = load_golden(self.path)
        except AIAssertError as error:
            raise self.CollectError(str(error)) from None
        session = running_session(self.config)
        assert session is not None
        specs = session.settings.providers
        for case in golden.cases:
            for spec in specs:
                name = case.id if len(specs) == 1 else f"{case.id}[{model_id(spec, specs)}]"
                yield GoldenItem.from_parent(self, name=name, case=case, spec=spec if len(specs) > 1 else None)


class GoldenItem(pytest.Item):
    """One case: ask the model under test, and judge its reply by the case's checks."""

    def __init__(self, *, case: Case, spec: str | None, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.case = case
        self.case_id = case.id
        self.own_arguments = {"case": case, "spec": spec}
        self.own_parameters = {"case": case, **({MODEL_PARAMETER: spec} if spec else {})}
        self.extra_keyword_matches.update(case.tags)
        self.add_marker(pytest.mark.ai_eval(cassette=_CASSETTE))

    def runtest(self) -> None:
        """Ask and judge once; the session repeats it as often as trials are asked for."""
        evaluation = self.stash[EVALUATION]
        ai = under_test(self)
        reply = ai.complete(self.case.messages, **self.case.parameters)
        if self.case.checks:
            Expect(lambda: evaluation.recorder, width=text_width(self.config))(reply).to(*self.case.checks)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show what failed without the way there, which is ours."""
        if excinfo.errisinstance((AssertionError, AIAssertError, AssistantError)):
            prompt = "\n".join(f"> {line}" for line in self.case.prompt.splitlines())
            return f"{excinfo.value}\nprompt:\n{prompt}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Return where the case stands, and its name."""
        return self.path, None, self.name


def golden_file(path: Path, parent: pytest.Collector) -> GoldenFile | None:
    """Return the collector of a golden set's file; None for other files."""
    return GoldenFile.from_parent(parent, path=path) if path.name == CASES_FILE else None
