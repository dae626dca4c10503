from __future__ import annotations


def test_another_process_is_led_to_the_server(run):
    source = """
    import os, subprocess, sys

    APP = '''
    import openai
    print(openai.OpenAI(max_retries=0).chat.completions.create(
        model="gpt-9", messages=[{"role": "user", "content": "2+2"}]).choices[0].message.content)
    '''

    def test_app(ai_server):
        ai_server.openai.reply("4")
        import textwrap
        done = subprocess.run([sys.executable, "-c", textwrap.dedent(APP)], capture_output=True, text=True)
        assert done.stdout == "4\\n", done.stderr
        assert ai_server.openai.calls[0].prompt == "2+2"
        assert os.environ["ANTHROPIC_BASE_URL"] == os.environ["OLLAMA_HOST"] == ai_server.url
    """
    run(source=source).assert_outcomes(passed=1)


def test_what_it_refuses_fails_the_test(run):
    source = """
    import os
    import httpx2

    def test_app(ai_server):
        ai_server.anthropic.reply("4")
        body = {"model": "gpt-9", "messages": [{"role": "user", "content": "2+2"}]}
        assert httpx2.post(os.environ["OPENAI_BASE_URL"] + "/chat/completions", json=body).status_code == 400

    def test_environment_is_put_back():
        assert "OLLAMA_HOST" not in os.environ
    """
    result = run(source=source)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*ai_server.openai has no reply to '2+2'; script one with ai_server.openai.reply*"])


def test_other_traffic_to_models_is_refused(run):
    source = """
    import httpx2

    def test_app(ai_server):
        httpx2.get("https://api.openai.com/v1/models")

    def test_both(ai_server, ai_wire):
        ai_wire.openai.reply("wire")
        ai_server.openai.reply("server")
        body = {"model": "gpt-9", "messages": [{"role": "user", "content": "2+2"}]}

        def ask(url):
            return httpx2.post(url + "/chat/completions", json=body).json()["choices"][0]["message"]["content"]

        assert ask("https://api.openai.com/v1") == "wire"
        assert ask(ai_server.url + "/v1") == "server"
    """
    result = run(source=source)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*refused: GET https://api.openai.com/v1/models *"])
