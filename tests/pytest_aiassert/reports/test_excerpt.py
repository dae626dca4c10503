from pytest_aiassert.reports.excerpt import Line, around_marks, excerpt

LONG = "\n".join(f"line {number}" for number in range(1, 101))


def numbers(lines: list[Line]) -> list[int | None]:
    return [line.number for line in lines]


def test_a_short_text_is_shown_whole():
    assert excerpt("a\nb\n", [2]) == [Line(number=1, text="a"), Line(number=2, text="b", marked=True)]


def test_a_long_text_is_shown_around_its_marks_with_the_gaps_counted():
    lines = excerpt(LONG, [50, 51], around=2)
    assert numbers(lines) == [None, 48, 49, 50, 51, 52, 53, None]
    assert [line.skipped for line in lines if line.number is None] == [47, 47]
    assert [line.number for line in lines if line.marked] == [50, 51]


def test_a_long_text_without_marks_shows_its_beginning():
    lines = excerpt(LONG, limit=3)
    assert numbers(lines) == [1, 2, 3, None]
    assert lines[-1].skipped == 97


def test_marks_outside_the_text_are_ignored():
    assert not any(line.marked for line in excerpt("a\nb", [0, -1, 7]))
    assert around_marks("a\nb", [9]) == []


def test_many_marks_stop_at_the_limit():
    shown = [line for line in excerpt(LONG, range(1, 101, 10), limit=12, around=2) if line.number]
    assert len(shown) <= 12
    assert shown[0].marked


def test_around_marks_shows_neighbours_only():
    assert numbers(around_marks("a\nb\nc\nd", [4])) == [None, 3, 4]


def test_control_characters_are_made_visible():
    assert excerpt("\x1b[2J")[0].text == "␛[2J"
