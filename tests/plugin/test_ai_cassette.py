"""The marker and fixture ai_cassette: an application's traffic is recorded once, and replayed from then on."""

from __future__ import annotations

import gc
import json
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import openai
import pytest
from tests.plugin.openai_server import ChatServer

assert openai.VERSION  # loaded here, for an inner run forgets what it was the first to load

Run = Callable[..., pytest.RunResult]

APP = """
import openai
import pytest

client = openai.OpenAI(base_url="{url}", api_key="sk-planted-0123456789abcdef", organization="org-planted0123456789")

def ask(question, **more):
    return client.chat.completions.create(
        model="tiny", messages=[{{"role": "user", "content": question}}], **more
    )

"""


@pytest.fixture
def server() -> Iterator[ChatServer]:
    server = ChatServer()
    yield server
    server.stop()


@pytest.fixture
def app(server: ChatServer) -> str:
    return APP.format(url=server.spec.removeprefix("openai+").removesuffix(":tiny"))


def cassette_of(pytester: pytest.Pytester, test: str = "test_app") -> Path:
    return pytester.path / "cassettes" / "test_ai_cassette" / f"{test}.json"


def source(app: str, body: str, marker: str = "@pytest.mark.ai_cassette") -> str:
    return f"{app}\n{marker}\ndef test_app(ai_cassette):\n    {body}\n"


@pytest.fixture
def run_app(run: Run, pytester: pytest.Pytester) -> Run:
    def run_it(text: str, *arguments: str) -> pytest.RunResult:
        try:
            return run(*arguments, pytester.makepyfile(test_ai_cassette=text))
        finally:
            with warnings.catch_warnings(action="ignore"):
                gc.collect()  # the application's client leaves its connection, which must not trouble another test

    return run_it


def test_what_is_recorded_is_replayed_without_the_server(run_app: Run, app: str, server: ChatServer, pytester) -> None:
    text = source(app, 'assert ask("hi").choices[0].message.content == "reply 1"')
    run_app(text, "--ai-record=once").assert_outcomes(passed=1)
    run_app(text).assert_outcomes(passed=1)
    run_app(text, "--ai-record=once").assert_outcomes(passed=1)
    assert len(server.requests) == 1
    assert "planted" not in "".join(path.read_text() for path in pytester.path.rglob("*.json"))


def test_the_marker_alone_is_enough(run_app: Run, app: str, pytester: pytest.Pytester) -> None:
    text = f'{app}\n@pytest.mark.ai_cassette\ndef test_app():\n    ask("hi")\n'
    run_app(text, "--ai-record=once").assert_outcomes(passed=1)
    assert len(json.loads(cassette_of(pytester).read_text())["exchanges"]) == 1
    run_app(text).assert_outcomes(passed=1)


def test_a_stream_is_recorded_event_by_event(run_app: Run, app: str, server: ChatServer, pytester) -> None:
    server.text = "one two three"
    said = '"".join(c.choices[0].delta.content or "" for c in ask("hi", stream=True) if c.choices)'
    text = source(app, f'assert {said} == "one two three"')
    run_app(text, "--ai-record=once").assert_outcomes(passed=1)
    (exchange,) = json.loads(cassette_of(pytester).read_text())["exchanges"]
    assert len(exchange["response"]["body"]["events"]) > 2
    run_app(text).assert_outcomes(passed=1)


def test_without_a_cassette_the_way_to_one_is_told(run_app: Run, app: str, pytester: pytest.Pytester) -> None:
    result = run_app(source(app, 'ask("hi")'))
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*no cassette at {cassette_of(pytester)}; record one with --ai-record=once"])


def test_another_prompt_is_a_miss_that_no_application_swallows(run_app: Run, app: str, pytester) -> None:
    run_app(source(app, 'ask("hi")'), "--ai-record=once").assert_outcomes(passed=1)
    swallowing = "try:\n        ask('ho')\n    except Exception:\n        pass"
    result = run_app(source(app, swallowing))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*the nearest recorded request differs at messages[[]0].content 'hi' → 'ho'*"])
    result.stdout.no_fnmatch_line("*--ai-provider*")


