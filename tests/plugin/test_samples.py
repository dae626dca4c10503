"""--ai-samples and the marker's own arguments."""

from __future__ import annotations

import pytest

COUNT = """
    import pytest
    seen = []

    @pytest.mark.ai_eval({arguments})
    def test_it(): seen.append(1)

    def test_seen(): assert len(seen) == {expected}
"""


@pytest.mark.parametrize(
    ("arguments", "options", "expected"),
    [
        ("", (), 1),
        ("", ("--ai-samples=4",), 4),
        ("samples=2", ("--ai-samples=4",), 2),
        ("", ("-o", "ai_samples=3"), 3),
        ("", ("-o", "ai_samples=3", "--ai-samples=2"), 2),
    ],
)
def test_marker_then_command_line_then_ini(run, arguments, options, expected):
    result = run("--ai-eval", *options, source=COUNT.format(arguments=arguments, expected=expected))
    result.assert_outcomes(passed=2)


@pytest.mark.parametrize("value", ["0", "-1", "many", "2.5", ""])
def test_not_a_count(run, value):
    result = run("--ai-eval", f"--ai-samples={value}", source=COUNT.format(arguments="", expected=1))
    if value == "":  # as if it had not been said
        result.assert_outcomes(passed=2)
        return
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --ai-samples: '{value}' is not a whole number of at least 1"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("samples=0", "samples=0 is not a whole number"),
        ("samples=True", "samples=True is not a whole number"),
        ("samples=2.5", "samples=2.5 is not a whole number"),
        ("min_pass_rate=0", "min_pass_rate=0 is not above 0"),
        ("min_pass_rate=80", "min_pass_rate=80 is not above 0"),
        ("min_pass_rate='high'", "min_pass_rate='high' is not above 0"),
        ("min_passrate=0.5", "has no argument 'min_passrate'; it takes samples, min_pass_rate"),
        ("5", "takes keyword arguments only"),
        ("weight=-1", "weight=-1 is not a positive number"),
        ("tags='one'", "tags='one' is not a list of names"),
    ],
)
def test_a_marker_that_cannot_work_names_the_test(run, arguments, said):
    result = run("--ai-eval", source=COUNT.format(arguments=arguments, expected=1))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: *::test_it: marker ai_eval {said}*"])


def test_only_functions_and_cases_can_be_repeated(run, pytester):
    pytester.makeconftest(
        """
        import pytest

        class Line(pytest.Item):
            def __init__(self, *, line, **kw):
                super().__init__(**kw)
                self.add_marker(pytest.mark.ai_eval(samples=2))
            def runtest(self): pass

        class Lines(pytest.File):
            def collect(self): yield Line.from_parent(self, name="one", line=1)

        def pytest_collect_file(file_path, parent):
            if file_path.suffix == ".lines": return Lines.from_parent(parent, path=file_path)
        """
    )
    (pytester.path / "a.lines").touch()
    result = run("--ai-eval")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*a.lines::one: marker ai_eval samples=2: only test functions and golden cases*"])
