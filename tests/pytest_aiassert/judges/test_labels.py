from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_aiassert.errors import UsageError
from pytest_aiassert.judges.labels import read_labels
from pytest_aiassert.judges.rubric import Scale

ROWS = "".join(f"reply {n},{'pass' if n % 2 else 'fail'}\n" for n in range(10))


@pytest.fixture
def read(tmp_path):
    def read_it(text: str | bytes, **arguments):
        path = tmp_path / "labels.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_labels(path, **{"threshold": 0.7, **arguments})

    return read_it


def test_replies_and_labels(read):
    labels = read("reply,label\n" + ROWS)
    assert [label.passed for label in labels] == [False, True] * 5
    assert labels[0].reply == "reply 0"
    assert [label.line for label in labels] == list(range(2, 12))
    assert labels[3].where == "line 5"


def test_columns_are_found_by_name_in_any_order_and_others_left_alone(read):
    rows = "".join(f"n{n},x,{'PASS' if n % 2 else ' False '},p,,the reply,r\n" for n in range(10))
    labels = read(f"\ufeffid,Notes, LABEL ,prompt,reference,Reply,rubric\n{rows}")
    assert (labels[1].where, labels[1].prompt, labels[1].reference, labels[1].rubric) == ("n1", "p", None, "r")
    assert [label.passed for label in labels[:2]] == [False, True]


def test_replies_of_several_lines_are_counted_by_the_line_they_begin_in(read):
    labels = read('reply,label\n"one\ntwo, and ""three""",pass\n\n' + ROWS)
    assert labels[0].reply == 'one\ntwo, and "three"'
    assert [label.line for label in labels[:3]] == [2, 5, 6]


def test_scores_pass_from_a_threshold_on(read):
    labels = read("reply,label\n" + "".join(f"r,{n / 10}\n" for n in range(10)), threshold=0.5)
    assert [label.score for label in labels] == [n / 10 for n in range(10)]
    assert [label.passed for label in labels] == [False] * 5 + [True] * 5


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "labels.csv:1: no column 'reply'; the file is empty"),
        ("repyl,label\nx,pass\n", "labels.csv:1: no column 'reply'; it has 'repyl', 'label'; did you mean 'repyl'?"),
        ("reply,verdict\nx,pass\n", "labels.csv:1: no column 'label'"),
        ("reply,label,label\nx,pass,fail\n", "two columns are named 'label'"),
        ("reply,label\n" + ROWS + "x,maybe\ny,\n", "labels.csv:12: label 'maybe' is unknown; write pass or fail"),
        ("reply,label\n" + ROWS + "x,maybe\ny,\n", "labels.csv:13: the label is empty"),
        ("reply,label\n" + ROWS + "x,0.5\n", "labels.csv:2: label 'fail' is no score, as others are"),
        ("reply,label\n" + ROWS.replace(",pass", ",0.9").replace(",fail", ",nan"), "label 'nan' is no score"),
        (
            "reply,label\n" + ROWS + "x,pass,more\n",
            "labels.csv:12: 3 cells, the header has 2; put texts",
        ),
        ("reply,label\nx,pass\n", "1 row of labels; agreement needs 10 at least"),
        (
            "reply,label\n" + "x,pass\n" * 12,
            "all 12 labels say pass, so kappa is undefined; add replies",
        ),
        ("reply,label\n" + "x,0.1\n" * 12, "all 12 labels say fail"),
        ('reply,label\n"x,pass\n', "not valid CSV"),
        ('reply,label\n"x"y,pass\n', "labels.csv:2: not valid CSV"),
        (b"reply,label\n\xff,pass\n", "labels.csv:2: not a text file in UTF-8 (byte 0xff)"),
        (b"reply,label\n\0,pass\n", "labels.csv:2: a binary file"),
        ("reply,label\n" + "x" * 200_000 + ",pass\n", "field larger than field limit"),
    ],
)
def test_bad_files_are_told_with_line_and_remedy(read, text, complaint):
    with pytest.raises(UsageError, match=re.escape(complaint)):
        read(text)


def test_many_flaws_are_told_at_once_but_not_all(read):
    with pytest.raises(UsageError) as caught:
        read("reply,label\n" + "x,perhaps\n" * 50)
    assert str(caught.value).count("perhaps") == 10
    assert str(caught.value).endswith("and 40 more")


def test_scores_on_another_scale_need_their_own_threshold(read):
    text = "reply,label\n" + "".join(f"r,{n % 5 + 1}\n" for n in range(10))
    with pytest.raises(UsageError, match="label 2 is outside 0–1; say from which score on people pass with --label"):
        read(text, scale=Scale(low=0, high=1))
    assert sum(label.passed for label in read(text, threshold=4)) == 4


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UsageError, match=r"cannot read labels .*none\.csv: No such file"):
        read_labels(tmp_path / "none.csv", threshold=0.5)
    with pytest.raises(UsageError, match="Is a directory"):
        read_labels(tmp_path, threshold=0.5)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200) | st.lists(st.sampled_from(['"', ",", "\n", "\r", "pass", "0.5", "x", "\0"])).map("".join))
def test_any_file_is_read_or_refused(read, text):
    with pytest.raises(UsageError):
        read("reply,label\n" + text + "\nx,what\n" + '"' * (text.count('"') % 2))
