"""Behaviours of graphs, as dicts from nodes to lists of neighbours, and of grids."""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from pytest_aiassert.behaviours.acceptance import alike, items_of
from pytest_aiassert.behaviours.behaviour import BuiltIn
from pytest_aiassert.behaviours.drawing import Draw
from pytest_aiassert.behaviours.examples import Example, same
from pytest_aiassert.behaviours.kinds.cases import single
from pytest_aiassert.behaviours.kinds.domains import acyclic, graph
from pytest_aiassert.behaviours.readings import swapped
from pytest_aiassert.sandbox import Returned

_ONE: dict[str, list[str]] = {"A": []}
_LINE = {"A": ["B"], "B": ["C"], "C": []}
_APART: dict[str, list[str]] = {"A": [], "B": []}
_DIAMOND = {"A": ["B", "C"], "B": ["D"], "C": ["D"], "D": []}
_LOOP = {"A": ["B"], "B": ["C"], "C": ["A"]}
_TREE = {"A": ["B", "C"], "B": ["D", "E"], "C": ["F"], "D": [], "E": [], "F": []}
_WEB = {"A": ["B", "C"], "B": ["A", "D"], "C": ["A", "D"], "D": ["B", "C", "E"], "E": ["D"]}
_SHORTCUT = {"A": ["B", "D"], "B": ["C"], "C": ["D"], "D": ["E"], "E": []}


def _bfs(graph: Mapping[str, list[str]], start: str) -> list[str]:
    order = [start]
    for node in order:
        order += [other for other in dict.fromkeys(graph[node]) if other not in order]
    return order


def _dfs(graph: Mapping[str, list[str]], start: str) -> list[str]:
    order: list[str] = []

    def visit(node: str) -> None:
        order.append(node)
        for other in graph[node]:
            if other not in order:
                visit(other)

    visit(start)
    return order


def _levels(graph: Mapping[str, list[str]], start: str) -> dict[str, int]:
    levels = {start: 0}
    for node in _bfs(graph, start):
        for other in graph[node]:
            levels.setdefault(other, levels[node] + 1)
    return levels


def _shortest_path(graph: Mapping[str, list[str]], start: str, goal: str) -> list[str] | None:
    paths = {start: [start]}
    for node in _bfs(graph, start):
        for other in graph[node]:
            paths.setdefault(other, [*paths[node], other])
    return paths.get(goal)


def _dijkstra(graph: Mapping[str, Mapping[str, float]], start: str) -> dict[str, float]:
    distances: dict[str, float] = dict.fromkeys(graph, math.inf)
    queue: list[tuple[float, str]] = [(0, start)]
    while queue:
        distance, node = heapq.heappop(queue)
        if distance < distances[node]:
            distances[node] = distance
            for other, weight in graph[node].items():
                heapq.heappush(queue, (distance + weight, other))
    return distances


def _topological_sort(graph: Mapping[str, list[str]]) -> list[str]:
    order: list[str] = []
    left = dict(graph)
    while left:
        node = next(node for node in left if not any(node in others for others in left.values()))
        order.append(node)
        del left[node]
    return order


def _has_cycle(graph: Mapping[str, list[str]]) -> bool:
    return any(node in _bfs(graph, other) for node in graph for other in graph[node])


def _count_islands(grid: list[list[int]]) -> int:
    land = {(y, x) for y, row in enumerate(grid) for x, cell in enumerate(row) if cell}
    islands = 0
    while land:
        islands += 1
        reached = [land.pop()]
        for y, x in reached:
            near = {(y + 1, x), (y - 1, x), (y, x + 1), (y, x - 1)} & land
            land -= near
            reached += near
    return islands


def _nodes(value: Any) -> list[str] | None:
    """Return the items of a sequence of nodes, each there once; None for anything else."""
    items = items_of(value)
    if items is None or not all(isinstance(item, str) for item in items) or len(set(items)) < len(items):
        return None
    return list(items)


def _by_levels(example: Example, answer: Returned) -> bool:
    nodes = _nodes(answer.value)
    levels = _levels(*example.args)
    if nodes is None or set(nodes) != set(levels):
        return False
    reached = [levels[node] for node in nodes]
    return reached == sorted(reached)


