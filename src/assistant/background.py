"""An event loop on a thread of its own, through which synchronous callers use asynchronous code."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from anyio import CancelScope
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
        """Return what the function returns or raise what it raises; an interrupt cancels it first."""
        portal, call = self._running(), _Call(function, args)
        try:
            portal.start_task_soon(call.run)
            call.ended.wait()
        except BaseException:  # Ctrl-C while waiting: the function must end before anything else uses what it used
            portal.start_task_soon(call.cancel).result()
            call.ended.wait()
            raise
        if call.error is not None:
            raise call.error
        return cast("T", call.value)

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


class _Call:
    """One function on its way; errors are kept as values, as a BaseException in a task would end the loop for all."""

    def __init__(self, function: Callable[..., Awaitable[Any]], args: tuple[Any, ...]) -> None:
        self._function = function
        self._args = args
        self._scope: CancelScope | None = None
        self._cancelled = False
        self.ended = threading.Event()
        self.value: Any = None
        self.error: BaseException | None = None

    async def run(self) -> None:
        from anyio import CancelScope

        try:
            with CancelScope() as self._scope:
                await self._attempt()
        finally:
            self.ended.set()

    def cancel(self) -> None:
        self._cancelled = True
        if self._scope is None:  # it has not begun, and will not
            self.ended.set()
        else:
            self._scope.cancel()

    async def _attempt(self) -> None:
        from anyio import get_cancelled_exc_class

        if self._cancelled:
            return
        try:
            self.value = await self._function(*self._args)
        except get_cancelled_exc_class():
            raise
        except BaseException as error:  # noqa: BLE001  handed to the caller, who raises it
            self.error = error