def test_one_request_too_many_is_told(run_app: Run, app: str) -> None:
    run_app(source(app, 'ask("hi")'), "--ai-record=once").assert_outcomes(passed=1)
    result = run_app(source(app, 'ask("hi"); ask("hi")'))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*recorded 1 reply to this request, the 2nd was asked for; record more with --ai-record=new"]
    )


def test_mode_new_adds_what_is_missing(run_app: Run, app: str, server: ChatServer, pytester) -> None:
    run_app(source(app, 'ask("hi")'), "--ai-record=once")
    run_app(source(app, 'ask("hi"); ask("ho")'), "--ai-record=new").assert_outcomes(passed=1)
    assert len(server.requests) == 2
    assert len(json.loads(cassette_of(pytester).read_text())["exchanges"]) == 2


def test_mode_all_replaces_the_cassette_of_a_test_that_passes(run_app: Run, app: str, pytester) -> None:
    text = source(app, 'assert ask("hi").choices[0].message.content')
    run_app(text, "--ai-record=once")
    run_app(text, "--ai-record=all").assert_outcomes(passed=1)
    (exchange,) = json.loads(cassette_of(pytester).read_text())["exchanges"]
    assert exchange["response"]["body"]["json"]["choices"][0]["message"]["content"] == "reply 2"


def test_a_failing_test_replaces_nothing_and_loses_nothing(run_app: Run, app: str, pytester) -> None:
    run_app(source(app, 'ask("hi")'), "--ai-record=once")
    before = cassette_of(pytester).read_bytes()
    run_app(source(app, 'ask("hi"); assert 0'), "--ai-record=all").assert_outcomes(failed=1)
    assert cassette_of(pytester).read_bytes() == before
    left = cassette_of(pytester).with_name("test_app.json.recording")
    assert "reply 2" in left.read_text()


def test_the_marker_says_what_counts(run_app: Run, app: str) -> None:
    marker = '@pytest.mark.ai_cassette("tapes/{name}.json", match_on=["method", "path", "body"], ignore="temperature")'
    text = source(app, 'ask("hi", temperature=name)', f'@pytest.mark.parametrize("name", [1])\n{marker}')
    text = text.replace("def test_app(ai_cassette)", "def test_app(ai_cassette, name)")
    run_app(text, "--ai-record=once").assert_outcomes(passed=1)
    run_app(text.replace("temperature=name", "temperature=0.5")).assert_outcomes(passed=1)


def test_own_patterns_are_redacted(run_app: Run, app: str, pytester: pytest.Pytester) -> None:
    text = source(app, 'ask("I am customer 4711 of shop-12")', r'@pytest.mark.ai_cassette(redact=r"customer \d+")')
    run_app(text, "--ai-record=once", "--ai-redact", r"shop-\d+").assert_outcomes(passed=1)
    recorded = cassette_of(pytester).read_text()
    assert "4711" not in recorded
    assert "shop-12" not in recorded
    run_app(text, "--ai-redact", r"shop-\d+").assert_outcomes(passed=1)


def test_a_reply_may_be_played_at_a_pace(run_app: Run, app: str, server: ChatServer) -> None:
    server.text = "one two three"
    read = 'start = time.monotonic(); list(ask("hi", stream=True)); assert time.monotonic() - start >= 0.1'
    text = source(f"import time\n{app}", read, "@pytest.mark.ai_cassette(every=0.05)")
    run_app(text.replace(">= 0.1", ">= 0"), "--ai-record=once").assert_outcomes(passed=1)
    run_app(text).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("7", "path=7 is not a text that names a file"),
        ("'a', 'b'", "takes one path, and keyword arguments, got 'b'"),
        ("pth='a'", "has no argument 'pth'; it takes path, record, match_on"),
        ("record='sometimes'", "record='sometimes'"),
        ("match_on=['bodi']", "no part 'bodi' of a request; did you mean 'body'?"),
        ("match_on=[]", "match_on is empty"),
        ("ignore=7", "ignore=7 is not a list of texts"),
        ("redact='('", "redact: '(' is not a regular expression"),
        ("speed=0", "speed=0 is not a positive number"),
        ("speed='fast'", "speed"),
        ("path='{nothing}.json'", "cannot be filled in: KeyError"),
    ],
)
def test_a_marker_that_cannot_work_is_told(run_app: Run, app: str, arguments: str, words: str) -> None:
    result = run_app(source(app, 'ask("hi")', f"@pytest.mark.ai_cassette({arguments})"), "--ai-record=once")
    result.assert_outcomes(errors=1)
    assert words in result.stdout.str()
    assert "marker ai_cassette" in result.stdout.str()


