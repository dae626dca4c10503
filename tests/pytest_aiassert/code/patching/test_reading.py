"""Patches in the forms in which models write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_aiassert.code.patching.reading import LONGEST_PATCH, read_patch

DIFF = """--- a/src/x.py
+++ b/src/x.py
@@ -1,2 +1,2 @@ def f():
 keep
-old
+new
"""
BODY = ((" ", "keep"), ("-", "old"), ("+", "new"))


@pytest.mark.parametrize(
    "reply",
    [
        DIFF,
        f"Here you are:\n\n```diff\n{DIFF}```\nThat is all.",
        f"```\n{DIFF}```",
        f"~~~~patch\n{DIFF}\n~~~~",
        f"diff --git a/src/x.py b/src/x.py\nindex 012abc..345def 100644\n{DIFF}",
        DIFF.replace("a/src", "src").replace("b/src", "src"),
        DIFF.replace("x.py\n", "x.py\t2024-01-01 10:00:00\n"),
        DIFF.replace("\n", "\r\n"),
        f"1. Do this:\n\n   ```diff\n{''.join(f'   {line}' for line in DIFF.splitlines(keepends=True))}   ```\n",
        "".join(f"> {line}" for line in f"```diff\n{DIFF}```".splitlines(keepends=True)),
        f"<think>\n{DIFF.replace('src', 'other')}</think>\n{DIFF}",
        f"{DIFF}\n- a list\n- in prose\n",
        f"```diff\n{DIFF}\n```",
    ],
)
def test_a_diff_is_found_wherever_it_stands(reply):
    (file,) = read_patch(reply).files
    assert (file.old, file.new) == ("src/x.py", "src/x.py")
    (hunk,) = file.hunks
    assert (hunk.start, hunk.body, hunk.miscounted) == (1, BODY, False)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("--- /dev/null\n+++ b/n.py\n@@ -0,0 +1 @@\n+x\n", (None, "n.py", "", False)),
        ("diff --git a/n.py b/n.py\nnew file mode 100755\nindex 000..e69de29\n", (None, "n.py", "100755", False)),
        ("--- a/o.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n", ("o.py", None, "", False)),
        ("diff --git a/o.py b/o.py\ndeleted file mode 100644\n--- a/o.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n",
         ("o.py", None, "", False)),
        ("diff --git a/o.py b/n.py\nrename from o.py\nrename to n.py\n", ("o.py", "n.py", "", False)),
        ("diff --git a/o.py b/n.py\nsimilarity index 90%\ncopy from o.py\ncopy to n.py\n", ("o.py", "n.py", "", True)),
        ("diff --git a/x.sh b/x.sh\nold mode 100644\nnew mode 100755\n", ("x.sh", "x.sh", "100755", False)),
        ('--- "a/\\303\\244 b.py"\n+++ "b/\\303\\244 b.py"\n@@ -1 +1 @@\n-a\n+b\n', ("ä b.py", "ä b.py", "", False)),
        ("diff --git a/a b.py b/a b.py\nnew mode 100755\n", ("a b.py", "a b.py", "100755", False)),
        ("diff --git a/b.bin b/b.bin\nBinary files a/b.bin and b/b.bin differ\n", ("b.bin", "b.bin", "", False)),
    ],
)  # fmt: skip
def test_a_section_says_what_becomes_of_a_file(header, expected):
    (file,) = read_patch(header).files
    assert (file.old, file.new, file.mode, file.copied) == expected
    assert file.binary == ("Binary" in header)


def test_several_files_in_several_fences_are_one_patch():
    patch = read_patch(f"```diff\n{DIFF}```\nand\n```diff\n{DIFF.replace('x.py', 'y.py')}```")
    assert patch.paths == ("src/x.py", "src/y.py")
    assert patch.files[1].line == 11


def test_a_hunk_keeps_fences_that_belong_to_the_file():
    reply = "```diff\n--- a/R.md\n+++ b/R.md\n@@ -1,4 +1,4 @@\n ```python\n-a\n+b\n ```\n end\n```\n"
    (file,) = read_patch(reply).files
    assert [text for _, text in file.hunks[0].body] == ["```python", "a", "b", "```", "end"]


def test_lines_that_look_like_headers_are_lines_where_the_counts_say_so():
    reply = "--- a/q.sql\n+++ b/q.sql\n@@ -1,2 +1,2 @@\n--- old comment\n+++ new comment\n keep\n"
    (file,) = read_patch(reply).files
    assert file.hunks[0].body == (("-", "-- old comment"), ("+", "++ new comment"), (" ", "keep"))


@pytest.mark.parametrize("counts", ["-1,9 +1,9", "-1 +1", "-1,3 +1,1"])
def test_a_miscounted_header_is_read_as_far_as_the_lines_go(counts):
    (file,) = read_patch(f"```diff\n{DIFF.replace('-1,2 +1,2', counts)}```\n- prose").files
    assert file.hunks[0].body == BODY
    assert file.hunks[0].miscounted


def test_a_blank_line_of_context_may_have_lost_its_space():
    (file,) = read_patch("```diff\n--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n\n-b\n+c\n\n```").files
    assert file.hunks[0].body == ((" ", "a"), (" ", ""), ("-", "b"), ("+", "c"))


def test_a_missing_newline_is_told():
    (file,) = read_patch(f"{DIFF}\\ No newline at end of file\n").files
    assert (file.hunks[0].old_open, file.hunks[0].new_open) == (False, True)


EDIT = "<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE\n"


@pytest.mark.parametrize(
    "reply",
    [
        f"src/x.py\n{EDIT}",
        f"src/x.py\n```python\n{EDIT}```",
        f"```python\nsrc/x.py\n{EDIT}```",
        f"```python src/x.py\n{EDIT}```",
        f"**File: `src/x.py`**\n\n```\n{EDIT}```",
        f"### `src/x.py`\n{EDIT}",
    ],
)
def test_search_and_replace_blocks_name_their_file(reply):
    (file,) = read_patch(reply).files
    assert (file.old, file.new, file.free) == ("src/x.py", "src/x.py", True)
    assert file.hunks[0].body == (("-", "old"), ("+", "new"))


def test_a_second_block_belongs_to_the_file_above():
    first, second = read_patch(f"x.py\n{EDIT}\n{EDIT}").files
    assert first.new == second.new == "x.py"


def test_an_empty_search_makes_a_file():
    (file,) = read_patch("n.py\n<<<<<<< SEARCH\n=======\nnew\n>>>>>>> REPLACE\n").files
    assert (file.old, file.new) == (None, "n.py")


BEGIN = """*** Begin Patch
*** Update File: src/x.py
*** Move to: src/y.py
@@ def f():
 keep
