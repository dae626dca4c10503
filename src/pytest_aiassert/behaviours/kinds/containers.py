"""Behaviours of classes that hold items: stacks, queues, caches, trees."""

from __future__ import annotations

import heapq
from collections import OrderedDict, deque
from typing import Any

from pytest_aiassert.behaviours.acceptance import alike
from pytest_aiassert.behaviours.drawing import Draw, Inputs
from pytest_aiassert.behaviours.scripts import BuiltInClass, Method, Story

_SIZE = Method(name="size", sounds=("__len__", "length", "len", "count", "get_size"), optional=True)
_EMPTY = Method(name="is_empty", sounds=("empty",), optional=True)


class _Stack:
    def __init__(self) -> None:
        self.items: list[Any] = []

    def push(self, item: Any) -> None:
        self.items.append(item)

    def pop(self) -> Any:
        return self.items.pop()

    def peek(self) -> Any:
        return self.items[-1]

    def is_empty(self) -> bool:
        return not self.items

    def size(self) -> int:
        return len(self.items)


class _MinStack(_Stack):
    def minimum(self) -> Any:
        return min(self.items)


class _Queue:
    def __init__(self) -> None:
        self.items: deque[Any] = deque()

    def enqueue(self, item: Any) -> None:
        self.items.append(item)

    def dequeue(self) -> Any:
        return self.items.popleft()

    def peek(self) -> Any:
        return self.items[0]

    def is_empty(self) -> bool:
        return not self.items

    def size(self) -> int:
        return len(self.items)


class _MinHeap:
    def __init__(self) -> None:
        self.items: list[int] = []

    def push(self, item: int) -> None:
        heapq.heappush(self.items, item)

    def pop(self) -> int:
        return heapq.heappop(self.items)

    def peek(self) -> int:
        return self.items[0]

    def is_empty(self) -> bool:
        return not self.items

    def size(self) -> int:
        return len(self.items)


class _LRUCache:
    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.items: OrderedDict[Any, Any] = OrderedDict()

    def get(self, key: Any) -> Any:
        self.items.move_to_end(key)
        return self.items[key]

    def put(self, key: Any, value: Any) -> None:
        self.items[key] = value
        self.items.move_to_end(key)
        if len(self.items) > self.capacity:
            self.items.popitem(last=False)

    def size(self) -> int:
        return len(self.items)


class _Trie:
    def __init__(self) -> None:
        self.words: set[str] = set()

    def insert(self, word: str) -> None:
        self.words.add(word)

    def search(self, word: str) -> bool:
        return word in self.words

    def starts_with(self, prefix: str) -> bool:
        return any(word.startswith(prefix) for word in self.words)


class _SearchTree:
    def __init__(self) -> None:
        self.items: list[int] = []

    def insert(self, item: int) -> None:
        self.items.append(item)

    def contains(self, item: int) -> bool:
        return item in self.items

    def in_order(self) -> list[int]:
        return sorted(self.items)


def _taking(put: str, *asks: str) -> Inputs[Story]:
    """Draw stories that put numbers in and ask, in any order."""

    def inputs(draw: Draw) -> Story:
        def call() -> tuple[str, tuple[Any, ...]]:
            name = draw.one_of((put, put, put, *asks))
            return (name, (draw.integer(-9, 20),)) if name == put else (name, ())

        return (), draw.items(call, 1, 16)

    return inputs


def _min_stack(draw: Draw) -> Story:
    """Draw a story that asks nothing of an empty stack."""
    calls: list[tuple[str, tuple[Any, ...]]] = []
    size = 0
    for name in draw.items(lambda: draw.one_of(("push", "minimum", "peek", "pop")), 1, 12):
        if name == "push" or size == 0:
            calls.append(("push", (draw.integer(-9, 9),)))
            size += 1
        else:
            calls.append((name, ()))
            size -= name == "pop"
    return (), [*calls, *([("minimum", ())] if size else [])]


