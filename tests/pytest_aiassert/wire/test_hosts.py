"""Which hosts are model APIs."""

from __future__ import annotations

import pytest

from pytest_aiassert.wire.hosts import is_model_host


@pytest.mark.parametrize(
    "host",
    [
        "api.openai.com",
        "API.OpenAI.com.",
        "mine.openai.azure.com",
        "us-east1-aiplatform.googleapis.com",
        "bedrock-runtime.eu-west-1.amazonaws.com",
        "eu.api.openai.com",
        "api.individual.githubcopilot.com",
    ],
)
def test_model_apis_are_known(host):
    assert is_model_host(host)


@pytest.mark.parametrize(
    "host",
    ["", "localhost", "127.0.0.1", "openai.com.example.org", "xapi.openai.com", "api.openai.com.evil", "github.com"],
)
def test_other_hosts_are_not(host):
    assert not is_model_host(host)
