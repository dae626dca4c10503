"""What verdicts have in common: source-like names, counted words, evidence from blocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.messages import Completion
from pytest_aiassert.code.bare import LONGEST_SEARCHED
from pytest_aiassert.code.extraction import Block
from pytest_aiassert.verdict import Evidence
from pytest_aiassert.wording import plural

_MOST_SHOWN = 20_000
_LINES_AROUND = 5
_MOST_LISTED, _FIRST_LISTED = 12, 10
_WIDEST = 200


def source(name: str, /, *arguments: object, **keywords: object) -> str:
    """Write the call that makes a matcher, as it stands in a test."""
    parts = [repr(argument) for argument in arguments]
    parts += [f"{key}={value!r}" for key, value in keywords.items()]
    return f"{name}({', '.join(parts)})"


def listed(items: Sequence[object], joint: str = "and") -> str:
    """Join words as a sentence does: `a, b and c`; of more than a dozen, the first ten and how many more."""
    words = [str(item) for item in items]
    if len(words) > _MOST_LISTED:
        words = [*words[:_FIRST_LISTED], f"{len(words) - _FIRST_LISTED:,} more"]
    return f" {joint} ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def at_lines(blocks: Sequence[Block]) -> str:
    """Say where blocks start in the reply."""
    return f"at {'line' if len(blocks) == 1 else 'lines'} {listed([block.line for block in blocks])}"


def no_code(language: str | None, blocks: tuple[Block, ...], reply: Completion) -> str:
    """Say what there is instead of code in a language."""
    name = f"{language} code" if language else "code"
    if not blocks:
        return f"no {name}: {nothing_in(reply)}"
    found = [f"{block.language or 'a block of unknown language'} at line {block.line}" for block in blocks]
    return f"no {name}: found {listed(found)}"


def nothing_in(reply: Completion) -> str:
    """Say what kind of reply it is that holds no code."""
    if len(reply.text) > LONGEST_SEARCHED:
        return f"the reply has no code in fences, and {len(reply.text):,} characters are not searched for other code"
    if reply.text.strip():
        return f"the reply is prose only ({plural(len(reply.text), 'character')})"
    if reply.tool_calls:
        return f"the reply has no text, only {plural(len(reply.tool_calls), 'tool call')}"
    return "the reply is empty"


def block_evidence(block: Block, marks: Iterable[int] = ()) -> Evidence:
    """Show a block; `marks` are lines within it, from 1."""
    cut = "" if block.closed else ", cut off"
    title = f"{block.language or 'code'} block at line {block.line}{cut}"
    return Evidence(title=title, text=shown(block.code), language=block.language, marks=tuple(sorted(set(marks))))


def shown(text: str) -> str:
    """Cut a text that is too long for a report."""
    if len(text) <= _MOST_SHOWN:
        return text
    return f"{text[:_MOST_SHOWN]}\n… {plural(len(text) - _MOST_SHOWN, 'more character')}"


def excerpt(text: str, line: int) -> Evidence:
    """Show a reply with one line marked; of a long reply, what stands around that line."""
    if len(text) <= _MOST_SHOWN:
        return Evidence(title="reply", text=text, marks=(line,))
    lines = text.split("\n")
    first = max(line - _LINES_AROUND, 1)
    around = "\n".join(each[:_WIDEST] for each in lines[first - 1 : line + _LINES_AROUND])
    return Evidence(title=f"reply from line {first}", text=around, marks=(line - first + 1,))