def _lru(draw: Draw) -> Story:
    def call() -> tuple[str, tuple[Any, ...]]:
        match draw.one_of(("put", "put", "get", "get", "size")):
            case "put":
                return "put", (draw.one_of("abcd"), draw.integer(0, 9))
            case "get":
                return "get", (draw.one_of("abcd"),)
            case name:
                return name, ()

    return (draw.one_of((1, 2, 3)),), draw.items(call, 1, 16)


def _trie(draw: Draw) -> Story:
    def call() -> tuple[str, tuple[Any, ...]]:
        return draw.one_of(("insert", "search", "starts_with")), (draw.text("ab", 1, 3),)

    return (), draw.items(call, 1, 10)


def _search_tree(draw: Draw) -> Story:
    """Draw a story in which no number is inserted twice."""
    numbers = draw.distinct(range(-5, 10), 0, 7)
    calls: list[tuple[str, tuple[Any, ...]]] = [("insert", (number,)) for number in numbers]
    asked = draw.items(lambda: ("contains", (draw.integer(-6, 10),)), 1, 4)
    return (), [*calls, *asked, ("in_order", ())]


def _there(expected: Any, actual: Any) -> bool:
    """Accept a node or the item itself for what is there, None for what is not."""
    found = actual is not None and actual is not False
    return bool(found == expected)


STACK = BuiltInClass(
    name="stack",
    aliases=("stack class", "stack data structure", "lifo", "implement a stack"),
    names=("stack",),
    summary="Holds items and gives back the one that came last.",
    signature="Stack()",
    reference=_Stack,
    inputs=_taking("push", "pop", "peek", "is_empty", "size"),
    methods=(
        Method(name="push", sounds=("append", "add", "put", "insert"), answers=False),
        Method(name="pop", sounds=("remove", "take")),
        Method(name="peek", sounds=("top", "look", "last"), optional=True),
        _EMPTY,
        _SIZE,
    ),
    scripts=(
        "Stack(); push(1); pop()",
        "Stack(); is_empty()",
        "Stack(); size()",
        "Stack(); pop()",
        "Stack(); peek()",
        "Stack(); push(1); peek(); pop()",
        "Stack(); push(1); is_empty(); size()",
        "Stack(); push(1); push(2); pop(); pop()",
        "Stack(); push(1); pop(); is_empty(); pop()",
        "Stack(); push(1); push(2); pop(); push(3); peek(); size(); pop(); pop(); is_empty()",
        "Stack(); push(0); pop()",
        "Stack(); push(None); push(1); pop(); size()",
    ),
    spare=(100,),
    raises=(IndexError,),
    accepted="a capacity; on an empty stack pop and peek refuse",
)

MIN_STACK = BuiltInClass(
    name="min_stack",
    aliases=("minimum stack", "stack with minimum"),
    names=("minstack",),
    summary="Is a stack that tells its least item, too.",
    signature="MinStack()",
    reference=_MinStack,
    inputs=_min_stack,
    methods=(
        Method(name="push", sounds=("append", "add"), answers=False),
        Method(name="pop", sounds=("remove",), answers=False),
        Method(name="minimum", sounds=("get_min", "min", "find_min", "getMin")),
        Method(name="peek", sounds=("top",), optional=True),
    ),
    scripts=(
        "MinStack(); push(1); minimum()",
        "MinStack(); push(2); push(1); minimum()",
        "MinStack(); push(1); push(2); minimum()",
        "MinStack(); push(2); push(1); pop(); minimum()",
        "MinStack(); push(1); push(1); pop(); minimum()",
        "MinStack(); push(0); push(-1); push(5); peek(); minimum(); pop(); pop(); minimum()",
        "MinStack(); push(3); push(1); push(2); push(1); pop(); minimum(); pop(); pop(); minimum(); peek()",
    ),
    raises=(IndexError, ValueError),
)

