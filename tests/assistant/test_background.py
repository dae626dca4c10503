from __future__ import annotations

import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

import anyio
import anyio.lowlevel
import pytest

from assistant.background import BackgroundLoop, _Call


async def _double(number: int) -> int:
    await anyio.lowlevel.checkpoint()
    return 2 * number


async def _raise(error: BaseException) -> None:
    await anyio.lowlevel.checkpoint()
    raise error


class _Refusal(BaseException):
    pass


@pytest.fixture
def loop() -> BackgroundLoop:
    return BackgroundLoop("test loop")


def test_runs_and_stops_its_thread(loop: BackgroundLoop) -> None:
    assert not loop.started
    assert loop.run(_double, 21) == 42
    assert loop.started
    assert "test loop" in [thread.name for thread in threading.enumerate()]
    loop.close()
    loop.close()
    assert "test loop" not in [thread.name for thread in threading.enumerate()]


def test_ten_threads_share_one_loop(loop: BackgroundLoop) -> None:
    with ThreadPoolExecutor(10) as pool:
        assert list(pool.map(lambda n: loop.run(_double, n), range(100))) == [2 * n for n in range(100)]
    assert [thread.name for thread in threading.enumerate()].count("test loop") == 1
    loop.close()


@pytest.mark.parametrize("error", [ValueError("x"), StopAsyncIteration(), _Refusal("x"), SystemExit(3)])
def test_errors_of_any_kind_reach_the_caller_and_leave_the_loop_alive(
    loop: BackgroundLoop, error: BaseException
) -> None:
    with pytest.raises(type(error)):
        loop.run(_raise, error)
    assert loop.run(_double, 1) == 2
    loop.close()


def test_an_interrupt_cancels_what_runs_and_waits_for_its_end(loop: BackgroundLoop) -> None:
    ended = threading.Event()
    main = threading.get_ident()

    async def forever() -> None:
        try:
            threading.Timer(0.05, signal.pthread_kill, (main, signal.SIGINT)).start()
            await anyio.sleep_forever()
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(0.02)
            ended.set()

    with pytest.raises(KeyboardInterrupt):
        loop.run(forever)
    assert ended.is_set()
    assert loop.run(_double, 2) == 4
    loop.close()


def test_a_call_cancelled_before_it_begins_never_runs() -> None:
    call = _Call(_raise, (ValueError("ran"),))
    call.cancel()
    assert call.ended.is_set()
    anyio.run(call.run)
    assert call.error is None


def test_the_callers_context_is_seen(loop: BackgroundLoop) -> None:
    variable: ContextVar[str] = ContextVar("variable")

    async def read() -> str:
        return variable.get()

    variable.set("of the caller")
    assert loop.run(read) == "of the caller"
    loop.close()


def test_a_forgotten_close_does_not_keep_the_interpreter() -> None:
    code = (
        "import anyio\nfrom assistant.background import BackgroundLoop\nloop = BackgroundLoop('x')\n"
        "async def one():\n    return 1\nprint(loop.run(one))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")
