"""An event loop on a thread of its own, through which synchronous callers use asynchronous code."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from anyio.from_thread import BlockingPortal

T = TypeVar("T")


class BackgroundLoop:
    """Runs async functions for sync callers; the thread starts at the first call. Safe across threads."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._portal: BlockingPortal | None = None
        self._thread: threading.Thread | None = None

    def run(self, function: Callable[..., Awaitable[T]], *args: Any) -> T:
        """Return what the function returns or raise what it raises; an interrupt cancels it."""
        future = self._running().start_task_soon(_captured, function, args)
        try:
            value, error = future.result()
        except BaseException:  # Ctrl-C while waiting: the request must not go on unseen
            future.cancel()
            raise
        if error is not None:
            raise error
        return cast("T", value)

    def close(self) -> None:
        """End the thread; calling it twice is harmless."""
        with self._lock:
            portal, thread = self._portal, self._thread
            self._portal = self._thread = None
        if portal is not None and thread is not None:
            portal.start_task_soon(portal.stop).result()
            thread.join()

    @property
    def started(self) -> bool:
        """Whether the thread runs."""
        return self._portal is not None

    def _running(self) -> BlockingPortal:
        with self._lock:
            if self._portal is None:
                ready: Future[BlockingPortal] = Future()
                # a daemon, so that a forgotten close() cannot keep the interpreter from ending
                self._thread = threading.Thread(target=_serve, args=(ready,), name=self._name, daemon=True)
                self._thread.start()
                self._portal = ready.result()
            return self._portal


def _serve(ready: Future[BlockingPortal]) -> None:
    import anyio
    from anyio.from_thread import BlockingPortal

    async def main() -> None:
        async with BlockingPortal() as portal:
            ready.set_result(portal)
            await portal.sleep_until_stopped()

    anyio.run(main)


async def _captured(function: Callable[..., Awaitable[T]], args: tuple[Any, ...]) -> tuple[Any, BaseException | None]:
    """Carry errors as values: a BaseException raised in a task would end the loop for everyone."""
    from anyio import get_cancelled_exc_class

    try:
        return await function(*args), None
    except get_cancelled_exc_class():
        raise
    except BaseException as error:  # noqa: BLE001  handed to the caller, who raises it
        return None, error