QUEUE = BuiltInClass(
    name="queue",
    aliases=("queue class", "queue data structure", "fifo", "fifo queue", "implement a queue"),
    names=("queue",),
    summary="Holds items and gives back the one that came first.",
    signature="Queue()",
    reference=_Queue,
    inputs=_taking("enqueue", "dequeue", "peek", "is_empty", "size"),
    methods=(
        Method(name="enqueue", sounds=("push", "add", "put", "append", "insert", "offer"), answers=False),
        Method(name="dequeue", sounds=("pop", "popleft", "get", "remove", "poll", "take", "shift")),
        Method(name="peek", sounds=("front", "first", "head"), optional=True),
        _EMPTY,
        _SIZE,
    ),
    scripts=(
        "Queue(); enqueue(1); dequeue()",
        "Queue(); is_empty()",
        "Queue(); size()",
        "Queue(); dequeue()",
        "Queue(); peek()",
        "Queue(); enqueue(1); peek(); dequeue()",
        "Queue(); enqueue(1); enqueue(2); dequeue(); dequeue()",
        "Queue(); enqueue(1); dequeue(); is_empty(); dequeue()",
        "Queue(); enqueue(1); enqueue(2); dequeue(); enqueue(3); peek(); size(); dequeue(); dequeue(); is_empty()",
        "Queue(); enqueue(0); dequeue()",
    ),
    spare=(100,),
    raises=(IndexError,),
    accepted="a capacity; on an empty queue dequeue and peek refuse",
)

MIN_HEAP = BuiltInClass(
    name="min_heap",
    aliases=("heap", "priority queue", "min priority queue", "binary heap"),
    names=("heap", "priority"),
    summary="Holds numbers and gives back the least one.",
    signature="MinHeap()",
    reference=_MinHeap,
    inputs=_taking("push", "pop", "peek", "is_empty", "size"),
    methods=(
        Method(name="push", sounds=("insert", "add", "put", "enqueue", "heappush"), answers=False),
        Method(name="pop", sounds=("extract_min", "extract", "remove_min", "delete_min", "dequeue", "get", "heappop")),
        Method(name="peek", sounds=("get_min", "find_min", "min", "top", "minimum"), optional=True),
        _EMPTY,
        _SIZE,
    ),
    scripts=(
        "MinHeap(); push(1); pop()",
        "MinHeap(); is_empty()",
        "MinHeap(); pop()",
        "MinHeap(); push(2); push(1); pop(); pop()",
        "MinHeap(); push(1); push(2); pop(); pop()",
        "MinHeap(); push(1); push(1); pop(); size(); pop()",
        "MinHeap(); push(3); push(1); push(2); peek(); pop(); pop(); pop(); is_empty()",
        "MinHeap(); push(2); pop(); push(3); push(-1); pop(); pop()",
        "MinHeap(); push(5); push(4); push(3); push(2); push(1); pop(); pop(); pop(); pop(); pop()",
        "MinHeap(); push(1); push(9); push(2); push(10); push(11); push(3); pop(); pop(); pop(); pop(); pop(); pop()",
    ),
    raises=(IndexError,),
    accepted="on an empty heap pop and peek refuse",
)

