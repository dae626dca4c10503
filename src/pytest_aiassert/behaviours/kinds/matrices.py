"""Behaviours of matrices, as lists of rows."""

from __future__ import annotations

from typing import Any

from pytest_aiassert.behaviours.acceptance import alike, in_place
from pytest_aiassert.behaviours.behaviour import BuiltIn
from pytest_aiassert.behaviours.drawing import Draw
from pytest_aiassert.behaviours.examples import Example
from pytest_aiassert.behaviours.kinds.cases import single
from pytest_aiassert.behaviours.kinds.domains import any_table, square, table
from pytest_aiassert.sandbox import Returned


def _transpose(matrix: list[list[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*matrix, strict=True)]


def _multiply(a: list[list[float]], b: list[list[float]]) -> list[list[float]]:
    return [[sum(x * y for x, y in zip(row, column, strict=True)) for column in zip(*b, strict=True)] for row in a]


def _rotate(matrix: list[list[Any]]) -> list[list[Any]]:
    return _transpose(matrix[::-1])


def _spiral(matrix: list[list[Any]]) -> list[Any]:
    return [*matrix[0], *_spiral(_transpose(matrix[1:])[::-1])] if matrix else []


def _is_symmetric(matrix: list[list[Any]]) -> bool:
    return matrix == _transpose(matrix)


def _other_product(example: Example, answer: Returned) -> str | None:
    a, b = example.args
    if (len(a), len(a[0])) != (len(b), len(b[0])):
        return None
    each = [[x * y for x, y in zip(row, other, strict=True)] for row, other in zip(a, b, strict=True)]
    return "it multiplies cell by cell" if each != example.returns and alike(each, answer.value) else None


def _other_rotation(example: Example, answer: Returned) -> str | None:
    matrix = example.args[0]
    value = answer.args[0] if answer.value is None and answer.args else answer.value
    anticlockwise = _transpose(matrix)[::-1]
    if anticlockwise != example.returns and alike(anticlockwise, value):
        return "it turns the other way"
    return "it only transposes" if example.returns != _transpose(matrix) and alike(_transpose(matrix), value) else None


def _factors(draw: Draw) -> tuple[list[list[int]], list[list[int]]]:
    """Draw two matrices that can be multiplied."""
    rows, shared, columns = (draw.integer(1, 3) for _ in range(3))
    return table(draw, rows, shared), table(draw, shared, columns)


def _maybe_symmetric(matrix: list[list[int]], *, mirror: bool) -> list[list[int]]:
    size = range(len(matrix))
    return [[matrix[min(y, x)][max(y, x)] for x in size] for y in size] if mirror else matrix


TRANSPOSE = BuiltIn(
    name="transpose",
    aliases=("transpose a matrix", "matrix transpose"),
    names=("transpose",),
    summary="Returns a matrix with its rows as columns.",
    signature="transpose(matrix)",
    reference=_transpose,
    inputs=lambda draw: (any_table(draw, 3),),
    properties={
        "transposed again, it is the matrix": lambda columns, matrix: _transpose(columns) == matrix,
    },
    cases=single(
        *([[7]], [[1, 2]], [[1], [2]], [[1, 2], [3, 4]], [[1, 2, 3], [4, 5, 6]], [[1, 2], [3, 4], [5, 6]]),
        [["a", "b"], ["c", "d"]],
    ),
    accepts=in_place,
    accepted="in place",
)

MATRIX_MULTIPLY = BuiltIn(
    name="matrix_multiply",
    aliases=("matrix multiplication", "multiply matrices", "multiply two matrices", "matrix product"),
    names=("mult", "mul", "product", "dot"),
    summary="Returns the product of two matrices.",
    signature="multiply(a, b)",
    reference=_multiply,
    inputs=_factors,
    properties={
        "it has the rows of the first and the columns of the second": lambda product, a, b: (
            (len(product), len(product[0])) == (len(a), len(b[0]))
        ),
    },
    cases=(
        ([[2]], [[3]]),
        ([[1, 2]], [[3], [4]]),
        ([[1], [2]], [[3, 4]]),
        ([[1, 2], [3, 4]], [[1, 0], [0, 1]]),
        ([[1, 2], [3, 4]], [[0, 1], [1, 0]]),
        ([[1, 2], [3, 4]], [[5, 6], [7, 8]]),
        ([[1, 2, 3]], [[1, 2], [3, 4], [5, 6]]),
        ([[0.5, 1]], [[2], [-1]]),
    ),
    explains=_other_product,
)

ROTATE_MATRIX = BuiltIn(
    name="rotate_matrix",
    aliases=("rotate image", "rotate matrix by 90 degrees", "rotate a matrix clockwise"),
    names=("rotate", "turn"),
    summary="Turns a square matrix clockwise by 90 degrees.",
    signature="rotate(matrix)",
    reference=_rotate,
    inputs=lambda draw: (square(draw),),
    properties={
        "turned four times, it is the matrix": lambda turned, matrix: _rotate(_rotate(_rotate(turned))) == matrix,
    },
    cases=single(
        [[1]],
        [[1, 2], [3, 4]],
        [[1, 2, 3], [4, 5, 6], [7, 8, 9]],
        [[1, 2, 3, 4], [5, 6, 7, 8], [9, 8, 7, 6], [5, 4, 3, 2]],
    ),
    accepts=in_place,
    explains=_other_rotation,
    accepted="in place",
)

SPIRAL_ORDER = BuiltIn(
    name="spiral_order",
    aliases=("spiral matrix", "spiral traversal", "matrix in spiral order"),
    names=("spiral",),
    summary="Returns the cells of a matrix clockwise from the first, from the outside in.",
    signature="spiral_order(matrix)",
    reference=_spiral,
    inputs=lambda draw: (any_table(draw),),
    properties={
        "it holds every cell": lambda cells, matrix: sorted(cells) == sorted(cell for row in matrix for cell in row),
    },
    cases=single(
        *([[1]], [[1, 2]], [[1], [2]], [[1, 2], [3, 4]], [[1], [2], [3]], [[1, 2, 3], [4, 5, 6]]),
        *([[1, 2], [3, 4], [5, 6]], [[1, 2, 3], [4, 5, 6], [7, 8, 9]]),
        [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]],
    ),
)

SYMMETRIC_MATRIX = BuiltIn(
    name="symmetric_matrix",
    aliases=("is_symmetric", "check symmetric matrix", "matrix symmetry"),
    names=("symmetric",),
    summary="Tells whether a square matrix equals its transpose.",
    signature="is_symmetric(matrix)",
    reference=_is_symmetric,
    inputs=lambda draw: (_maybe_symmetric(square(draw, 3), mirror=draw.boolean()),),
    properties={
        "its corners are equal where it is": lambda yes, matrix: not yes or matrix[0][-1] == matrix[-1][0],
    },
    cases=single(
        *([[1]], [[1, 2], [2, 1]], [[1, 2], [3, 1]], [[1, 0], [0, 2]], [[1, 2, 3], [2, 4, 5], [3, 5, 6]]),
        *([[1, 2, 3], [2, 4, 5], [3, 6, 6]], [[1, 2, 3], [0, 4, 5], [3, 5, 6]], [[1, 2, 3], [2, 1, 2], [1, 2, 1]]),
    ),
)

BEHAVIOURS = (TRANSPOSE, MATRIX_MULTIPLY, ROTATE_MATRIX, SPIRAL_ORDER, SYMMETRIC_MATRIX)
