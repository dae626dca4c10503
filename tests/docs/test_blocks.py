from __future__ import annotations

from pathlib import Path

import pytest
from tests.docs.blocks import commands, execute, matches, read_blocks

PAGE = """
# Title

```python title="module.py"
VALUE = 4
```

```python
from module import VALUE
assert VALUE == 4
```

<!-- not executed: it would never end -->
```python
while True: ...
```

<!-- exit: 3 -->
```console
$ echo one \\
    two
one two
$ cat module.py; exit 3
VALUE = …
```
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("golden", "examples"):
        (tmp_path / "root" / name).mkdir(parents=True)
    return tmp_path / "root"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder"


def _page(tmp_path: Path, text: str) -> Path:
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    return page


def test_a_page_is_read_and_executed_in_order(tmp_path: Path, root: Path, folder: Path) -> None:
    blocks = read_blocks(_page(tmp_path, PAGE))

    assert [(b.language, b.title, b.reason, b.exit) for b in blocks] == [
        ("python", "module.py", "", 0),
        ("python", "", "", 0),
        ("python", "", "it would never end", 0),
        ("console", "", "", 3),
    ]
    assert blocks[0].line == 5
    assert [c.text for c in commands(blocks[3])] == ["echo one \\\n    two", "cat module.py; exit 3"]
    execute(blocks, folder, root)
    assert (folder / "module.py").read_text(encoding="utf-8") == "VALUE = 4\n"


@pytest.mark.parametrize(
    ("block", "complaint"),
    [
        ("```python\nassert 1 == 2\n```\n", r"page.md:2: exit 1, not 0"),
        ("```console\n$ echo three\ntwo\n```\n", r"(?s)page.md:2: .*shown\ntwo\n.*came\nthree"),
        ("```console\n$ exit 2\n```\n", r"page.md:2: exit 2, not 0"),
    ],
)
def test_a_wrong_block_is_named(tmp_path: Path, root: Path, folder: Path, block: str, complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        execute(read_blocks(_page(tmp_path, block)), folder, root)


def test_an_open_block_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="never closed"):
        read_blocks(_page(tmp_path, "```python\nx = 1\n"))


@pytest.mark.parametrize(
    ("shown", "came", "equal"),
    [
        ("a\n", "a\n", True),
        ("a\n", "b\n", False),
        ("a\n...\nd\n", "a\nb\nc\nd\n", True),
        ("a … c\n", "a b c\n", True),
        ("a … c\n", "a b\nc\n", False),
        ("1 passed in 0.01s\n", "1 passed in 2.50s\n", True),
        ("== 1 passed in 0.01s ==\n", "===== 1 passed in 2.50s =====\n", True),
        ("2 passed\n", "1 passed\n", False),
        ("a.c\n", "abc\n", False),
    ],
)
def test_output_is_compared(shown: str, came: str, equal: bool) -> None:
    assert matches(shown, came) is equal
