"""Completion style: a prompt that ends in a function's signature, and a reply that goes on from there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_aiassert.code.extraction import dedent, extract
from pytest_aiassert.code.parsing import python_tree

_HEAD = re.compile(r"^(?:async[ \t]+)?def[ \t]+(\w+)[ \t]*\(", re.MULTILINE)
_INDENT = re.compile(r"^([ \t]+)\S", re.MULTILINE)
_STOPS = ("def ", "async def ", "class ")


def complete_function(prompt: str, reply: str) -> str:
    """Join a reply to the prompt it completes; the program then has the whole function.

    A reply that repeats the function takes the place of the prompt's last one. A bare body is indented as the prompt
    is, and ends where something else begins.
    """
    heads = list(_HEAD.finditer(prompt))
    blocks = [block for block in extract(reply) if block.language in ("python", None)]
    code = blocks[0].code if blocks and blocks[0].fenced else None
    if heads:
        name, start = heads[-1][1], heads[-1].start()
        for candidate in (code, blocks[0].code if blocks else None, reply):
            if candidate is not None and any(head[1] == name for head in _HEAD.finditer(candidate)):
                return f"{prompt[:start]}{candidate.strip(chr(10))}\n"
    body = reply if code is None else code
    joined = [f"{prompt.rstrip()}\n{lines}\n" for lines in _bodies(body, _margin(prompt, heads))]
    return next((program for program in joined if python_tree(program) is not None), joined[0])


def _margin(prompt: str, heads: list[re.Match[str]]) -> str:
    found = _INDENT.search(prompt, heads[-1].start()) if heads else None
    return found[1] if found else "    "


def _bodies(code: str, margin: str) -> Iterator[str]:
    """Yield the lines of a body, indented by the margin at least, up to the first that is none of it.

    A first line that goes on where the prompt ended may belong at either of two depths: the likelier comes first.
    """
    first, *others = code.strip("\n").replace("\t", "    ").split("\n")
    depths = [len(line) - len(line.lstrip(" ")) for line in others if line.strip()]
    hangs = bool(first.strip()) and not first.startswith(" ")
    loose = hangs and 0 in depths  # indented as if the function's head were not there
    kept: list[str] = []
    for line in others:
        if line.strip() and not line.startswith(" ") and (not loose or line.startswith(_STOPS)):
            break
        kept.append(line)
    shallowest = min(depths, default=0)
    for depth in dict.fromkeys((shallowest, max(shallowest - len(margin), 0))) if hangs and not loose else (0,):
        body = dedent("\n".join([" " * depth + first, *kept]).rstrip())
        yield "\n".join(margin + line if line.strip() else "" for line in body.split("\n"))
