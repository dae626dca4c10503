"""Patches on files in memory; git itself says what is right."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_aiassert.code.patching.applying import LINK, SUBMODULE, StoredFile, apply_patch, unsafe
from pytest_aiassert.code.patching.reading import read_patch


def stored(**files):
    return {name.replace("_", "."): StoredFile(content=content) for name, content in files.items()}


def applied(reply, *, strict=False, **files):
    return apply_patch(stored(**files), read_patch(reply), strict=strict)


def diff(body, name="x.py"):
    return f"--- a/{name}\n+++ b/{name}\n{body}"


NUMBERS = b"".join(b"line %d\n" % number for number in range(1, 21))
CHANGE = "@@ -4,3 +4,3 @@\n line 4\n-line 5\n+five\n line 6\n"


def test_a_hunk_that_fits_is_put_in():
    done = applied(diff(CHANGE), x_py=NUMBERS, strict=True)
    assert done.files["x.py"].content == NUMBERS.replace(b"line 5\n", b"five\n")
    assert (done.problems, done.notes, done.share) == ((), (), 1.0)


@pytest.mark.parametrize(
    ("body", "content", "note"),
    [
        (CHANGE, b"\n\n" + NUMBERS, "fits 2 lines lower"),
        (CHANGE.replace("-4,3 +4,3", "-8,3 +8,3"), NUMBERS, "fits 4 lines higher"),
        (CHANGE, NUMBERS.replace(b"line 4\n", b"line 4  \n"), "white space at line ends"),
        (CHANGE, NUMBERS.replace(b"line 4\n", b"other\n"), "fits with fuzz 1"),
        (CHANGE.replace("-4,3 +4,3", "-4,9 +4,9"), NUMBERS, "miscounts"),
        (CHANGE.replace("@@ -4,3 +4,3 @@", "@@ ... @@"), NUMBERS, ""),
    ],
)
def test_a_rough_fit_is_told_and_refused_where_strict(body, content, note):
    reply = f"```diff\n{diff(body)}```"
    done = applied(reply, x_py=content)
    assert done.files["x.py"].content == content.replace(b"line 5\n", b"five\n")
    assert note in "".join(done.notes)
    if "lower" not in note and "higher" not in note:
        assert applied(reply, x_py=content, strict=True).problems


@pytest.mark.parametrize(
    ("body", "content", "problem"),
    [
        (CHANGE, b"other\n", "`line 4` is no line of x.py"),
        (CHANGE.replace(" line 6", " line 7"), NUMBERS.replace(b"line 6\n", b"line 4\nline 6\n"), ""),
        (CHANGE.replace(" line 6", " line 8"), NUMBERS, ""),
        ("@@ -4,4 +4,4 @@\n line 4\n-line 6\n-line 5\n+five\n+six\n line 7\n", NUMBERS,
         "line 5 of x.py is `line 5`, the patch has `line 6`"),
        ("@@ -4,3 +4,3 @@\n line 4\n-  line 5\n+five\n line 6\n", NUMBERS, "not in this order or with"),
        ("@@ -4,2 +4,2 @@\n line 4\n line 5\n", NUMBERS, "it changes nothing"),
        ("@@ @@\n-same\n+other\n", b"same\nsame\n", "it fits in 2 places, and has no line number"),
    ],
)  # fmt: skip
def test_a_misfit_says_where(body, content, problem):
    done = applied(f"```diff\n{diff(body)}```", x_py=content)
    if problem:
        assert problem in done.problems[0]
        assert done.share == 0.0
    else:
        assert done.notes


def test_what_fits_counts_towards_the_score():
    done = applied(diff(CHANGE + "@@ -9,1 +9,1 @@\n-nowhere\n+x\n"), x_py=NUMBERS)
    assert done.share == 0.5
    assert done.problems == ("x.py: hunk 2 does not fit: `nowhere` is no line of x.py",)


def test_files_come_and_go():
    done = applied(
        "diff --git a/a.py b/b.py\nsimilarity index 90%\nrename from a.py\nrename to b.py\n--- a/a.py\n+++ b/b.py\n"
        "@@ -1 +1 @@\n-a\n+b\n"
        "diff --git a/c.py b/c.py\nnew file mode 100755\n--- /dev/null\n+++ b/c.py\n@@ -0,0 +1 @@\n+c\n"
        "diff --git a/d.py b/d.py\ndeleted file mode 100644\n--- a/d.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-d\n"
        "diff --git a/e.py b/f.py\nsimilarity index 100%\ncopy from e.py\ncopy to f.py\n"
        "diff --git a/e.py b/e.py\nold mode 100644\nnew mode 100755\n",
        a_py=b"a\n", d_py=b"d\n", e_py=b"e\n", strict=True,
    )  # fmt: skip
    assert not done.problems
    assert {name: (file.content, file.mode) for name, file in done.files.items()} == {
        "b.py": (b"b\n", "100644"),
        "c.py": (b"c\n", "100755"),
        "e.py": (b"e\n", "100755"),
        "f.py": (b"e\n", "100644"),
    }


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (diff("@@ -0,0 +1 @@\n+c\n").replace("a/x.py", "/dev/null"), "x.py cannot be made: it exists already"),
        (diff("@@ -1 +1 @@\n-a\n+b\n", "y.py"), "y.py does not exist; did you mean 'x.py'?"),
        (diff("@@ -1 +0,0 @@\n-a\n").replace("b/x.py", "/dev/null"), "deletes the file, but 1 line stay"),
        ("diff --git a/x.py b/x.py\n", "x.py: the patch changes nothing in it"),
        ("diff --git a/x.py b/x.py\nBinary files a/x.py and b/x.py differ\n", "patched as a binary file"),
        ("diff --git a/n b/n\nnew file mode 120000\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+/etc\n", "a symbolic link"),
        ("diff --git a/n b/n\nnew file mode 160000\n", "a submodule"),
        ("diff --git a/n b/n\nnew file mode 104755\n", "a file of mode 104755"),
        (diff("@@ -0,0 +1 @@\n+c\n", "x.py/y").replace("a/x.py/y", "/dev/null"), "lies below the file 'x.py'"),
        (diff("@@ -0,0 +1 @@\n+c\n", "link/y").replace("a/link/y", "/dev/null"), "leads through the symbolic link"),
        (diff("@@ -1 +1 @@\n-a\n+c\n", "link"), "leads through the symbolic link 'link'"),
        (diff("@@ -1 +1 @@\n-a\n+c\n", "sub/y"), "leads through the submodule 'sub'"),
        ("x.py\n<<<<<<< SEARCH\n=======\nb\n>>>>>>> REPLACE\n", "x.py cannot be made"),
    ],
)
def test_what_must_not_be_is_refused(reply, problem):
    files = {
        "x.py": StoredFile(content=b"a\nb\n"),
        "link": StoredFile(content=b"..", mode=LINK),
        "sub": StoredFile(content=b"", mode=SUBMODULE),
    }
    (said,) = apply_patch(files, read_patch(reply)).problems
    assert problem in said


@pytest.mark.parametrize(
    "path",
    ["../x", "a/../../x", "/etc/passwd", "~/x", "C:/x", "..\\x", ".git/hooks/pre-commit", "a/.GIT/config", ".git",
     ".git /x", "a//b", "./a", "a\0b", "\\\\server\\x", "git~1/config"],
)  # fmt: skip
def test_paths_that_escape_are_refused(path):
    assert unsafe(path)
    reply = f"diff --git a/o b/n\nsimilarity index 100%\nrename from o\nrename to {path}\n"
    done = apply_patch({"o": StoredFile(content=b"")}, read_patch(reply))
    assert done.problems


@pytest.mark.parametrize("path", ["a", "a/b.py", ".github/x.yml", ".gitignore", "a..b", "...", "a b/ä.py"])
def test_other_paths_are_safe(path):
    assert not unsafe(path)


def test_carriage_returns_stay_as_the_file_has_them():
    done = applied(diff(CHANGE), x_py=NUMBERS.replace(b"\n", b"\r\n"))
    assert done.files["x.py"].content == NUMBERS.replace(b"line 5\n", b"five\n").replace(b"\n", b"\r\n")
    assert not done.notes


def test_bytes_that_are_no_text_stay():
    content = NUMBERS.replace(b"line 9", b"\xff\xfe")
    assert applied(diff(CHANGE), x_py=content).files["x.py"].content == content.replace(b"line 5\n", b"five\n")


def test_search_and_replace_in_any_order_and_once():
    reply = (
        "x.py\n<<<<<<< SEARCH\nline 9\n=======\nnine\n>>>>>>> REPLACE\n"
        "<<<<<<< SEARCH\nline 2\n=======\n>>>>>>> REPLACE\n"
    )
    done = applied(reply, x_py=NUMBERS)
    assert done.files["x.py"].content == NUMBERS.replace(b"line 9\n", b"nine\n").replace(b"line 2\n", b"")
    twice = applied(reply, x_py=NUMBERS * 2)
    assert "fits in 2 places; the first is taken" in twice.notes[0]


def test_an_anchor_says_where():
    content = b"def f():\n    return 1\n\ndef g():\n    return 1\n"
    reply = "*** Begin Patch\n*** Update File: x.py\n@@ def g():\n-    return 1\n+    return 2\n*** End Patch"
    assert applied(reply, x_py=content).files["x.py"].content == content[:-2] + b"2\n"


LINES = st.lists(st.sampled_from(["a", "b", "c", "", "  a", "```", "-- x", "++ y"]), max_size=25)


@settings(max_examples=40, deadline=None)
@given(before=LINES, after=LINES, newlines=st.tuples(st.booleans(), st.booleans()), context=st.integers(0, 3))
def test_what_git_writes_is_applied_as_git_applies_it(tmp_path_factory, before, after, newlines, context):
    folder = tmp_path_factory.mktemp("git", numbered=True)
    one, two = (
        "\n".join(lines) + "\n" * (newline and bool(lines))
        for lines, newline in zip((before, after), newlines, strict=True)
    )
    (folder / "one").write_text(one)
    (folder / "two").write_text(two)
    command = ["git", "diff", "--no-index", f"-U{context}", "one", "two"]
    written = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout
    if not written:
        assert one == two
        return
    reply = written.replace("a/one", "a/x").replace("b/two", "b/x").replace("b/one", "b/x").replace("a/two", "a/x")
    for text in (reply, f"```diff\n{reply}```\n"):
        done = apply_patch({"x": StoredFile(content=one.encode())}, read_patch(text), strict=True)
        assert not done.problems, text
        assert done.files["x"].content == two.encode()


def test_a_hunk_of_equal_lines_is_found_in_time():
    lines = b"x\n" * 100_000
    body = "".join(" x\n" for _ in range(50_000)) + "-y\n"
    assert applied(diff(f"@@ -1,50001 +1,50000 @@\n{body}"), x_py=lines).problems
