"""Behaviours of classes that keep count: counters, accounts, limiters."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from pytest_aiassert.behaviours.acceptance import alike
from pytest_aiassert.behaviours.drawing import Draw
from pytest_aiassert.behaviours.scripts import BuiltInClass, Method, Story


class _Counter:
    def __init__(self) -> None:
        self.number = 0

    def increment(self) -> None:
        self.number += 1

    def decrement(self) -> None:
        self.number -= 1

    def value(self) -> int:
        return self.number

    def reset(self) -> None:
        self.number = 0


class _BankAccount:
    def __init__(self) -> None:
        self.money: float = 0

    def deposit(self, amount: float) -> None:
        self.money += amount

    def withdraw(self, amount: float) -> None:
        if amount > self.money:
            raise ValueError("insufficient funds")
        self.money -= amount

    def balance(self) -> float:
        return self.money


class _RateLimiter:
    def __init__(self, calls: int, seconds: float, *, clock: Callable[[], float] = lambda: 0.0) -> None:
        self.calls = calls
        self.seconds = seconds
        self.clock = clock
        self.times: deque[float] = deque()

    def allow(self) -> bool:
        now = self.clock()
        while self.times and now - self.times[0] >= self.seconds:
            self.times.popleft()
        if len(self.times) >= self.calls:
            return False
        self.times.append(now)
        return True


def _counting(draw: Draw) -> Story:
    """Draw a story that never counts below zero."""
    calls: list[tuple[str, tuple[Any, ...]]] = []
    number = 0
    for name in draw.items(lambda: draw.one_of(("increment", "value", "decrement", "reset")), 0, 12):
        if name != "decrement" or number:
            calls.append((name, ()))
            number = 0 if name == "reset" else number + (name == "increment") - (name == "decrement")
    return (), [*calls, ("value", ())]


def _banking(draw: Draw) -> Story:
    def call() -> tuple[str, tuple[Any, ...]]:
        name = draw.one_of(("deposit", "withdraw", "balance"))
        return name, () if name == "balance" else (draw.integer(1, 100),)

    return (), [*draw.items(call, 0, 10), ("balance", ())]


def _limiting(draw: Draw) -> Story:
    """Draw a story of calls at once and of long pauses."""

    def call() -> tuple[str, tuple[Any, ...]]:
        return ("wait", (60,)) if draw.choice(1, likely=0.2) else ("allow", ())

    return (draw.integer(1, 4), 1), [*draw.items(call, 1, 12), ("wait", (0,))]


def _allowed(expected: Any, actual: Any) -> bool:
    """Accept a pair whose first item says it."""
    return alike(expected, actual[0] if isinstance(actual, tuple) and actual else actual)


COUNTER = BuiltInClass(
    name="counter",
    aliases=("counter class", "implement a counter"),
    names=("counter",),
    summary="Counts up, down and back to zero.",
    signature="Counter()",
    reference=_Counter,
    inputs=_counting,
    methods=(
        Method(name="increment", sounds=("inc", "add", "up", "count_up", "tick"), answers=False, spare=(1,)),
        Method(name="decrement", sounds=("dec", "subtract", "down", "count_down"), answers=False, spare=(1,)),
        Method(
            name="value",
            sounds=("get_value", "get_count", "count", "get", "current", "current_value", "get_current", "total"),
        ),
        Method(name="reset", sounds=("clear", "zero"), answers=False),
    ),
    scripts=(
        "Counter(); value()",
        "Counter(); increment(); value()",
        "Counter(); increment(); increment(); value()",
        "Counter(); increment(); decrement(); value()",
        "Counter(); increment(); increment(); decrement(); value(); increment(); value()",
        "Counter(); increment(); reset(); value()",
        "Counter(); increment(); increment(); reset(); increment(); value()",
    ),
    spare=(0,),
    accepted="a start value; an amount to count by; the value as an attribute",
)

BANK_ACCOUNT = BuiltInClass(
    name="bank_account",
    aliases=("bank account class", "account class", "implement a bank account"),
    names=("account", "bank"),
    summary="Takes and gives back money, never more than there is.",
    signature="BankAccount()",
    reference=_BankAccount,
    inputs=_banking,
    methods=(
        Method(name="deposit", sounds=("add", "credit"), answers=False),
        Method(name="withdraw", sounds=("withdrawal", "take", "debit"), answers=False),
        Method(name="balance", sounds=("get_balance", "check_balance", "current_balance")),
    ),
    scripts=(
        "BankAccount(); balance()",
        "BankAccount(); deposit(1); balance()",
        "BankAccount(); deposit(100); deposit(50); balance()",
        "BankAccount(); deposit(100); withdraw(30); balance()",
        "BankAccount(); deposit(5); withdraw(5); balance()",
        "BankAccount(); withdraw(1); balance()",
        "BankAccount(); deposit(5); withdraw(6); balance()",
        "BankAccount(); deposit(50); withdraw(80); withdraw(20); balance()",
        "BankAccount(); deposit(0.5); deposit(0.25); balance()",
    ),
    readings=(lambda args: ("Ada", *args),),
    spare=(0, "1"),
    raises=(ValueError,),
    accepted="an owner, then a start balance; the balance as an attribute; too large a withdrawal changes nothing",
)

RATE_LIMITER = BuiltInClass(
    name="rate_limiter",
    aliases=("rate limiter class", "rate limit", "token bucket", "sliding window rate limiter", "throttle"),
    names=("limiter", "bucket", "throttle", "rate"),
    summary="Allows so many calls in so many seconds; asked at once and after long pauses, where all kinds agree.",
    signature="RateLimiter(calls, seconds)",
    reference=_RateLimiter,
    inputs=_limiting,
    methods=(
        Method(
            name="allow",
            sounds=(
                *(
                    "is_allowed",
                    "allow_request",
                    "allowed",
                    "try_acquire",
                    "acquire",
                    "can_proceed",
                    "request",
                    "consume",
                ),
                *("check", "hit", "call"),
            ),
            spare=("user",),
            accepts=_allowed,
        ),
    ),
    scripts=(
        "RateLimiter(1, 1); allow(); allow(); wait(0)",
        "RateLimiter(2, 1); allow(); allow(); allow(); wait(0)",
        "RateLimiter(1, 1); allow(); wait(60); allow(); allow()",
        "RateLimiter(2, 1); allow(); allow(); wait(60); allow(); allow(); allow()",
        "RateLimiter(3, 1); allow(); allow(); allow(); allow(); allow(); wait(60); allow()",
        "RateLimiter(1, 1); wait(60); allow(); allow()",
    ),
    readings=(lambda args: args[::-1],),
    accepted="the seconds first, a key of the caller, sliding and fixed windows and buckets of tokens",
)

BEHAVIOURS = (COUNTER, BANK_ACCOUNT, RATE_LIMITER)
