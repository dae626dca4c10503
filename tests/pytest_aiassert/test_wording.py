from pytest_aiassert.wording import cut, did_you_mean, known_names, plural


def test_nouns_agree_with_their_number():
    assert [plural(number, "case") for number in (0, 1, 2_000)] == ["0 cases", "1 case", "2,000 cases"]
    assert [plural(number, "reply", "replies") for number in (1, 2)] == ["1 reply", "2 replies"]


def test_a_cut_text_says_so_and_keeps_the_limit():
    assert cut("four", 4) == "four"
    assert cut("fives", 4) == "fiv…"


def test_the_nearest_name_is_asked_for_and_all_are_told():
    assert did_you_mean("pyton", ("python", "ruby")) == "did you mean 'python'?"
    assert did_you_mean("cobol", ("python", "ruby")) == ""
    assert known_names("pyton", ("python", "ruby")) == "did you mean 'python'? Known: python, ruby"
    assert known_names("cobol", iter(("python", "ruby"))) == "Known: python, ruby"