def _depth_first(example: Example, answer: Returned) -> bool:
    graph, start = example.args
    nodes = _nodes(answer.value)
    if nodes is None or set(nodes) != set(example.returns) or nodes[0] != start:
        return False
    path, seen = [start], {start}
    for node in nodes[1:]:
        while all(other in seen for other in graph[path[-1]]):
            path.pop()
        if node not in graph[path[-1]]:
            return False
        path.append(node)
        seen.add(node)
    return True


def _any_shortest(example: Example, answer: Returned) -> bool:
    graph, start, goal = example.args
    nodes = _nodes(answer.value)
    if example.returns is None:
        return answer.value is None or nodes == [] or same(-1, answer.value) or answer.value is False
    if nodes is None or len(nodes) != len(example.returns) or (nodes[0], nodes[-1]) != (start, goal):
        return False
    return all(other in graph[node] for node, other in pairwise(nodes))


def _any_topological(example: Example, answer: Returned) -> bool:
    graph = example.args[0]
    nodes = _nodes(answer.value)
    if nodes is None or set(nodes) != set(graph):
        return False
    return all(nodes.index(node) < nodes.index(other) for node in graph for other in graph[node])


def _finite(example: Example, answer: Returned) -> bool:
    if not isinstance(answer.value, dict):
        return False
    return alike(_without_infinite(example.returns), _without_infinite(answer.value))


def _without_infinite(distances: Mapping[Any, Any]) -> dict[Any, Any]:
    return {node: distance for node, distance in distances.items() if distance is not None and distance != math.inf}


def _as_pairs(args: tuple[Any, ...]) -> tuple[Any, ...]:
    graph, *rest = args
    return ({node: list(others.items()) for node, others in graph.items()}, *rest)


def _as_texts(args: tuple[Any, ...]) -> tuple[Any, ...]:
    return ([[str(cell) for cell in row] for row in args[0]],)


def _other_bfs(example: Example, answer: Returned) -> str | None:
    return _set_of_nodes(example, answer) or ("it goes depth first" if _depth_first(example, answer) else None)


def _other_dfs(example: Example, answer: Returned) -> str | None:
    return _set_of_nodes(example, answer) or ("it goes breadth first" if _by_levels(example, answer) else None)


def _set_of_nodes(example: Example, answer: Returned) -> str | None:
    if isinstance(answer.value, (set, frozenset)) and answer.value == set(example.returns):
        return "it gives a set, which has no order"
    return None


def _other_path(example: Example, answer: Returned) -> str | None:
    if example.returns and len(example.returns) > 1 and same(len(example.returns) - 1, answer.value):
        return "it gives the length, not the path"
    return None


def _other_topological(example: Example, answer: Returned) -> str | None:
    nodes = _nodes(answer.value)
    backwards = Returned(value=(nodes or [])[::-1], args=())
    if any(example.args[0].values()) and _any_topological(example, backwards):
        return "it gives the reverse order"
    return None


def _other_distances(example: Example, answer: Returned) -> str | None:
    graph, start = example.args
    steps = _levels({node: list(others) for node, others in graph.items()}, start)
    known = isinstance(answer.value, dict) and _without_infinite(answer.value)
    return "it counts the edges, not their weights" if len(steps) > 1 and alike(steps, known) else None


def _walk(draw: Draw) -> tuple[dict[str, list[str]], str]:
    """Draw a graph and a node of it."""
    nodes = graph(draw)
    return nodes, draw.one_of(list(nodes))


def _journey(draw: Draw) -> tuple[dict[str, list[str]], str, str]:
    """Draw a graph and two nodes of it."""
    nodes, start = _walk(draw)
    return nodes, start, draw.one_of(list(nodes))


def _weighted(draw: Draw) -> tuple[dict[str, dict[str, int]], str]:
    """Draw a graph with weights, and a node of it."""
    nodes, start = _walk(draw)
    return {node: {other: draw.integer(1, 9) for other in others} for node, others in nodes.items()}, start


