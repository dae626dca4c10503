"""Replies that several test files judge."""

from __future__ import annotations

import pytest

GOOD = '''Here it is:

```python
def add(a: int, b: int) -> int:
    """Return the sum."""
    return a + b


def test_add():
    assert add(2, 2) == 4
```
'''


@pytest.fixture
def good():
    return GOOD
