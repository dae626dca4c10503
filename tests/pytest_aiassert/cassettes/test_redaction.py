from __future__ import annotations

import json
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_aiassert.cassettes import redaction
from pytest_aiassert.cassettes.redaction import redact, redact_strings

SECRETS = {
    "openai": "sk-" + "proj-abcDEF0123456789abcDEF",
    "anthropic": "sk-ant-" + "api03-abcdefghijklmnop",
    "google": "AIza" + "SyA0123456789abcdefghijklmnopqrstuv",
    "github": "ghp_" + "0123456789abcdefghijABCDEFGHIJ",
    "github pat": "github_pat_" + "0123456789abcdefghij_ABCDEFGHIJ",
    "gitlab": "glpat-" + "0123456789abcdefghij",
    "aws": "AKIA" + "ABCDEFGHIJKLMNOP",
    "slack": "xoxb-" + "0123456789-abcdef",
    "stripe": "sk_live_" + "0123456789abcdefghij",
    "hugging face": "hf_" + "abcdefghijklmnopqrstuvwxyz0123",
    "groq": "gsk_" + "abcdefghijklmnopqrstuvwxyz0123",
    "xai": "xai-" + "abcdefghijklmnop0123456789",
    "perplexity": "pplx-" + "abcdefghijklmnop0123456789",
    "cerebras": "csk-" + "abcdefghijklmnop0123456789",
    "nvidia": "nvapi-" + "abcdefghij_klmnop-0123456789",
    "replicate": "r8_" + "abcdefghijklmnop0123456789",
    "google oauth": "GOCSPX-" + "abcdefghijklmnop0123",
    "google access": "ya29." + "a0AfH6SMBabcdefghijklmnop0123",
    "jwt": "eyJ" + "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "pem": "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----",
}


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_a_secret_in_a_prompt_does_not_stay(secret: str) -> None:
    text = redact(json.dumps({"content": f"my key is {secret}, keep it"}))
    assert json.dumps(secret)[1:-1] not in text
    assert json.loads(text) == {"content": "my key is [REDACTED], keep it"}


@pytest.mark.parametrize("field", ["api_key", "apiKey", "Authorization", "access_token", "password", "client_secret"])
def test_a_field_that_names_a_secret_is_emptied(field: str) -> None:
    assert json.loads(redact(json.dumps({field: 'any"thing', "model": "m"}))) == {field: "[REDACTED]", "model": "m"}


def test_bearer_words_keep_their_beginning() -> None:
    assert redact("Authorization: Bearer abcdefghijklmnop1234") == "Authorization: Bearer [REDACTED]"


@pytest.mark.parametrize("name", ["key", "api_key", "access_token", "sig", "token"])
def test_query_strings_lose_their_keys(name: str) -> None:
    assert redact(f"https://h/v1?a=1&{name}=s3cret#x") == f"https://h/v1?a=1&{name}=[REDACTED]#x"


@pytest.mark.parametrize("user", ["me:hunter2", "hunter2", "hunter2:"])
def test_urls_lose_their_users_and_passwords(user: str) -> None:
    assert redact(f"https://{user}@host/v1") == "https://[REDACTED]@host/v1"


def test_an_at_in_a_path_or_query_is_no_user() -> None:
    for url in ("https://host/@me", "https://host?to=me@host", "https://host#me@host"):
        assert redact(url) == url


@pytest.mark.parametrize(
    "form",
    [
        "client_secret={}&grant_type=client_credentials",
        "grant_type=client_credentials&client_secret={}",
        '--b1\r\nContent-Disposition: form-data; name="api_key"\r\n\r\n{}\r\n--b1--',
    ],
)
def test_forms_lose_their_secrets(form: str) -> None:
    text = json.dumps({"text": form.format("hunter2")})
    assert json.loads(redact(text)) == {"text": form.format("[REDACTED]")}


@pytest.mark.parametrize(
    "text",
    [
        "sorted(words, key=len)",
        "a task-oriented-description-of-things",
        "def password(): ...",
        "the api_key parameter",
        "http://127.0.0.1:8080/v1:model",
        "https://example.com/?q=python",
        "me@example.com",
    ],
)
def test_innocent_text_stays(text: str) -> None:
    assert redact(text) == text


@given(st.text(max_size=80), st.sampled_from(sorted(SECRETS.values())), st.text(max_size=80))
def test_twice_changes_nothing_more(before: str, secret: str, after: str) -> None:
    once = redact(json.dumps(f"{before} {secret} {after}", ensure_ascii=False))
    assert redact(once) == once


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN PRIVATE KEY-----" * 20_000,
        "http://a:" + "b" * 500_000,
        "http://" + "a:" * 250_000,
        "-eyJaaaaaaaaa" * 40_000,
    ],
)
def test_hostile_text_takes_no_longer_than_other_text(text: str) -> None:
    started = time.process_time()
    redact(text)
    assert time.process_time() - started < 5


@given(
    st.text(alphabet=st.sampled_from("ABCSKabcskeynprod_-=:?&@\"'{} /.0123ſK"), max_size=60),
    st.sampled_from(sorted(SECRETS.values())),
)
def test_looking_for_marks_first_changes_nothing(text: str, secret: str) -> None:
    for sample in (text, f"{text}{secret}", f'{{"Api_Key": "{text}"}}', f"HTTP://a:{text}@h/?KEY={text}"):
        expected = sample
        for rule, replacement, *_ in redaction._RULES:
            expected = rule.sub(replacement, expected)
        assert redact(sample) == expected


def test_patterns_of_your_own_empty_strings_but_leave_keys() -> None:
    value = {"customer": ["customer 4711", 4711], "n": None}
    assert redact_strings(value, [re.compile(r"customer( \d+)?")]) == {"customer": ["[REDACTED]", 4711], "n": None}


def test_organisations_are_secrets_too() -> None:
    text = "Rate limit reached in organization org-a1B2c3D4e5F6g7H8i9J0k1L2 on tokens per min"
    assert redact(text) == "Rate limit reached in organization [REDACTED] on tokens per min"
