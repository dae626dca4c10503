from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import ConfigurationError
from assistant.providers.spec import OLLAMA_URL, OPENAI_URL, ProviderSpec, parse_spec


@pytest.mark.parametrize(
    ("text", "kind", "base_url", "model"),
    [
        ("openai:gpt-5.1", "openai", OPENAI_URL, "gpt-5.1"),
        (" OpenAI:gpt-5.1 ", "openai", OPENAI_URL, "gpt-5.1"),
        ("openai:ft:gpt-5.1:acme::abc", "openai", OPENAI_URL, "ft:gpt-5.1:acme::abc"),
        ("openai:some+model", "openai", OPENAI_URL, "some+model"),
        ("ollama:qwen2.5-coder:1.5b", "ollama", OLLAMA_URL, "qwen2.5-coder:1.5b"),
        ("ollama+http://box:11434:qwen2.5-coder:1.5b", "ollama", "http://box:11434/v1", "qwen2.5-coder:1.5b"),
        ("ollama+http://box:11434/v1:m", "ollama", "http://box:11434/v1", "m"),
        ("openai+http://127.0.0.1:8080/v1:model", "openai", "http://127.0.0.1:8080/v1", "model"),
        ("openai+http://127.0.0.1:8080/v1/:model", "openai", "http://127.0.0.1:8080/v1", "model"),
        ("openai+http://127.0.0.1:8080:model", "openai", "http://127.0.0.1:8080", "model"),
        ("openai+http://localhost:model", "openai", "http://localhost", "model"),
        ("openai+http://localhost:7b", "openai", "http://localhost", "7b"),
        ("openai+http://localhost:8080:7", "openai", "http://localhost:8080", "7"),
        ("openai+http://[::1]:8080/v1:a:b", "openai", "http://[::1]:8080/v1", "a:b"),
        ("openai+http://[::1]:model", "openai", "http://[::1]", "model"),
        (
            "openai+https://openrouter.ai/api/v1:meta-llama/llama-3:free",
            "openai",
            "https://openrouter.ai/api/v1",
            "meta-llama/llama-3:free",
        ),
        ("openai+https://api.openai.com/v1:gpt-5.1", "openai", OPENAI_URL, "gpt-5.1"),
        ("openai+http://h/v1:hf.co/org/model+extra", "openai", "http://h/v1", "hf.co/org/model+extra"),
    ],
)
def test_reads_kind_address_and_model(text: str, kind: str, base_url: str, model: str) -> None:
    assert parse_spec(text) == ProviderSpec(kind=kind, base_url=base_url, model=model)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("  ", "is empty"),
        ("gpt-5.1", "does not say KIND:MODEL"),
        ("openai:", "names no model"),
        ("openai://127.0.0.1", "does not say KIND:MODEL"),
        ("http://127.0.0.1:8080/v1:model", "does not say KIND:MODEL"),
        ("opnai:gpt-5.1", "did you mean 'openai'"),
        ("zzz:model", "known are openai, ollama"),
        ("anthropic:claude", "known but not supported yet"),
        ("gemini:pro", "known but not supported yet"),
        ("anthropic+http://127.0.0.1/v1:m", "known but not supported yet"),
        ("openai+127.0.0.1:8080/v1:model", "is not http(s)://HOST"),
        ("openai+ftp://127.0.0.1/v1:model", "is not http(s)://HOST"),
        ("openai+http://127.0.0.1:8080/v1", "names no model"),
        ("openai+http://127.0.0.1:8080/v1:", "names no model"),
        ("openai+http://127.0.0.1:8080", "names no model"),
        ("openai+http://127.0.0.1:0/v1:m", "port 0 is outside"),
        ("openai+http://127.0.0.1:70000/v1:m", "port 70000 is outside"),
        ("openai+http://h/v1?key=1:m", "is not http(s)://HOST"),
        ("openai+http:///v1:m", "is not http(s)://HOST"),
    ],
)
def test_says_what_is_wrong_with_a_spec(text: str, words: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        parse_spec(text)
    assert words in str(raised.value)


def test_a_password_in_a_spec_is_refused_and_not_repeated() -> None:
    with pytest.raises(ConfigurationError) as raised:
        parse_spec("openai+https://me:hunter2@host/v1:m")
    assert "hunter2" not in str(raised.value)
    assert "OPENAI_COMPATIBLE_API_KEY" in str(raised.value)


@given(
    host=st.from_regex(r"[a-z][a-z0-9-]{0,10}(\.[a-z]{2,5})?", fullmatch=True),
    port=st.none() | st.integers(1, 65535),
    path=st.sampled_from(["", "/v1", "/api/v1"]),
    model=st.from_regex(r"[a-z][A-Za-z0-9._/+-]{0,12}(:[A-Za-z0-9.]{1,6})?", fullmatch=True),
)
def test_what_a_spec_prints_is_read_back(host: str, port: int | None, path: str, model: str) -> None:
    url = f"http://{host}{'' if port is None else f':{port}'}{path}"
    spec = parse_spec(f"openai+{url}:{model}")
    assert (spec.base_url, spec.model) == (url, model)
    assert parse_spec(str(spec)) == spec
