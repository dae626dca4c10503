import pytest

from pytest_aiassert.reports.visible import columns, one_line, pad, shorten, shorten_middle, to_ascii, visible, wrap


def test_plain_text_stays_as_it_is():
    assert visible("a\tb\nc é 漢 ✓") == "a\tb\nc é 漢 ✓"


@pytest.mark.parametrize(
    ("unseen", "sign"),
    [
        ("\x1b[31m", "␛[31m"),
        ("\x00", "␀"),
        ("\x7f", "␡"),
        ("\x9b", "⟨U+009B⟩"),
        ("\u202e", "⟨U+202E⟩"),
        ("\ufeff", "⟨U+FEFF⟩"),
        ("\ud800", "\ufffd"),
        ("a\r\nb", "a\nb"),
        ("a\rb", "a␍b"),
    ],
)
def test_what_steers_a_terminal_or_an_eye_is_shown(unseen, sign):
    assert visible(unseen) == sign


def test_one_line_folds_whitespace():
    assert one_line(" a\n\tb  c ") == "a b c"


def test_one_line_keeps_the_beginning_of_ten_million_characters():
    assert one_line("é " * 5_000_000) == ("é " * 5_000).strip()


def test_wide_characters_take_two_columns_and_accents_none():
    assert columns("漢字") == 4
    assert columns("e\u0301") == 1
    assert columns("abc") == 3


@pytest.mark.parametrize(
    ("text", "width", "short"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdef", 5, "abcd…"),
        ("abc def", 5, "abc…"),
        ("漢字漢字", 5, "漢字…"),
        ("abc", 1, "…"),
    ],
)
def test_shortening_cuts_the_end(text, width, short):
    assert shorten(text, width) == short
    assert columns(short) <= width


def test_shortening_ends_in_an_ellipsis_even_where_what_was_read_takes_no_columns():
    assert shorten("\u0301" * 10_000, 80).endswith("…")


@pytest.mark.parametrize(
    ("text", "width", "short"),
    [
        ("tests/test_sums.py::test_addition", 33, "tests/test_sums.py::test_addition"),
        ("tests/test_sums.py::test_addition", 22, "tests/t…:test_addition"),
        ("漢字漢字漢字", 6, "漢…字"),
    ],
)
def test_ids_lose_their_middle(text, width, short):
    assert shorten_middle(text, width) == short
    assert columns(short) <= width


def test_padding_counts_columns():
    assert pad("漢", 4) == "漢  "
    assert pad("abcd", 2) == "abcd"


def test_ascii_keeps_the_width():
    line = "✗ 2/5 ████░░ [12–77%] · a → b ▸ 3 │ …漢"
    assert to_ascii(line) == "x 2/5 ####.. [12-77%] | a > b > 3 | ~?"
    assert len(to_ascii(line)) == len(line)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("one two three", ["one", "two", "three"]),
        ("a b c d", ["a b c", "d"]),
        ("abcdefghijkl x", ["abcde", "fghij", "kl x"]),
        ("x abcdefg", ["x", "abcde", "fg"]),
        ("漢字漢字", ["漢字", "漢字"]),
    ],
)
def test_wrapping_counts_columns_and_cuts_long_words(text, lines):
    assert wrap(text, 5) == lines


def test_wrapping_ends_even_where_a_character_is_wider_than_the_line():
    assert wrap("漢字", 1) == ["漢", "字"]
