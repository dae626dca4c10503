from __future__ import annotations

from tests.docs.behaviours_page import PAGE, page


def test_the_page_says_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew with `python -m tests.docs.behaviours_page`"


def test_no_cell_breaks_its_row() -> None:
    rows = [line for line in page().splitlines() if line.startswith("|")]

    assert {row.count("|") for row in rows} == {6}
    assert len(rows) > 60