def test_trials_share_the_cassette(run_app: Run, app: str, server: ChatServer) -> None:
    marker = "@pytest.mark.ai_eval(samples=3)\n@pytest.mark.ai_cassette"
    text = source(app, 'assert ask("hi").choices[0].message.content.startswith("reply")', marker)
    run_app(text, "--ai-eval", "--ai-record=once").assert_outcomes(passed=1)
    assert len(server.requests) == 3
    run_app(text, "--ai-eval").assert_outcomes(passed=1)
    more = run_app(text.replace("samples=3", "samples=4"), "--ai-eval")
    more.stdout.fnmatch_lines(["*recorded 3 replies to this request, the 4th was asked for*"])


def test_stale_and_unused_replies_are_told(run_app: Run, app: str, pytester: pytest.Pytester) -> None:
    run_app(source(app, 'ask("hi"); ask("ho")'), "--ai-record=once")
    path = cassette_of(pytester)
    text = path.read_text()
    moments = {line.strip() for line in text.splitlines() if "recorded_at" in line}
    for moment in moments:
        text = text.replace(moment, '"recorded_at": "2020-01-01T00:00:00+00:00",')
    path.write_text(text)
    result = run_app(source(app, 'ask("hi")'), "--ai-cassette-max-age=30")
    result.stdout.fnmatch_lines(
        [
            "1 cassette with replies older than 30 days; record anew with --ai-record=all",
            f"  {path}",
            "1 recorded reply that no test asked for; see aiassert cassettes prune",
            f"  {path} (1)",
        ]
    )


def test_a_failing_test_calls_nothing_unused(run_app: Run, app: str) -> None:
    run_app(source(app, 'ask("hi"); ask("ho")'), "--ai-record=once")
    result = run_app(source(app, 'ask("hi"); assert 0'))
    result.stdout.no_fnmatch_line("*that no test asked for*")


def test_workers_tell_the_controller(run: Run, app: str, pytester: pytest.Pytester) -> None:
    tests = "\n".join(
        f'@pytest.mark.ai_cassette("shared.json")\ndef test_{n}():\n    ask("question {n}")\n' for n in range(8)
    )
    pytester.makepyfile(test_ai_cassette=app + tests)
    pytester.runpytest_subprocess("--ai-record=new", "-n2", "-p", "no:cov").assert_outcomes(passed=8)
    recorded = json.loads((pytester.path / "shared.json").read_text())["exchanges"]
    assert sorted(e["request"]["body"]["json"]["messages"][0]["content"] for e in recorded) == [
        f"question {n}" for n in range(8)
    ]
    result = pytester.runpytest_subprocess("-n2", "-p", "no:cov", "-k", "test_1")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["7 recorded replies that no test asked for*"])


DECLINED = """with pytest.raises(openai.APIStatusError):
        client.with_options(max_retries=0).chat.completions.create(
            model="tiny", messages=[], response_format={"type": "json_schema"}
        )"""


@pytest.mark.parametrize("workers", [(), ("-n1",)])
def test_what_is_not_recorded_is_told(
    run: Run, app: str, server: ChatServer, pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    server.refuses_schemas = True
    pytester.makepyfile(test_ai_cassette=source(app, DECLINED))
    result = pytester.runpytest_subprocess("--ai-record=once", "-p", "no:cov", *workers)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            "1 reply not recorded, which would be wrong for ever; mend the cause and record again",
            f"  {cassette_of(pytester)}: POST /v1/chat/completions: status 500",
        ]
    )
    assert not cassette_of(pytester).exists()


