"""Behaviours of parsing: brackets, expressions, addresses, colours."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Sequence
from typing import Any

from pytest_aiassert.behaviours.acceptance import alike
from pytest_aiassert.behaviours.behaviour import BuiltIn
from pytest_aiassert.behaviours.drawing import Draw
from pytest_aiassert.behaviours.examples import Example, same
from pytest_aiassert.behaviours.kinds.cases import single
from pytest_aiassert.sandbox import Opaque, Returned

_IPV4_PARTS = 4
_PAIRS = {")": "(", "]": "[", "}": "{"}


def _is_balanced(text: str) -> bool:
    opened: list[str] = []
    for letter in text:
        if letter in _PAIRS.values():
            opened.append(letter)
        elif letter in _PAIRS and (not opened or opened.pop() != _PAIRS[letter]):
            return False
    return not opened


def _operators() -> dict[str, Callable[[float, float], float]]:
    return {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}


def _evaluate(text: str) -> float:
    signs: dict[type, str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}

    def value(node: Any) -> float:
        if isinstance(node, ast.BinOp):
            return _operators()[signs[type(node.op)]](value(node.left), value(node.right))
        return int(node.value)

    return value(ast.parse(text, mode="eval").body)


def _evaluate_rpn(tokens: Sequence[str]) -> float:
    stack: list[float] = []
    for token in tokens:
        if token in _operators():
            right, left = stack.pop(), stack.pop()
            stack.append(_operators()[token](left, right))
        else:
            stack.append(int(token))
    return stack.pop()


def _is_email(text: str) -> bool:
    name, at, domain = text.partition("@")
    return bool(at and name and "@" not in domain and all(domain.split(".")) and "." in domain and " " not in text)


def _is_ipv4(text: str) -> bool:
    parts = text.split(".")
    return len(parts) == _IPV4_PARTS and all(part.isdecimal() and int(part) in range(256) for part in parts)


def _hex_to_rgb(text: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(text.removeprefix("#")))


def _rgb_to_hex(red: int, green: int, blue: int) -> str:
    return f"#{red:02x}{green:02x}{blue:02x}"


def _truth(example: Example, answer: Returned) -> bool:
    matched = isinstance(answer.value, Opaque) and answer.value.type_name == "Match"
    value = True if matched else False if answer.value is None else answer.value
    return same(example.returns, value)


def _any_case(example: Example, answer: Returned) -> bool:
    return isinstance(answer.value, str) and answer.value.lower() == example.returns


def _other_expression(example: Example, answer: Returned) -> str | None:
    if isinstance(answer.value, str):
        return None
    flat: str = example.args[0].replace(" ", "")
    if "(" in flat or not any(sign in flat for sign in "*/"):
        return None
    return "it goes from left to right, whatever binds tighter" if alike(_left_to_right(flat), answer.value) else None


def _left_to_right(flat: str) -> float:
    total, number, sign = 0.0, "", "+"
    for letter in f"{flat}+":
        if letter.isdecimal():
            number += letter
        else:
            total = _operators()[sign](total, float(number))
            number, sign = "", letter
    return total


def _other_rpn(example: Example, answer: Returned) -> str | None:
    del example
    return "it gives a text, not a number" if isinstance(answer.value, str) else None


def _brackets(draw: Draw) -> str:
    """Draw balanced brackets."""

    def pair() -> str:
        return draw.one_of(("(%s)", "[%s]", "{%s}")) % (_brackets(draw) if draw.choice(2) > 1 else "")

    return "".join(draw.items(pair, 1, 3))


def _expression(draw: Draw, depth: int) -> str:
    """Draw an expression without division."""
    if depth == 0 or not draw.choice(2):
        return str(draw.integer(0, 12))
    left, right = _expression(draw, depth - 1), _expression(draw, depth - 1)
    return draw.one_of(("%s + %s", "%s * %s", "%s - %s", "(%s + %s)", "(%s - %s)")) % (left, right)


def _tokens(draw: Draw, depth: int) -> list[str]:
    """Draw the tokens of an expression without division."""
    if depth == 0 or not draw.choice(2):
        return [str(draw.integer(0, 12))]
    return [*_tokens(draw, depth - 1), *_tokens(draw, depth - 1), draw.one_of("+*-")]


def _address(draw: Draw) -> str:
    """Draw an email address, or a text that clearly is none."""
    name, host = draw.text(least=1, most=5), draw.text(least=2, most=5)
    forms = ("%s@%s.com", "%s@mail.%s.org", "%s@%s", "%s.%s.com", "%s@@%s.com", "%s %s@a.com", "%s@b@%s.com")
    return draw.one_of(forms) % (name, host)


BALANCED_BRACKETS = BuiltIn(
    name="balanced_brackets",
    aliases=(
        *("balanced parentheses", "is_balanced", "valid parentheses", "matching brackets", "bracket matching"),
        "check balanced parentheses",
    ),
    names=("balanced", "valid", "bracket", "paren", "match"),
    summary="Tells whether the brackets (), [] and {} of a text are balanced.",
    signature="is_balanced(text)",
    reference=_is_balanced,
    inputs=lambda draw: (draw.text("()[]{}") if draw.boolean() else _brackets(draw),),
    properties={
        "an odd number is never balanced": lambda yes, text: not yes or len(text) % 2 == 0,
    },
    cases=single("", "(", ")", "()", "[]", "{}", ")(", "(]", "([)]", "([])", "()[]{}", "((", "())", "{[()()]}", "]["),
)

EVALUATE_EXPRESSION = BuiltIn(
    name="evaluate_expression",
    aliases=(
        "evaluate an arithmetic expression",
        "expression evaluator",
        "calculator",
        "basic calculator",
        "calculate",
    ),
    names=("eval", "calc", "parse", "comput"),
    summary="Returns the value of an expression of numbers, + - * / and parentheses; * and / bind tighter.",
    signature="evaluate(text)",
    reference=_evaluate,
    inputs=lambda draw: (_expression(draw, 3),),
    properties={
        "with twice its parentheses, it is the same": lambda value, text: _evaluate(f"(({text}))") == value,
    },
    cases=single(
        *("1", "1+2", "1 + 2", "3 - 5", "2 * 3", "8 / 2", "8 - 3 - 2", "12 / 3 / 2", "2 * 3 + 4", "2 + 3 * 4"),
        *("10 - 4 / 2", "(1)", "(2 + 3) * 4", "10 - (2 + 3)", "2 * (3 + (4 - 1))", "12 + 34 * 5"),
    ),
    explains=_other_expression,
)

EVALUATE_RPN = BuiltIn(
    name="evaluate_rpn",
    aliases=("reverse polish notation", "rpn", "postfix evaluation", "evaluate postfix expression", "rpn calculator"),
    names=("rpn", "postfix", "eval", "calc"),
    summary="Returns the value of a list of tokens in reverse Polish notation; divisions are without remainder.",
    signature="evaluate_rpn(tokens)",
    reference=_evaluate_rpn,
    inputs=lambda draw: (_tokens(draw, 3),),
    properties={
        "followed by 0 +, it is the same": lambda value, tokens: _evaluate_rpn([*tokens, "0", "+"]) == value,
    },
    cases=single(
        *(["7"], ["1", "2", "+"], ["5", "3", "-"], ["3", "5", "-"], ["2", "3", "*"], ["6", "3", "/"]),
        *(["2", "1", "+", "3", "*"], ["2", "3", "4", "*", "+"], ["10", "2", "8", "*", "+", "3", "-"]),
        ["-4", "2", "/"],
    ),
    explains=_other_rpn,
    readings=(lambda args: (" ".join(args[0]),),),
    accepted="one text of tokens with spaces between",
)

VALID_EMAIL = BuiltIn(
    name="valid_email",
    aliases=("email validation", "is_valid_email", "validate email", "check email", "validate an email address"),
    names=("email", "mail"),
    summary="Tells whether a text is an email address; asked only for what is clearly one or clearly none.",
    signature="is_valid_email(text)",
    reference=_is_email,
    inputs=lambda draw: (_address(draw),),
    properties={
        "a valid one has one @": lambda yes, text: not yes or text.count("@") == 1,
    },
    cases=single(
        *("a@b.com", "", "@", "plain", "@b.com", "a@", "a@b", "b.com", "a@@b.com", "a@b@c.com", "a b@c.com"),
        *("user.name@example.com", "user@mail.example.org", "name123@example.co.uk"),
    ),
    accepts=_truth,
    accepted="a match object for true, None for false",
)

VALID_IPV4 = BuiltIn(
    name="valid_ipv4",
    aliases=("is_valid_ipv4", "ipv4 validation", "valid ip address", "validate ip address", "check ipv4 address"),
    names=("ip", "valid"),
    summary="Tells whether a text is an IPv4 address; leading zeros are left open.",
    signature="is_valid_ipv4(text)",
    reference=_is_ipv4,
    inputs=lambda draw: (".".join(str(draw.integer(0, 300)) for _ in range(draw.one_of((4, 4, 4, 3, 5)))),),
    properties={
        "a valid one has three dots": lambda yes, text: not yes or text.count(".") == 3,
    },
    cases=single(
        *("0.0.0.0", "1.2.3.4", "192.168.0.1", "255.255.255.255", "", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1"),  # noqa: S104 - an address to check, bound to nothing
        *("1.1.1.256", "1.1.1.999", "a.b.c.d", "1..2.3", "1.2.3.", "1.2.3.-4", "1.2.3.4 x"),
    ),
    accepts=_truth,
    accepted="a match object for true, None for false",
)

HEX_TO_RGB = BuiltIn(
    name="hex_to_rgb",
    aliases=("hex color to rgb", "hex colour to rgb", "convert hex to rgb"),
    names=("rgb", "hex", "color", "colour"),
    summary="Returns red, green and blue of a colour written as #1e90ff.",
    signature="hex_to_rgb(text)",
    reference=_hex_to_rgb,
    inputs=lambda draw: (_rgb_to_hex(*(draw.integer(0, 255) for _ in range(3))),),
    properties={
        "written again, it is the text": lambda colour, text: _rgb_to_hex(*colour) == text.lower(),
    },
    cases=single("#000000", "#ffffff", "#ff0000", "#00ff00", "#0000ff", "#010203", "#FFA500", "#1e90ff"),
)

RGB_TO_HEX = BuiltIn(
    name="rgb_to_hex",
    aliases=("rgb to hex color", "rgb to hex colour", "convert rgb to hex"),
    names=("rgb", "hex", "color", "colour"),
    summary="Writes red, green and blue as a colour: #1e90ff.",
    signature="rgb_to_hex(red, green, blue)",
    reference=_rgb_to_hex,
    inputs=lambda draw: tuple(draw.integer(0, 255) for _ in range(3)),
    properties={
        "read again, it is the colour": lambda text, *colour: _hex_to_rgb(text) == colour,
    },
    cases=((0, 0, 0), (1, 2, 3), (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (16, 15, 160), (30, 144, 255)),
    accepts=_any_case,
    readings=(lambda args: (args,),),
    accepted="capital letters, the three as one tuple",
)

BEHAVIOURS = (*(BALANCED_BRACKETS, EVALUATE_EXPRESSION, EVALUATE_RPN, VALID_EMAIL, VALID_IPV4, HEX_TO_RGB, RGB_TO_HEX),)
