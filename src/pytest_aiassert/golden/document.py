"""A YAML file as plain values that remember their lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from pytest_aiassert.errors import GoldenSetError

if TYPE_CHECKING:
    from pathlib import Path

    import yaml

Report = Callable[[int, str], None]

MAX_BYTES: Final = 16_000_000
MAX_DEPTH: Final = 100
MAX_COPIES: Final = 100_000
"""How many nodes aliases may add to a file before it is refused."""

_TAG: Final = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A plain value and its line, from 1; `items` and `elements` give the same for what is inside."""

    value: Any
    line: int
    items: Mapping[str, Located] = field(default_factory=dict)
    elements: tuple[Located, ...] = ()


def read_document(path: Path, report: Report, *, what: str = "golden set", needs: str = "cases") -> Located:
    """Read a YAML file; raises GoldenSetError where nothing can be read, and reports lesser problems.

    `what` is the file's kind and `needs` its most important key, both for messages.
    """
    text = _text(path, what)
    root = _compose(path, text)
    if root is None:
        raise GoldenSetError(f"{path}:1: the file is empty; a {what} needs 'version' and {needs!r}")
    _refuse_bombs(path, root)
    return _locate(root, report, {})


def _text(path: Path, what: str) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise GoldenSetError(f"cannot read {what} {path}: {error.strerror or error}") from error
    if len(content) > MAX_BYTES:
        raise GoldenSetError(f"{path}: {len(content):,} bytes are more than the {MAX_BYTES:,} a {what} may have")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise GoldenSetError(f"{path}:{line}: not a text file in UTF-8 (byte 0x{content[error.start]:02x})") from error
    if "\0" in text:
        raise GoldenSetError(f"{path}:{text.count(chr(10), 0, text.index(chr(0))) + 1}: a binary file, not YAML")
    return text


def _compose(path: Path, text: str) -> yaml.Node | None:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _refuse_depth(path, yaml.parse(text, Loader=loader))
        return yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise GoldenSetError(f"{path}:{line}: not valid YAML: {error.problem or error.context}") from error
    except yaml.YAMLError as error:
        position = getattr(error, "position", 0)
        line = text.count("\n", 0, position) + 1
        raise GoldenSetError(f"{path}:{line}: not valid YAML: {getattr(error, 'reason', error)}") from error


def _refuse_depth(path: Path, events: Iterable[yaml.Event]) -> None:
    """Count levels before anything recurses: libyaml's composer crashes the process at some depth."""
    import yaml

    depth = 0
    for event in events:
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise GoldenSetError(f"{path}:{line}: nested more than {MAX_DEPTH} levels deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _refuse_bombs(path: Path, root: yaml.Node) -> None:
    """Count nodes as if aliases were written out, without writing them out."""
    sizes: dict[int, int] = {}
    open_nodes: set[int] = set()
    stack: list[tuple[yaml.Node, bool]] = [(root, False)]
    while stack:
        node, finished = stack.pop()
        key = id(node)
        if finished:
            open_nodes.discard(key)
            sizes[key] = 1 + sum(sizes[id(child)] for child in _children(node))
            continue
        if key in open_nodes:
            raise GoldenSetError(f"{path}:{_line(node)}: an alias that contains itself")
        if key in sizes:
            continue
        open_nodes.add(key)
        stack.append((node, True))
        stack.extend((child, False) for child in _children(node) if id(child) not in sizes)
    if sizes[id(root)] - len(sizes) > MAX_COPIES:
        raise GoldenSetError(f"{path}:1: its aliases expand to {sizes[id(root)]:,} nodes; write the values out instead")


def _children(node: yaml.Node) -> list[yaml.Node]:
    import yaml

    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _locate(node: yaml.Node, report: Report, known: dict[int, Located]) -> Located:
    import yaml

    key = id(node)
    if key in known:
        return known[key]
    line = _line(node)
    if isinstance(node, yaml.MappingNode):
        items = _pairs(node, report, known)
        located = Located(value={name: item.value for name, item in items.items()}, line=line, items=items)
    elif isinstance(node, yaml.SequenceNode):
        elements = tuple(_locate(child, report, known) for child in node.value)
        located = Located(value=[element.value for element in elements], line=line, elements=elements)
    else:
        located = Located(value=_scalar(node, report), line=line)
    known[key] = located
    return located


def _pairs(node: yaml.MappingNode, report: Report, known: dict[int, Located]) -> dict[str, Located]:
    items: dict[str, Located] = {}
    for key_node, value_node in node.value:
        line = _line(key_node)
        if key_node.tag == f"{_TAG}merge":
            report(line, "merge keys (<<) are not supported; write the keys out")
            continue
        name = _scalar(key_node, report) if isinstance(key_node.value, str) else None
        if not isinstance(name, str):
            report(line, f"a key must be text, not {_shown(key_node)}; put it in quotes")
            continue
        if name in items:
            report(line, f"key {name!r} stands twice, first in line {items[name].line}; remove one")
            continue
        items[name] = replace(_locate(value_node, report, known), line=line)
    return items


def _scalar(node: yaml.Node, report: Report) -> Any:
    import yaml

    kind = node.tag.removeprefix(_TAG)
    if kind in ("str", "timestamp", "value"):  # a date is kept as written: a case has JSON values only
        return node.value
    if kind not in ("null", "bool", "int", "float"):
        report(
            _line(node), f"tag {node.tag!r} is not allowed; use text, numbers, true, false, null, lists and mappings"
        )
        return None
    try:
        return yaml.constructor.SafeConstructor().construct_object(node)
    except (ValueError, yaml.YAMLError) as error:
        report(_line(node), f"{_shown(node)} is not a valid {kind}: {error}")
        return None


def _shown(node: yaml.Node) -> str:
    return repr(node.value) if isinstance(node.value, str) else "a list or mapping"


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
