from __future__ import annotations

import json

APP = """
import httpx2

def ask(prompt, host="api.openai.com", path="/v1/chat/completions", **body):
    body = {"model": "gpt-9", "messages": [{"role": "user", "content": prompt}], **body}
    reply = httpx2.post(f"https://{host}{path}", json=body, headers={"authorization": "Bearer sk-live-secret"})
    return reply.json()["choices"][0]["message"]["content"] if reply.status_code == 200 else reply
"""


def test_an_application_gets_what_the_test_says(run, pytester):
    pytester.makepyfile(app=APP)
    source = """
    from app import ask

    def test_ask(ai_wire):
        ai_wire.openai.when("capital").reply("Paris").reply("4")
        assert ask("2+2") == "4"
        assert ask("The capital of France?", temperature=0) == "Paris"
        first, last = ai_wire.openai.calls
        assert first.prompt == "2+2"
        assert last.request.parameters == {"temperature": 0}
        assert last.model == "gpt-9"
        assert last.raw["messages"][0]["role"] == "user"
        assert "authorization" not in last.headers
    """
    run(source=source).assert_outcomes(passed=1)


def test_a_call_that_nobody_scripted_fails_the_test_with_what_to_write(run, pytester):
    pytester.makepyfile(app=APP)
    source = """
    from app import ask

    def test_other_api(ai_wire):
        ai_wire.openai.reply("4")
        ask("Hello  there", host="api.anthropic.com", path="/v1/messages")

    def test_no_rule_matches(ai_wire):
        ai_wire.openai.when("refund").reply("4")
        try:
            ask("Hello there")
        except Exception:
            pass

    def test_unknown_endpoint(ai_wire):
        ask("Hello", path="/v1/audio/speech")

    def test_local_server(ai_wire):
        ask("Hello", host="127.0.0.1:9", path="/v1/chat/completions")
    """
    result = run("--tb=line", source=source)
    result.assert_outcomes(failed=4)
    lines = "\n".join(result.outlines)
    for words in (
        "refused: POST https://api.anthropic.com/v1/messages for model 'gpt-9' in ",
        "::test_other_api, asking 'Hello there', is neither mocked nor replayed; ",
        "; mock it (ai_wire.anthropic.reply('…')), replay it ",
        "ai_wire.openai has no reply to 'Hello there'; none of these matched: when('refund'); script one with ",
        "refused: POST https://api.openai.com/v1/audio/speech for model ",
        "mock another endpoint (ai_wire knows no format for POST /v1/audio/speech), ",
        "refused: POST https://127.0.0.1:9/v1/chat/completions for model ",
    ):
        assert words in lines


def test_a_request_that_is_broken_is_told_by_its_place(run, pytester):
    pytester.makepyfile(app=APP)
    source = """
    from app import ask

    def test_several_choices(ai_wire):
        ai_wire.openai.reply("4")
        ask("Hello", n=2)
    """
    result = run("--tb=line", source=source)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*POST /v1/chat/completions (OpenAI chat completions): n is 2, but a scripted reply is one*"]
    )


def test_each_test_starts_afresh(run, pytester):
    pytester.makepyfile(app=APP)
    source = """
    import pytest
    from app import ask

    @pytest.mark.parametrize("word", ["a", "b"])
    def test_ask(ai_wire, word):
        ai_wire.reply(word)
        assert ask("x") == word
        assert len(ai_wire.calls) == 1
    """
    run(source=source).assert_outcomes(passed=2)


def test_a_format_of_ones_own(run, pytester):
    pytester.makeconftest(
        """
        from assistant import Message
        from assistant.messages import Request
        from pytest_aiassert.wire.formats import Call, WireFormat

        class Parrot(WireFormat):
            api = "parrot"
            title = "Parrot"

            def claims(self, request):
                return request.path == "/talk"

            def read(self, request):
                turn = Message(role="user", content=request.json["say"])
                return Call(api=self.api, request=Request(messages=(turn,)), raw=request.json)

            def write(self, answer, call):
                return {"said": answer.text}

        def pytest_aiassert_wire_formats():
            return [Parrot()]
        """
    )
    source = """
    import httpx2

    def test_parrot(ai_wire):
        ai_wire.parrot.when("hello").reply("squawk")
        assert httpx2.post("https://parrot.example/talk", json={"say": "hello"}).json() == {"said": "squawk"}
        assert ai_wire.parrot.calls[0].prompt == "hello"
        ai_wire.parrot.fail(429, times=1)
        assert httpx2.post("https://parrot.example/talk", json={"say": "hello"}).status_code == 429
    """
    run(source=source).assert_outcomes(passed=1)


def test_what_is_no_format_is_refused(run, pytester):
    pytester.makeconftest("def pytest_aiassert_wire_formats(): return ['parrot']")
    result = run(source="def test_nothing(): pass")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*'parrot' is not a wire format; give an instance of a subclass of WireFormat*"])


def test_a_fault_spoils_what_a_cassette_replays(run, pytester):
    request = {"messages": [{"role": "user", "content": "Hi"}], "model": "gpt-9", "stream": True}
    events = [{"data": f"data: {n}\n\n", "dt": 0} for n in range(4)]
    exchange = {
        "request": {"method": "POST", "url": "https://api.openai.com/v1/chat/completions", "body": {"json": request}},
        "response": {
            "status": 200,
            "headers": {"content-type": "text/event-stream"},
            "body": {"events": events},
            "elapsed": 1,
        },
    }
    folder = pytester.path / "cassettes" / "test_a_fault_spoils_what_a_cassette_replays"
    folder.mkdir(parents=True)
    (folder / "test_app.json").write_text(json.dumps({"version": 1, "exchanges": [exchange]}), encoding="utf-8")
    source = f"""
    import httpx2
    import pytest

    @pytest.mark.ai_cassette
    def test_app(ai_wire):
        ai_wire.anthropic.reply("beside the cassette")
        ai_wire.fail(503, times=1).fail("truncated", at=2, times=1)

        def ask():
            return httpx2.post("https://api.openai.com/v1/chat/completions", json={request!r})

        assert ask().status_code == 503
        assert ask().text == "data: 0\\n\\ndata: 1\\n\\n"
        assert ask().text.count("data") == 4
        assert len(ai_wire.openai.calls) == 3
    """
    run(source=source).assert_outcomes(passed=1)
