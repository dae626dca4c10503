"""Extraction: blocks as models write them, and any rubbish without an exception."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_aiassert.code import extract
from pytest_aiassert.code.bare import LONGEST_SEARCHED
from pytest_aiassert.code.extraction import MOST_BLOCKS, dedent
from pytest_aiassert.code.fences import parse_info

ADD = "def add(a, b):\n    return a + b"


def one(text):
    (block,) = extract(text)
    return block


@pytest.mark.parametrize(
    "text",
    [
        f"```python\n{ADD}\n```",
        f"```py\n{ADD}\n```",
        f"~~~python\n{ADD}\n~~~",
        f"`````python\n{ADD}\n`````",
        f"````python\n{ADD}\n```````",
        f"Sure!\n\n```python\n{ADD}\n```\nDone.",
        f"```python\r\n{ADD}\r\n```\r\n".replace("\n    ", "\r\n    "),
        f"```python\n{ADD}\n``` \t",
        "1. First:\n   ```python\n   def add(a, b):\n       return a + b\n   ```\n2. Next",
        "- ```python\n  def add(a, b):\n      return a + b\n  ```",
        "- item\n\n\t```python\n\tdef add(a, b):\n\t    return a + b\n\t```",
        "> ```python\n> def add(a, b):\n>     return a + b\n> ```\nend",
        "> > ```python\n> > def add(a, b):\n> >     return a + b\n> > ```",
        "> 1. ```python\n>    def add(a, b):\n>        return a + b\n>    ```",
        "```python\n    def add(a, b):\n        return a + b\n```",
        f"Here is the code: ```python\n{ADD}\n```",
        f"```\n{ADD}\n```",
        f"```{{.python .numberLines}}\n{ADD}\n```",
        f"<think>```js\nlet a\n```</think>\n```python\n{ADD}\n```",
        f"let me see ```js``` </think>\n```python\n{ADD}\n```",
    ],
)
def test_the_same_code_is_found_however_it_is_fenced(text):
    block = one(text)
    assert (block.code, block.language, block.closed, block.fenced) == (ADD, "python", True, True)


@pytest.mark.parametrize(
    ("info", "language", "filename"),
    [
        ("", None, None),
        ("python", "python", None),
        ('python title="x.py"', "python", "x.py"),
        ("python title='my x.py'", "python", "my x.py"),
        ("py filename=src/x.py", "python", "src/x.py"),
        ("{.js}", "javascript", None),
        ("js{1,3}", "javascript", None),
        ("python:src/x.py", "python", "src/x.py"),
        ("12:20:src/x.ts", "typescript", "src/x.ts"),
        ("src/x.go", "go", "src/x.go"),
        ("python:main", "python", "main"),
        ("title=x.rs", "rust", "x.rs"),
        ("Mermaid", "mermaid", None),
        ("c++", "cpp", None),
        ("x=1", None, None),
    ],
)
def test_an_info_string_names_language_and_file(info, language, filename):
    found = parse_info(info)
    assert (found.language, found.filename) == (language, filename)


def test_an_unclosed_fence_runs_to_the_end():
    block = one(f"Sure:\n```python\n{ADD}\n")
    assert (block.code, block.closed, block.line) == (ADD, False, 3)


def test_a_fence_that_was_never_closed_ends_where_the_next_language_begins():
    first, second = extract(f"```python\n{ADD}\n\n```js\nlet a = 1;\n```")
    assert (first.language, first.closed, second.language, second.closed) == ("python", False, "javascript", True)


def test_a_fence_indented_like_code_does_not_close():
    text = '```python\ndef f():\n    """\n    ```\n    example\n    ```\n    """\n```'
    assert one(text).code.count("```") == 2


def test_shorter_fences_and_other_marks_are_content():
    assert one("````python\n'''\n```js\n'''\n~~~~\n````").code == "'''\n```js\n'''\n~~~~"


def test_a_quote_ends_a_fence():
    first, second = extract("> ```python\n> a = 1\nprose\n```js\nlet b;\n```")
    assert (first.code, first.closed, second.code) == ("a = 1", False, "let b;")
    assert one("> ```python\n> a = 1\nprose").code == "a = 1"
    assert one("> ```python\n> a = 1\n>\n> b = `````c`````\n> ```").code.endswith("`````")


def test_lines_count_from_the_beginning_of_the_reply():
    blocks = extract(f"<think>\na\n</think>\n\n```python\n{ADD}\n```\n\n```js\nf();\n```")
    assert [block.line for block in blocks] == [6, 11]


def test_blocks_inside_markdown_follow_it():
    text = "```markdown\n# Title\n```python\na = 1\n```\n```js\nlet b;\n```\n```\nend"
    outer, inner, script = extract(text)
    assert (outer.language, inner.language, inner.line, script.line) == ("markdown", "python", 4, 7)


def test_a_fence_of_another_kind_inside_markdown_is_content():
    assert extract("```markdown\n~~~~\nwords\n~~~~\n```")[0].code == "~~~~\nwords\n~~~~"


def test_triple_quotes_of_one_kind_hold_those_of_the_other():
    code = 'a = """\nHello There Big World\n\'\'\'\nHello There Big World\n"""\nprint(a)'
    assert one(f"{code}\nThis prints the text above.").code == code