-old
+new
*** Add File: n.py
+one
+two
*** Delete File: o.py
*** End Patch
"""


@pytest.mark.parametrize("reply", [BEGIN, f"```\n{BEGIN}```", BEGIN.replace("@@ def f():\n", "")])
def test_begin_patch_is_read(reply):
    update, add, delete = read_patch(reply).files
    assert (update.old, update.new, add.old, add.new, delete.old, delete.new) == (
        "src/x.py", "src/y.py", None, "n.py", "o.py", None,
    )  # fmt: skip
    assert update.hunks[0].body == BODY
    assert update.hunks[0].anchor == ("def f():" if "@@" in reply else "")
    assert add.hunks[0].body == (("+", "one"), ("+", "two"))


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        ("", "the reply has no patch"),
        ("I would change line 3.", "the reply has no patch"),
        ("```diff\n@@ -1 +1 @@\n-a\n+b\n```", "the hunk at line 2 belongs to no file"),
        (EDIT, "the SEARCH block at line 1 names no file"),
        ("x.py\n<<<<<<< SEARCH\na\n=======\nb\n", "the SEARCH block at line 2 has no end"),
        ("x" * (LONGEST_PATCH + 1), "a patch is read up to 1,000,000"),
    ],
)
def test_what_is_no_patch_is_told(reply, problem):
    assert problem in read_patch(reply).problem


PIECES = [
    "--- a/x\n", "+++ b/x\n", "@@ -1,2 +1,2 @@\n", "@@\n", " a\n", "-b\n", "+c\n", "\n", "\\ No newline\n", "```diff\n",
    "```\n", "diff --git a/x b/x\n", "rename from \n", "*** Begin Patch\n", "*** Update File: x\n", "*** End Patch\n",
    "*** Add File: y\n", "<<<<<<< SEARCH\n", "=======\n", ">>>>>>> REPLACE\n", "x.py\n", "\0", "\ud800", '--- "a/\\',
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | st.text(max_size=60))
def test_any_reply_is_read(reply):
    patch = read_patch(reply)
    assert patch.files or patch.problem


@pytest.mark.parametrize("piece", ["\n", "@@\n", "+c\n", "```\n", "diff --git a/x b/x\n", "<<<<<<< SEARCH\n", "--- "])
def test_long_replies_are_read_in_time(piece):
    patch = read_patch(piece * (LONGEST_PATCH // len(piece)))
    assert patch.files or patch.problem
