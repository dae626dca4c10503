"""Behaviours mostly solved by recursion: permutations, subsets, towers, coins."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations, permutations
from typing import Any

from pytest_aiassert.behaviours.acceptance import alike, alike_in_any_order, in_any_order_throughout, items_of
from pytest_aiassert.behaviours.behaviour import BuiltIn, Reading
from pytest_aiassert.behaviours.examples import Example, same
from pytest_aiassert.behaviours.kinds.cases import single
from pytest_aiassert.behaviours.readings import swapped
from pytest_aiassert.sandbox import Returned


def _permutations(items: list[int]) -> list[list[int]]:
    return [list(order) for order in permutations(items)]


def _power_set(items: list[int]) -> list[list[int]]:
    return [list(some) for size in range(len(items) + 1) for some in combinations(items, size)]


def _hanoi(n: int) -> int:
    return int(2**n) - 1


def _climb_stairs(n: int) -> int:
    ways, before = 1, 0
    for _ in range(n):
        ways, before = ways + before, ways
    return ways


def _coin_change(coins: list[int], amount: int) -> int:
    fewest = [0.0, *[math.inf] * amount]
    for total in range(1, amount + 1):
        fewest[total] = min((fewest[total - coin] + 1 for coin in coins if coin <= total), default=math.inf)
    return -1 if fewest[amount] == math.inf else int(fewest[amount])


def _pascals_triangle(n: int) -> list[list[int]]:
    return [[math.comb(row, column) for column in range(row + 1)] for row in range(n)]


def _orders(example: Example, answer: Returned) -> bool:
    items: Any = list(answer.value) if isinstance(answer.value, (set, frozenset)) else items_of(answer.value)
    if items is None:
        return False
    if not example.args[0]:
        return len(items) == 0 or (len(items) == 1 and len(items_of(items[0]) or ()) == 0)
    if all(isinstance(item, str) for item in items):
        return alike_in_any_order(["".join(map(str, order)) for order in example.returns], items)
    return alike_in_any_order(example.returns, items)


def _as_text(args: tuple[Any, ...]) -> tuple[Any, ...]:
    return ("".join(map(str, args[0])),)


def _moves_or_count(example: Example, answer: Returned) -> bool:
    (n,) = example.args
    moves = items_of(answer.value)
    if moves is None:
        return same(example.returns, answer.value)
    pairs = [items_of(move) for move in moves]
    return len(moves) == example.returns and all(pair and len(pair) in (2, 3) for pair in pairs) and _solves(n, pairs)


def _solves(n: int, moves: Sequence[Any]) -> bool:
    """Tell whether moves (from, to) or (disk, from, to) bring all disks from the first peg to another one."""
    if not moves:
        return n == 0
    pairs = [(repr(move[-2]), repr(move[-1])) for move in moves]
    pegs: dict[str, list[int]] = {pairs[0][0]: list(range(n, 0, -1))}
    for start, end in pairs:
        source, goal = pegs.setdefault(start, []), pegs.setdefault(end, [])
        if not source or (goal and goal[-1] < source[-1]):
            return False
        goal.append(source.pop())
    return len(pegs[pairs[-1][1]]) == n


def _with_pegs(*pegs: str) -> Reading:
    def reading(args: tuple[Any, ...]) -> tuple[Any, ...]:
        return (*args, *pegs)

    return reading


def _or_impossible(example: Example, answer: Returned) -> bool:
    if example.returns == -1 and (answer.value is None or answer.value == math.inf):
        return True
    return same(example.returns, answer.value)


def _other_change(example: Example, answer: Returned) -> str | None:
    coins, amount = example.args
    ways = [1, *[0] * amount]
    for coin in coins:
        for total in range(coin, amount + 1):
            ways[total] += ways[total - coin]
    if ways[amount] != example.returns and same(ways[amount], answer.value):
        return "it counts the ways, not the coins"
    return None


def _other_triangle(example: Example, answer: Returned) -> str | None:
    (n,) = example.args
    if n > 1 and alike(example.returns[-1], answer.value):
        return "it gives the last row only"
    return "it gives a row too many" if alike(_pascals_triangle(n + 1), answer.value) else None


PERMUTATIONS = BuiltIn(
    name="permutations",
    aliases=("all permutations", "generate permutations", "permutations of a list", "permutations of a string"),
    names=("permut",),
    summary="Returns all orders of the items of a list, none of which repeats.",
    signature="permutations(items)",
    reference=_permutations,
    inputs=lambda draw: (draw.distinct(range(1, 10), 0, 4),),
    properties={
        "there are n!": lambda orders, items: len(orders) == math.factorial(len(items)),
        "each holds the items": lambda orders, items: all(sorted(order) == sorted(items) for order in orders),
    },
    cases=single([1], [], [1, 2], [1, 2, 3], [3, 1, 2], [1, 2, 3, 4]),
    accepts=_orders,
    readings=(_as_text,),
    accepted="any order, a text for the list and texts for the orders, nothing for an empty list",
)

POWER_SET = BuiltIn(
    name="power_set",
    aliases=("powerset", "all subsets", "subsets", "generate subsets"),
    names=("power", "subset"),
    summary="Returns all subsets of the items of a list, none of which repeats; the empty one is one.",
    signature="power_set(items)",
    reference=_power_set,
    inputs=lambda draw: (draw.distinct(range(1, 10), 0, 4),),
    properties={
        "there are 2 to the n": lambda subsets, items: len(subsets) == 2 ** len(items),
        "each holds items only": lambda subsets, items: all(set(subset) <= set(items) for subset in subsets),
    },
    cases=single([], [1], [1, 2], [2, 1, 3], [1, 2, 3, 4]),
    accepts=in_any_order_throughout,
    accepted="any order, sets",
)

HANOI = BuiltIn(
    name="hanoi",
    aliases=("tower of hanoi", "towers of hanoi"),
    names=("hanoi", "tower"),
    summary="Returns the least number of moves that solve the Tower of Hanoi with n disks.",
    signature="hanoi(n)",
    reference=_hanoi,
    inputs=lambda draw: (draw.integer(1, 7),),
    properties={
        "one disk more takes twice as many and one": lambda moves, n: _hanoi(n + 1) == 2 * moves + 1,
    },
    cases=single(1, 2, 3, 4, 5, 8),
    accepts=_moves_or_count,
    readings=(_with_pegs("A", "B", "C"), _with_pegs("A", "C", "B")),
    accepted="the moves, as (from, to) or (disk, from, to); names of three pegs as further arguments",
)

CLIMB_STAIRS = BuiltIn(
    name="climb_stairs",
    aliases=("climbing stairs", "staircase", "ways to climb stairs"),
    names=("climb", "stair", "ways", "step"),
    summary="Counts the ways to climb n ≥ 1 stairs by one or two at a time.",
    signature="climb_stairs(n)",
    reference=_climb_stairs,
    inputs=lambda draw: (draw.integer(1, 18),),
    properties={
        "there are no fewer than stairs, from the third on no more than doublings": lambda ways, n: n <= ways <= 2**n,
    },
    cases=single(1, 2, 3, 4, 5, 10, 20),
)

COIN_CHANGE = BuiltIn(
    name="coin_change",
    aliases=("minimum coins", "fewest coins", "minimum number of coins", "make change"),
    names=("coin", "change"),
    summary="Returns the least number of coins that add up to an amount, -1 where none do; coins may repeat.",
    signature="coin_change(coins, amount)",
    reference=_coin_change,
    inputs=lambda draw: (draw.distinct(range(1, 13), 1, 3), draw.integer(0, 25)),
    properties={
        "so many of the largest coin are enough": lambda count, coins, amount: (
            count == -1 or count * max(coins) >= amount
        ),
    },
    cases=(
        *(([1], 0), ([1], 1), ([2], 1), ([1, 2], 4), ([2], 3), ([5, 10], 3), ([1, 3, 4], 6), ([1, 2, 5], 11)),
        *(([2, 5], 6), ([1, 5, 10, 25], 30), ([4, 9, 1], 12)),
    ),
    accepts=_or_impossible,
    explains=_other_change,
    readings=(swapped,),
    accepted="None or infinity where there is no way, the amount first",
)

PASCALS_TRIANGLE = BuiltIn(
    name="pascals_triangle",
    aliases=("pascal triangle", "pascal's triangle"),
    names=("pascal", "triangle"),
    summary="Returns the first n rows of Pascal's triangle.",
    signature="pascals_triangle(n)",
    reference=_pascals_triangle,
    inputs=lambda draw: (draw.integer(1, 9),),
    properties={
        "each row adds up to twice the one before": lambda rows, n: (
            [sum(row) for row in rows] == [2**at for at in range(n)]
        ),
    },
    cases=single(1, 2, 3, 4, 5, 8),
    explains=_other_triangle,
)

BEHAVIOURS = (PERMUTATIONS, POWER_SET, HANOI, CLIMB_STAIRS, COIN_CHANGE, PASCALS_TRIANGLE)