def test_code_fenced_within_a_line_is_a_block():
    block = one("```python print('hi')```")
    assert (block.code, block.language) == ("print('hi')", "python")
    assert one("```x = 1```").language == "python"


def test_backticks_in_prose_are_no_fence():
    assert extract("Use ``` to fence, as in ```a``` or ```b```.") == ()
    assert extract("x " * 200 + "```\nprose") == ()


def test_empty_fences_are_no_blocks():
    assert extract("```python\n\n```\n```\n```") == ()


def test_a_thought_without_an_end_hides_the_rest():
    assert extract(f"<think>\n```python\n{ADD}\n```") == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (ADD, ADD),
        (f"{ADD}\n```", ADD),
        (f"{ADD}\n```\n\nThis function takes two numbers and adds them.", ADD),
        (f"{ADD}\n\nThis function adds.", ADD),
        (f"Here is the function you asked for:\n\n{ADD}\n", ADD),
        (f"{ADD}\n\n**Note**: it adds.", ADD),
        ("x = [1, 2]\nprint(x)", "x = [1, 2]\nprint(x)"),
        (
            'import os\n"""\nHello There World\n"""\nos.getcwd()\n',
            'import os\n"""\nHello There World\n"""\nos.getcwd()',
        ),
        ("def f(x):\n    return (x +", "def f(x):\n    return (x +"),
        ("def f(x):\n    return x\n'''\nA b c d\n", "def f(x):\n    return x\n'''\nA b c d"),
    ],
)
def test_bare_python_is_found_without_a_fence(text, code):
    block = one(text)
    assert (block.code, block.language, block.fenced) == (code, "python", False)


def test_bare_code_after_a_block_keeps_its_line():
    first, second = extract(f"```js\nf();\n```\n\n{ADD}\n```\n")
    assert (first.line, second.line, second.code) == (2, 5, ADD)


def test_other_bare_languages_are_found():
    assert one("function sum(a) {\n  return a.length;\n}\n\nThis function adds things up.").language == "javascript"
    assert one('\n{"a": [1, 2]}\n').language == "json"
    assert one("package main\n\nfunc main() {\n}").language == "go"


def test_a_stray_fence_around_unknown_text_stays_a_block_or_nothing():
    assert extract("Prose and prose.\n```\n") == ()
    assert one("```\nsome output here\n").language is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n\t",
        "`yield` makes a function a generator. It pauses it.",
        "The time complexity of binary search is O(log n).",
        "For example, if you call it twice:\nthen it works.",
        "Answer: 42",
        "name: Alice",
        "name: str",
        "x = 'a",
        "{not json}",
        "function that adds",
        "a\n" * LONGEST_SEARCHED,
    ],
)
def test_prose_is_no_code(text):
    assert extract(text) == ()


