import errno
import json
import os
import tempfile

import pytest

from pytest_aiassert.errors import UsageError
from pytest_aiassert.reports import check_report_path, write_report


@pytest.mark.parametrize(
    ("name", "start"), [("r.html", "<!doctype html>"), ("r.HTML", "<!doctype html>"), ("r.md", "## "), ("r.json", "{")]
)
def test_the_suffix_chooses_the_form(mixed, tmp_path, name, start):
    write_report(mixed, tmp_path / name)
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)


@pytest.mark.parametrize(
    ("name", "found"), [("report.txt", "the suffix '.txt'"), ("report", "no suffix"), (".html", "no suffix")]
)
def test_another_suffix_is_refused_with_the_three_that_work(mixed, tmp_path, name, found):
    for refuse in (lambda: write_report(mixed, tmp_path / name), lambda: check_report_path(tmp_path / name)):
        with pytest.raises(UsageError, match=rf"has {found}; use \.html, \.md or \.json"):
            refuse()
    assert list(tmp_path.iterdir()) == []


def test_missing_folders_are_created(mixed, tmp_path):
    path = tmp_path / "a" / "b" / "r.json"
    check_report_path(path)
    write_report(mixed, path)
    assert json.loads(path.read_text(encoding="utf-8"))["version"] == 1


def test_an_older_report_is_replaced_and_nothing_else_is_left(mixed, tmp_path):
    path = tmp_path / "r.md"
    path.write_text("old")
    write_report(mixed, path)
    assert path.read_text(encoding="utf-8").startswith("## golden/sums")
    assert [entry.name for entry in tmp_path.iterdir()] == ["r.md"]


def test_a_folder_in_the_way_is_an_error_that_names_it(mixed, tmp_path):
    path = tmp_path / "r.html"
    path.mkdir()
    with pytest.raises(UsageError, match=r"cannot write the report .*r\.html: it is a folder"):
        check_report_path(path)
    with pytest.raises(UsageError, match=r"cannot write the report .*r\.html: .*; free the place, or name another"):
        write_report(mixed, path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["r.html"]


def test_a_file_where_a_folder_must_be_is_an_error(mixed, tmp_path):
    (tmp_path / "build").write_text("a file")
    with pytest.raises(UsageError, match=r"cannot write the report .*build/r\.md"):
        write_report(mixed, tmp_path / "build" / "r.md")


def test_a_full_disk_keeps_the_older_report(mixed, tmp_path, monkeypatch):
    path = tmp_path / "r.md"
    path.write_text("old")

    def refuse(_descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(UsageError, match="No space left on device"):
        write_report(mixed, path)
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["r.md"]


def test_a_folder_without_permission_is_an_error(mixed, tmp_path, monkeypatch):
    def refuse(**_options):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    with pytest.raises(UsageError, match="Permission denied"):
        write_report(mixed, tmp_path / "r.md")