LRU_CACHE = BuiltInClass(
    name="lru_cache",
    aliases=("lru", "least recently used cache", "lru cache class", "implement an lru cache"),
    names=("lru", "cache"),
    summary="Keeps as many values as it has room for, and lets go of the least recently used one.",
    signature="LRUCache(capacity)",
    reference=_LRUCache,
    inputs=_lru,
    methods=(
        Method(name="get", sounds=("__getitem__", "lookup", "read", "fetch")),
        Method(name="put", sounds=("set", "__setitem__", "add", "insert", "store", "write"), answers=False),
        Method(name="size", sounds=("__len__", "length", "len"), optional=True),
    ),
    scripts=(
        "LRUCache(1); put('a', 1); get('a')",
        "LRUCache(1); get('a')",
        "LRUCache(1); put('a', 1); put('a', 2); get('a')",
        "LRUCache(1); put('a', 1); put('b', 2); get('a'); get('b')",
        "LRUCache(2); put('a', 1); put('b', 2); get('a'); get('b')",
        "LRUCache(2); put('a', 1); put('b', 2); put('c', 3); get('a'); get('b'); get('c')",
        "LRUCache(2); put('a', 1); put('b', 2); get('a'); put('c', 3); get('b'); get('a'); get('c')",
        "LRUCache(2); put('a', 1); put('b', 2); put('a', 3); put('c', 4); get('b'); get('a')",
        "LRUCache(2); put('a', 1); put('b', 2); put('b', 3); get('a'); get('b')",
        "LRUCache(2); put(1, 1); put(2, 2); size(); put(3, 3); size()",
        "LRUCache(1); put('a', 0); get('a')",
    ),
    raises=(KeyError,),
    accepted="get of a missing key refuses",
)

TRIE = BuiltInClass(
    name="trie",
    aliases=("prefix tree", "implement a trie"),
    names=("trie", "prefix"),
    summary="Holds words, and tells whether it has a word or any with a prefix.",
    signature="Trie()",
    reference=_Trie,
    inputs=_trie,
    methods=(
        Method(name="insert", sounds=("add", "add_word", "put"), answers=False),
        Method(name="search", sounds=("contains", "__contains__", "has", "find", "lookup"), accepts=_there),
        Method(name="starts_with", sounds=("has_prefix", "is_prefix", "prefix", "search_prefix"), accepts=_there),
    ),
    scripts=(
        "Trie(); search('a')",
        "Trie(); starts_with('a')",
        "Trie(); insert('a'); search('a'); search('b')",
        "Trie(); insert('ab'); search('a'); starts_with('a')",
        "Trie(); insert('a'); search('ab'); starts_with('ab')",
        "Trie(); insert('ab'); search('ab'); starts_with('ab')",
        "Trie(); insert('ab'); insert('a'); search('a'); search('ab')",
        "Trie(); insert('ab'); insert('ac'); search('ab'); search('ac'); search('bc'); starts_with('b')",
        "Trie(); insert('apple'); insert('app'); search('appl'); starts_with('appl'); search('app'); starts_with('l')",
    ),
)

BINARY_SEARCH_TREE = BuiltInClass(
    name="binary_search_tree",
    aliases=("bst", "search tree", "implement a binary search tree"),
    names=("bst", "tree"),
    summary="Holds numbers, tells whether it has one, and lists them in order.",
    signature="BinarySearchTree()",
    reference=_SearchTree,
    inputs=_search_tree,
    methods=(
        Method(name="insert", sounds=("add", "put"), answers=False),
        Method(name="contains", sounds=("search", "find", "__contains__", "lookup", "has", "exists"), accepts=_there),
        Method(
            name="in_order",
            sounds=("inorder", "inorder_traversal", "in_order_traversal", "traverse", "to_list", "__iter__"),
            optional=True,
            accepts=alike,
        ),
    ),
    scripts=(
        "BinarySearchTree(); contains(1)",
        "BinarySearchTree(); insert(1); contains(1); contains(2)",
        "BinarySearchTree(); in_order()",
        "BinarySearchTree(); insert(2); insert(1); in_order()",
        "BinarySearchTree(); insert(1); insert(2); contains(2); contains(0); in_order()",
        "BinarySearchTree(); insert(2); insert(1); insert(3); contains(3); contains(1); contains(4); in_order()",
        "BinarySearchTree(); insert(5); insert(3); insert(4); insert(-1); contains(4); contains(6); in_order()",
        "BinarySearchTree(); insert(0); contains(0)",
    ),
    accepted="contains may give a node for true and None for false; insert need not take repeated items",
)

BEHAVIOURS = (STACK, MIN_STACK, QUEUE, MIN_HEAP, LRU_CACHE, TRIE, BINARY_SEARCH_TREE)