def test_unlabelled_code_is_recognised():
    codes = {
        "rust": 'fn main() {\n    println!("hi");\n}',
        "java": "public class A {\n  public static void main(String[] args) {}\n}",
        "c-sharp": "using System;\nclass A { static void Main() { Console.WriteLine(1); } }",
        "c": "#include <stdio.h>\nint main(void) { return 0; }",
        "cpp": "#include <iostream>\nint main() { std::cout << 1; }",
        "typescript": "interface A { b: string; }\nconst c: A = { b: 'x' };",
        "ruby": "def add(a, b)\n  a + b\nend",
        "bash": "pip install pytest\ncd x",
        "python": "def f(:\n    return\nimport os",
        "javascript": "const f = (a) => a + ;",
    }
    for language, code in codes.items():
        assert one(f"```\n{code}\n```").language == language, code


def test_shared_indentation_is_taken_away_whatever_it_is_made_of():
    assert dedent("\t a\n\t  b\n\n\tc") == " a\n  b\n\nc"
    assert dedent(" a\n\tb") == " a\n\tb"
    assert dedent("  \t a\n  b") == "\t a\nb"


RUBBISH = st.one_of(
    st.text(),
    st.binary().map(lambda data: data.decode("utf-8", "surrogateescape")),
    st.lists(
        st.sampled_from(
            ["```", "````", "~~~", "python", "js\n", "\n", "> ", "- ", "1. ", "    ", "\t", "\0", "\ud800", "\u202e",
             "\u200b", "def f(", "):", "<think>", "</think>", "{", "[", '"', "'''", "import os", "\r",
             "markdown", "a = 1", "`"]
        ),
        max_size=40,
    ).map("".join),
)  # fmt: skip


@given(RUBBISH)
def test_any_text_gives_blocks_that_stand_in_it(text):
    for block in extract(text):
        assert block.code.strip()
        assert 1 <= block.line <= text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1


ADVERSARIAL = {
    "100,000 backticks": "`" * 100_000,
    "100,000 backticks, one to a line": "`\n" * 100_000,
    "100,000 fences that open": "```python\n" * 100_000,
    "fences that grow": "\n".join("`" * n for n in range(3, 1_500)),
    "50,000 nested quotes": ">" * 50_000 + " ```python\n" + ADD,
    "50,000 quotes that end": "> ```\n> x\n\n" * 50_000,
    "50,000 nested lists": "- " * 50_000 + "```python\n" + ADD,
    "a million signs that show nothing": "\u200b" * 1_000_000 + "```python\n" + ADD,
    "thoughts without end": "<think>" * 100_000,
    "thoughts one after another": "<think></think>" * 100_000,
    "marks of a chat": "<|channel|>analysis<|message|>" * 50_000,
    "brackets": "[" * 500_000,
    "objects": '{"code": ' * 100_000,
    "JSON within JSON": json.dumps([{"code": "```json\n" + json.dumps([{"code": ADD}] * 500) + "\n```"}] * 5),
    "blank lines": "\n" * 1_000_000 + "    x = 1",
    "indented lines of prose": "\n\n    and so on it goes" * 5_000,
    "right to left": "\u202e" + "```python\n" + ADD + "\n```" + "\u202c" * 100_000,
    "binary": "```python\n" + bytes(range(256)).decode("latin-1") * 1_000 + "\n```",
    "lone surrogates": "```python\n" + "\ud800" * 100_000 + "\n```",
}


@pytest.mark.parametrize("reply", ADVERSARIAL.values(), ids=ADVERSARIAL)
def test_adversarial_replies_are_read(reply):
    """How the time grows is for `python -m benchmarks --only reading`; each of these would take minutes at a square."""
    for block in extract(reply):
        assert block.code.strip()


