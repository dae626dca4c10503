from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.messages import Completion, Request, as_request
from pytest_aiassert.errors import UsageError
from pytest_aiassert.providers.script import Script

REQUEST = as_request("what?")


def _script() -> Script:
    return Script(model="m", latency=0.0)


def test_is_empty_until_it_has_something_to_say() -> None:
    script = _script()
    assert script.empty
    script.fail(429, times=1, retry_after=None)
    assert not script.empty
    script.next(REQUEST, "mock")
    assert script.empty


def test_a_function_may_not_return_just_anything() -> None:
    script = _script()
    script.reply(lambda _: 7)  # type: ignore[arg-type,return-value]  the point of the test
    with pytest.raises(UsageError, match=r"the function given to mock_ai\.reply\(\) returned int"):
        script.next(REQUEST, "mock_ai")


def test_ten_threads_get_each_reply_once() -> None:
    script = _script()
    script.reply(*(str(number) for number in range(200)))

    def take(_: int) -> str:
        return str(script.next(REQUEST, "mock"))

    with ThreadPoolExecutor(10) as pool:
        assert sorted(pool.map(take, range(200)), key=int) == [str(number) for number in range(200)]


def test_a_reply_is_made_once() -> None:
    script = _script()
    script.reply("same")
    first = script.next(Request(messages=()), "mock")
    assert isinstance(first, Completion)
    assert script.next(REQUEST, "mock") is first