def _grid(draw: Draw) -> list[list[int]]:
    """Draw a grid of water and land."""
    width = draw.integer(1, 4)
    return [[draw.choice(1, likely=0.5) for _ in range(width)] for _ in range(draw.integer(1, 4))]


_WALKS = (
    *((_ONE, "A"), (_LINE, "A"), (_LINE, "B"), (_APART, "A"), (_DIAMOND, "A"), (_LOOP, "A"), (_LOOP, "B")),
    *((_TREE, "A"), (_WEB, "A"), (_WEB, "D"), (_SHORTCUT, "A")),
)

BFS = BuiltIn(
    name="bfs",
    aliases=("breadth first search", "breadth first traversal"),
    names=("bfs", "breadth", "search", "travers"),
    summary="Returns the nodes that can be reached from a start, nearest first.",
    signature="bfs(graph, start)",
    reference=_bfs,
    inputs=_walk,
    properties={
        "it begins with the start": lambda nodes, _graph, start: nodes[0] == start,
        "no node is there twice": lambda nodes, _graph, _start: len(nodes) == len(set(nodes)),
    },
    cases=_WALKS,
    accepts=_by_levels,
    explains=_other_bfs,
    readings=(swapped,),
    accepted="any order of nodes equally near, the start first among the arguments",
)

DFS = BuiltIn(
    name="dfs",
    aliases=("depth first search", "depth first traversal"),
    names=("dfs", "depth", "search", "travers"),
    summary="Returns the nodes that can be reached from a start, in depth-first order.",
    signature="dfs(graph, start)",
    reference=_dfs,
    inputs=_walk,
    properties={
        "it begins with the start": lambda nodes, _graph, start: nodes[0] == start,
        "no node is there twice": lambda nodes, _graph, _start: len(nodes) == len(set(nodes)),
    },
    cases=_WALKS,
    accepts=_depth_first,
    explains=_other_dfs,
    readings=(swapped,),
    accepted="any depth-first order, the start first among the arguments",
)

SHORTEST_PATH = BuiltIn(
    name="shortest_path",
    aliases=("bfs shortest path", "shortest path in an unweighted graph", "find the shortest path"),
    names=("path", "shortest", "bfs"),
    summary="Returns the nodes of a shortest path from a start to a goal, None where there is no path.",
    signature="shortest_path(graph, start, goal)",
    reference=_shortest_path,
    inputs=_journey,
    properties={
        "it goes from the start to the goal": lambda path, _graph, start, goal: (
            path is None or (path[0], path[-1]) == (start, goal)
        ),
        "each step is an edge": lambda path, graph, _start, _goal: all(
            other in graph[node] for node, other in pairwise(path or ())
        ),
    },
    cases=(
        *((_ONE, "A", "A"), (_APART, "A", "B"), (_LINE, "A", "B"), (_LINE, "A", "C"), (_LINE, "C", "A")),
        *((_DIAMOND, "A", "D"), (_LOOP, "B", "A"), (_SHORTCUT, "A", "E"), (_WEB, "A", "E"), (_TREE, "A", "F")),
    ),
    accepts=_any_shortest,
    explains=_other_path,
    accepted="any shortest path; an empty list, -1 or False where there is none",
)