@pytest.mark.parametrize("sign", ["\ufeff", "\u200b", "\u200b\u2060", "\u202e", "\u2066"])
def test_what_shows_nothing_does_not_hide_a_fence(sign):
    block = one(f"{sign}```python\n{ADD}\n{sign}```{sign}\nDone.")
    assert (block.code, block.language, block.closed, block.fenced) == (ADD, "python", True, True)


@pytest.mark.parametrize(
    ("text", "filename"),
    [
        (f"**src/add.py**\n```python\n{ADD}\n```", "src/add.py"),
        (f"`src/add.py`:\n\n```python\n{ADD}\n```", "src/add.py"),
        (f"### src/add.py\n```\n{ADD}\n```", "src/add.py"),
        (f"1. File: `add.py`\n```python\n{ADD}\n```", "add.py"),
        (f"**File: add.py**\n```python\n{ADD}\n```", "add.py"),
        (f"```python\n# src/add.py\n{ADD}\n```", "src/add.py"),
        (f"```python\n# file: src/add.py\n{ADD}\n```", "src/add.py"),
        (f"Save this as add.py and run it:\n```python\n{ADD}\n```", None),
        (f"add.py\n\nThis adds.\n```python\n{ADD}\n```", None),
        (f"Version 1.2:\n```python\n{ADD}\n```", None),
        (f"```python\n# adds two numbers\n{ADD}\n```", None),
    ],
)
def test_a_block_has_the_name_that_stands_above_it_or_in_its_first_line(text, filename):
    assert one(text).filename == filename


def test_several_files_keep_their_names():
    text = f"**add.py**\n```python\n{ADD}\n```\n\n**test_add.py**\n```python\nimport add\n```\n\n```js\nf();\n```"
    assert [block.filename for block in extract(text)] == ["add.py", "test_add.py", None]


def test_a_name_above_tells_the_language_where_the_fence_does_not():
    assert one("`main.rs`\n```\nlet x = 1;\n```").language == "rust"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Here:\n\n    def add(a, b):\n        return a + b\n\nDone.", 3),
        ("Here:\n\n\n\tdef add(a, b):\n\t    return a + b\n", 4),
        ("    def add(a, b):\n        return a + b\n", 1),
    ],
)
def test_indented_code_is_a_block(text, line):
    block = one(text)
    assert (block.code, block.language, block.line, block.fenced) == (ADD, "python", line, False)


def test_indented_prose_is_none():
    assert extract("A list:\n\n    - one item\n    - another item\n\n    and so on it goes") == ()


@pytest.mark.parametrize(
    "patch",
    [
        "diff --git a/x.py b/x.py\nindex 1..2 100644\n--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-x = 1\n+x = 2",
        "--- a/x.py\n+++ b/x.py\n@@ -1,2 +1,2 @@\n keep\n-x = 1\n+x = 2\n\\ No newline at end of file",
        "*** Begin Patch\n*** Update File: x.py\n@@\n-x = 1\n+x = 2\n*** End Patch",
    ],
)
def test_a_patch_is_found_fenced_and_bare(patch):
    assert (one(f"```diff\n{patch}\n```").code, one(f"```diff\n{patch}\n```").language) == (patch, "diff")
    block = one(f"This mends it:\n\n{patch}\n\nIt was off by one.")
    assert (block.code, block.language, block.line, block.fenced) == (patch, "diff", 3, False)


def test_an_unclosed_fence_ends_with_its_list_item():
    block = one("1. ```python\n   def add(a, b):\n       return a + b\n2. And then run it.")
    assert (block.code, block.closed) == (ADD, False)


def test_blocks_beyond_the_first_thousand_are_left_out():
    assert len(extract("```text\nx\n```\n" * (MOST_BLOCKS + 5))) == MOST_BLOCKS
