"""Secrets of known formats and random-looking assignments; placeholders and code are none."""

from __future__ import annotations

import random
import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_aiassert.matchers.secrets import entropy, find_secrets, without_secrets

CHANCE = random.Random(3)


def some(length: int, of: str = string.ascii_letters + string.digits) -> str:
    return "".join(CHANCE.choices(of, k=length))


HEX = "0123456789abcdef"
SECRETS = {
    "an Anthropic key": f"sk-ant-api03-{some(40)}",
    "an OpenRouter key": f"sk-or-v1-{some(40)}",
    "an OpenAI key": f"sk-{some(48)}",
    "a Stripe key": f"sk_live_{some(24)}",
    "a Google key": f"AIza{some(35)}",
    "a GitHub token": f"ghp_{some(36)}",
    "a GitLab token": f"glpat-{some(20)}",
    "an AWS access key": f"AKIA{some(16, 'ABCDEFGHIJKLMNOP234567')}",
    "a Slack token": f"xoxb-123456789012-{some(24)}",
    "a Slack webhook": f"https://hooks.slack.com/services/T{some(8)}/B{some(8)}/{some(24)}",
    "a Hugging Face token": f"hf_{some(34)}",
    "a Groq key": f"gsk_{some(52)}",
    "an npm token": f"npm_{some(36)}",
    "a PyPI token": f"pypi-{some(80)}",
    "a SendGrid key": f"SG.{some(22)}.{some(43)}",
    "a Twilio key": f"SK{some(32, HEX)}",
    "a Telegram bot token": f"{some(9, '123456789')}:AA{some(33)}",
    "a DigitalOcean token": f"dop_v1_{some(64, HEX)}",
    "a Databricks token": f"dapi{some(32, HEX)}",
    "a JSON web token": f"eyJ{some(20)}.eyJ{some(40)}.{some(43)}",
    "a private key": f"-----BEGIN RSA PRIVATE KEY-----\n{some(64)}\n{some(64)}\n-----END RSA PRIVATE KEY-----",
    "a password in a URL": "postgres://admin:s3cr3tpw@db.local/x",
    "a bearer token": f"Authorization: Bearer {some(30)}",
    "a value given to password": 'password = "h4Rd2gu3ss!q"',
    "a value given to API_KEY": f"export API_KEY={some(32)}",
    "a value given to aws_secret_access_key": f"aws_secret_access_key = {some(40)}",
    "a value given to clientSecret": f'"clientSecret": "{some(24)}"',
}


@pytest.mark.parametrize("kind", SECRETS)
def test_a_secret_is_found_and_named(kind):
    text = f"Put this in your file:\n{SECRETS[kind]}\nDone."
    (secret,) = find_secrets(text)
    assert secret.kind == kind
    redacted = without_secrets(text, (secret,))
    assert text[secret.start : secret.end] not in redacted
    assert redacted.startswith("Put this")
    assert "[redacted]" in redacted
    assert not find_secrets(redacted)


@pytest.mark.parametrize(
    "text",
    [
        "api_key = 'your-api-key-here'", "api_key = os.environ['API_KEY']", "password = getpass.getpass()", "sk-...",
        "token = tokenizer.next_token()", "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxx", "AKIAIOSFODNN7EXAMPLE", "max_tokens: 4096",
        "password: 'password123'", "secret = 'changeme'", "postgres://user:password@localhost/db", "api_key=API_KEY",
        "def check_password(password: str) -> bool:", "postgres://u:${PW}@host", "-----BEGIN PRIVATE KEY-----\n...",
        "password_hash = hashlib.sha256(password).hexdigest()", "const token = localStorage.getItem('token')",
        "token = 'CamelCaseTokenName2'", "sk-1234567890abcdef1234567890abcdef", "Bearer <your token goes here>", "",
        "Authorization: Bearer ${API_TOKEN_OF_YOURS}", "secret_number = 'aaaaaaaaaa11'", "SK" + "0" * 32,
    ],
)  # fmt: skip
def test_placeholders_and_code_are_no_secrets(text):
    assert find_secrets(text) == ()


@given(text=st.text() | st.lists(st.sampled_from([*SECRETS.values(), " ", "\n", "key=", "'", "\ud800"])).map("".join))
def test_what_is_found_lies_in_the_text_and_does_not_overlap(text):
    found = find_secrets(text)
    places = [place for secret in found for place in (secret.start, secret.end)]
    assert places == sorted(places)
    assert all(0 <= place <= len(text) for place in places)
    without_secrets(text, found)


@pytest.mark.parametrize(
    "piece",
    ["a-", "password", "eyJa-", "eyJaaaaaaaa.", "-----BEGIN PRIVATE KEY-----", "a://", "sk-", "token ", "a", "1:AA"],
)
def test_long_texts_take_no_time(piece):
    started = time.process_time()
    find_secrets(piece * (300_000 // len(piece)))
    assert time.process_time() - started < 4


def test_entropy_is_of_bits_a_character():
    assert entropy("aaaa") == 0
    assert entropy("abcd") == 2