@pytest.mark.parametrize("mode", ["once", "new", "all"])
def test_tests_that_share_a_cassette_record_into_it_together(run_app: Run, app: str, pytester, mode: str) -> None:
    marker = '@pytest.mark.ai_cassette("shared.json")\n'
    tests = "".join(f'{marker}def test_{n}():\n    ask("question {n}")\n' for n in range(3))
    for _ in range(2):
        run_app(app + tests, f"--ai-record={mode}").assert_outcomes(passed=3)
        recorded = json.loads((pytester.path / "shared.json").read_text())["exchanges"]
        asked = [exchange["request"]["body"]["json"]["messages"][0]["content"] for exchange in recorded]
        assert asked == [f"question {n}" for n in range(3)]
    run_app(app + tests).assert_outcomes(passed=3)


def test_workers_that_share_a_cassette_lose_nothing_when_it_is_recorded_anew(app: str, pytester) -> None:
    marker = '@pytest.mark.ai_cassette("shared.json")\n'
    tests = "".join(f'{marker}def test_{n}():\n    ask("question {n}")\n' for n in range(8))
    pytester.makepyfile(test_ai_cassette=app + tests)
    for _ in range(2):
        pytester.runpytest_subprocess("--ai-record=all", "-n2", "-p", "no:cov").assert_outcomes(passed=8)
        assert len(json.loads((pytester.path / "shared.json").read_text())["exchanges"]) == 8


UNITTEST = """
import unittest

@pytest.mark.ai_cassette
class TestApp(unittest.TestCase):
    def test_app(self):
        self.assertIn("reply", ask("hi").choices[0].message.content)

class TestLater(unittest.IsolatedAsyncioTestCase):
    @pytest.mark.ai_cassette
    async def test_app(self):
        ask("ho")
"""


def test_unittest_classes_are_recorded_and_replayed(run_app: Run, app: str, server: ChatServer, pytester) -> None:
    run_app(app + UNITTEST, "--ai-record=once").assert_outcomes(passed=2)
    run_app(app + UNITTEST).assert_outcomes(passed=2)
    assert len(server.requests) == 2
    assert cassette_of(pytester, "TestApp.test_app").exists()


DOCTEST = '''
def answer():
    """
    >>> ask("hi").choices[0].message.content
    'reply 1'
    """

pytestmark = pytest.mark.ai_cassette
'''


def test_doctests_are_recorded_and_replayed(run_app: Run, app: str, server: ChatServer) -> None:
    run_app(app + DOCTEST, "--doctest-modules", "--ai-record=once").assert_outcomes(passed=1)
    run_app(app + DOCTEST, "--doctest-modules").assert_outcomes(passed=1)
    assert len(server.requests) == 1


ITEMS = """
import pytest

class Line(pytest.Item):
    def runtest(self):
        pass

class Lines(pytest.File):
    def collect(self):
        self.add_marker("ai_cassette")
        yield Line.from_parent(self, name="one")

def pytest_collect_file(file_path, parent):
    if file_path.suffix == ".lines":
        return Lines.from_parent(parent, path=file_path)
"""


def test_an_item_without_fixtures_is_told(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(ITEMS)
    pytester.makefile(".lines", test_it="")
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*marker ai_cassette: *one takes no fixtures, so it cannot be recorded*"])


def test_a_key_in_a_tests_name_names_no_file(run_app: Run, app: str, pytester: pytest.Pytester) -> None:
    key = "sk-planted-0123456789abcdef"
    text = source(app, 'ask("hi")', f'@pytest.mark.parametrize("key", ["{key}"])\n@pytest.mark.ai_cassette')
    text = text.replace("def test_app(ai_cassette)", "def test_app(ai_cassette, key)")
    run_app(text, "--ai-record=once").assert_outcomes(passed=1)
    assert [path.name for path in pytester.path.rglob("*") if "planted" in path.name] == []
    run_app(text).assert_outcomes(passed=1)
    result = run_app(text.replace("mark.ai_cassette", "mark.ai_cassette('{key}.json')"), "--ai-record=once")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*would put a key into a file's name; use another parameter*"])


def test_a_conftest_may_add_the_marker(run_app: Run, app: str, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        "import pytest\n\ndef pytest_collection_modifyitems(items):\n"
        "    for item in items:\n        item.add_marker(pytest.mark.ai_cassette)\n"
    )
    text = f'{app}\ndef test_app():\n    ask("hi")\n'
    run_app(text, "--ai-record=once").assert_outcomes(passed=1)
    assert len(json.loads(cassette_of(pytester).read_text())["exchanges"]) == 1