DIJKSTRA = BuiltIn(
    name="dijkstra",
    aliases=("dijkstra's algorithm", "shortest distances", "shortest path in a weighted graph"),
    names=("dijkstra", "shortest", "distance"),
    summary="Returns the least distance from a start to each node of a graph of dicts from nodes to weights.",
    signature="dijkstra(graph, start)",
    reference=_dijkstra,
    inputs=_weighted,
    properties={
        "the start is at 0": lambda distances, _graph, start: distances[start] == 0,
        "no edge is a short cut": lambda distances, graph, _start: all(
            distances[other] <= distances[node] + weight for node in graph for other, weight in graph[node].items()
        ),
    },
    cases=(
        ({"A": {}}, "A"),
        ({"A": {"B": 2}, "B": {}}, "A"),
        ({"A": {"B": 2}, "B": {}}, "B"),
        ({"A": {"B": 5, "C": 1}, "B": {}, "C": {"B": 2}}, "A"),
        ({"A": {"B": 1}, "B": {"C": 2}, "C": {"A": 3}}, "A"),
        ({"A": {"B": 1, "C": 4}, "B": {"C": 2, "D": 5}, "C": {"D": 1}, "D": {}}, "A"),
        ({"A": {"B": 0.5}, "B": {"C": 0.25}, "C": {}, "D": {"A": 1}}, "A"),
        ({"A": {"B": 7, "C": 3}, "B": {"A": 7, "C": 1}, "C": {"A": 3, "B": 1}}, "B"),
    ),
    accepts=_finite,
    explains=_other_distances,
    readings=(swapped, _as_pairs, lambda args: swapped(_as_pairs(args))),
    accepted="no entry for nodes out of reach, lists of (node, weight) in the graph, the start first",
)

TOPOLOGICAL_SORT = BuiltIn(
    name="topological_sort",
    aliases=("topological order", "topological ordering", "toposort", "kahn's algorithm"),
    names=("topo", "sort", "order"),
    summary="Returns the nodes of an acyclic graph so that each stands before those it leads to.",
    signature="topological_sort(graph)",
    reference=_topological_sort,
    inputs=lambda draw: (acyclic(draw),),
    properties={
        "no edge leads back": lambda nodes, graph: all(
            nodes.index(node) < nodes.index(other) for node in graph for other in graph[node]
        ),
    },
    cases=single(
        *({}, _ONE, _APART, {"A": ["B"], "B": []}, {"A": [], "B": ["A"]}, _LINE, _DIAMOND, _TREE, _SHORTCUT),
        {"C": ["A"], "B": ["A", "C"], "A": ["D"], "D": []},
    ),
    accepts=_any_topological,
    explains=_other_topological,
    accepted="any such order",
)

HAS_CYCLE = BuiltIn(
    name="has_cycle",
    aliases=("cycle detection", "detect a cycle", "detect cycle in a directed graph", "directed cycle"),
    names=("cycl",),
    summary="Tells whether a directed graph has a cycle.",
    signature="has_cycle(graph)",
    reference=_has_cycle,
    inputs=lambda draw: (graph(draw, 0) if draw.boolean() else acyclic(draw),),
    properties={
        "without edges there is none": lambda yes, graph: not yes or any(graph.values()),
    },
    cases=single(
        *({}, _ONE, {"A": ["A"]}, {"A": ["B"], "B": []}, {"A": ["B"], "B": ["A"]}, _LINE, _LOOP, _DIAMOND, _TREE),
        *({"A": ["B"], "B": [], "C": ["D"], "D": ["C"]}, {"A": ["B", "C"], "B": ["C"], "C": []}),
    ),
)

COUNT_ISLANDS = BuiltIn(
    name="count_islands",
    aliases=("number of islands", "islands", "count the islands in a grid"),
    names=("island",),
    summary="Counts the islands of a grid of 0 and 1: cells of 1 that touch by a side.",
    signature="count_islands(grid)",
    reference=_count_islands,
    inputs=lambda draw: (_grid(draw),),
    properties={
        "there are no more than cells of land": lambda count, grid: 0 <= count <= sum(map(sum, grid)),
    },
    cases=single(
        *([[0]], [[1]], [[1, 1]], [[1, 0, 1]], [[1], [1]], [[1, 0], [0, 1]], [[1, 1], [1, 1]], [[0, 1], [1, 0]]),
        *([[1, 1, 0], [0, 0, 1]], [[1, 0, 1], [1, 1, 1]], [[1, 1, 1], [1, 0, 1], [1, 1, 1]]),
        [[1, 1, 0, 0, 0], [1, 1, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 1, 1]],
    ),
    readings=(_as_texts,),
    accepted="a grid of texts '0' and '1'",
)

BEHAVIOURS = (BFS, DFS, SHORTEST_PATH, DIJKSTRA, TOPOLOGICAL_SORT, HAS_CYCLE, COUNT_ISLANDS)
