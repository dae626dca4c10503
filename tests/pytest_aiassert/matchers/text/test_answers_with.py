"""answers_with and one_of, on answers as models wrap them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest

from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers import answers_with, one_of

MAY_1 = dt.date(2024, 5, 1)


@pytest.mark.parametrize(
    ("value", "reply"),
    [
        (42, "42"),
        (42, "The answer is **42**."),
        (42, r"so $\boxed{42}$ it is, not 41"),
        (42, r"\boxed{\text{42 apples}}"),
        (42, "Answer: 42"),
        (42, "**Answer:** 42 apples, as 6 × 7"),
        (42, "**Final Answer**: 6 × 7 = 42"),
        (42, "### Answer\n\n42\n\nIt was 6 times 7."),
        (42, "We add 40 and 2.\n#### 42"),
        (42, "6 × 7 is 42, as 40 + 2."),
        (42, "**Step 1:** take 6. **Step 2:** **42**"),
        (42, "**1.** take 6\n**2.** multiply\n**42 km/h**"),
        (42, "**42** and no more\n**1.** **Note:** 5 stars"),
        (42, r"\boxed{42}, which is 6 × 7, not 41 = 42 - 1"),
        (42, "Take **note 7**: so 42"),
        (42, "<think>Answer: 41?</think>\n42"),
        (42, "```\n42\n```"),
        (42, "It is 42.\n```python\nprint(6 * 7, 99)\n```"),
        (42, "The answer is not 41. The answer is 42."),
        (42, "forty-two"),
        (12, "There are twelve months."),
        (100, "a hundred"),
        (7, "So 3 + 4 = 7 apples in 2 baskets"),
        (3, "Of the 1st and 2nd, 3 remain"),
        (1234.5, "Total: $1,234.50"),
        (1234567, r"1{,}234{,}567"),
        (0.75, r"\boxed{\frac{3}{4}}"),
        (Fraction(3, 4), "It is 3/4."),
        (0.75, "75%"),
        (75, r"75\%"),
        (-5, "x = −5"),
        (3.14, "3,14"),
        (0.1, "0.1"),
        (1 / 3, "0.333333333333"),
        (Decimal("0.10"), ".1"),
        (3e8, r"3 \times 10^{8} m/s"),
        (1e-6, "1e-6"),
        ("1,000", "a thousand is 1000"),
        (0, "The result is 0"),
        (MAY_1, "It was on May 1st, 2024."),
        (MAY_1, "**1 May 2024**"),
        (MAY_1, "the 1st of May, 2024"),
        (MAY_1, "01/05/2024"),
        (MAY_1, "05/01/2024"),
        (MAY_1, "Answer: 2024-05-01"),
        (dt.datetime(2024, 5, 1, 12, tzinfo=dt.UTC), "2024/5/1"),
        ("2024-05-01", "Sent on Apr. 30, 2024, received on May 1, 2024"),
        ("B", "B"),
        ("b", "(B) because"),
        ("B", "The correct answer is B) Paris."),
        ("B", "Option B is right"),
        ("B", "A) x\nB) y\n\nThe answer is (b)"),
        ("B", "**B**"),
        ("A", "A."),
        ("A", "The answer is A because"),
        (True, "Yes, it is."),
        (True, "17 has two divisors. So yes, it is prime."),
        (True, "**True**"),
        ("no", "No."),
        ("false", "Answer: incorrect"),
        ("Paris", "The capital of France is Paris."),
        ("Paris", r"\boxed{\text{Paris}}"),
        ("Paris", "**Paris** it is, and Lyon is not"),
        ("New  York", "Answer: new  york"),
        ("x*y", "The answer is x*y"),
    ],
)
def test_an_answer_is_found_however_it_is_wrapped(value, reply):
    verdict = answers_with(value).check(reply)
    assert verdict.passed, verdict.reason


@pytest.mark.parametrize(
    ("value", "reply", "reason"),
    [
        (42, "", "no number in the reply, which has no text; expected 42"),
        (42, "No idea.", "no number in the reply (8 characters); expected 42"),
        (42, "It is 42? No.\nAnswer: 41", "answers '41' (behind 'Answer', on line 2), expected 42"),
        (42, r"42 \boxed{41}", "answers '41' (in a box, on line 1), expected 42"),
        (42, "The answer is not 42.", "no number in the reply (21 characters); expected 42"),
        (42, "**41** is not 42", "answers '41' (in bold, on line 1), expected 42"),
        (4, "It is 42.", "answers '42' (in the text, on line 1), expected 4"),
        (2.0, "H2O", "no number in the reply (3 characters); expected 2.0"),
        (10**15, f"{10**15 + 1}", f"answers '{10**15 + 1}' (in the text, on line 1), expected {10**15}"),
        (MAY_1, "2024-05-02", "answers '2024-05-02' (in the text, on line 1), expected 2024-05-01"),
        (MAY_1, "May 2024, 2024-13-45", "no date in the reply (20 characters); expected 2024-05-01"),
        ("A", "A cat is an animal.", "no letter chosen in the reply (19 characters); expected 'A'"),
        ("B", "A) x\nB) y", "no letter chosen in the reply (9 characters); expected 'B'"),
        (False, "No doubt it is prime. Yes.", "answers 'Yes' (in the text, on line 1), expected no"),
        (True, "It may be.", "no yes or no in the reply (10 characters); expected yes"),
        ("Paris", "Answer: Lyon", "answers 'Lyon' (behind 'Answer', on line 1), expected 'Paris'"),
        ("Paris", "It is not Paris.", "no answer that has 'Paris' in the reply (16 characters); expected 'Paris'"),
    ],
)
def test_another_answer_is_named_with_its_place(value, reply, reason):
    verdict = answers_with(value).check(reply)
    assert (verdict.passed, verdict.score, verdict.reason) == (False, 0.0, reason)


def test_a_tolerance_is_the_largest_difference():
    assert answers_with(3.14159, tolerance=0.002).check("about 3.14").passed
    verdict = answers_with(3.14159, tolerance=0.001).check("about 3.14")
    assert verdict.reason == "answers '3.14' (in the text, on line 1), expected 3.14159 ± 0.001"


def test_evidence_marks_the_line_of_the_answer():
    (evidence,) = answers_with(1).check("<think>\n5\n</think>\n\nOne:\n**1**").evidence
    assert evidence.marks == (6,)


@pytest.mark.parametrize(
    ("reply", "option"),
    [
        ("Spam", "spam"),
        ("This is spam, not ham.", "spam"),
        ("Sentiment: **very  good** rather than good", "very good"),
        ("I weighed good and spam.\nAnswer: good", "good"),
        ("good\n\nIt is not like spam; spam is spam.", "good"),
        ("Some say good, some spam, some ham.\n\nHam.", "ham"),
        ("It isn't spam, it's ham", "ham"),
    ],
)
def test_one_option_and_no_other_is_the_answer(reply, option):
    verdict = one_of("spam", "ham", "good", "very good").check(reply)
    assert verdict.passed, verdict.reason
    assert verdict.reason.startswith(f"answers {option!r}")


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("", "answers none of 'spam' and 'ham' in the reply, which has no text"),
        ("It is not spam.", "answers none of 'spam' and 'ham' in the reply (15 characters)"),
        ("spammers and hamsters", "answers none of 'spam' and 'ham' in the reply (21 characters)"),
        ("Ham or spam?", "names 'ham' and 'spam', and none of them as the answer"),
    ],
)
def test_no_option_or_several_are_no_answer(reply, reason):
    verdict = one_of("spam", "ham").check(reply)
    assert (verdict.passed, verdict.reason) == (False, reason)


@pytest.mark.parametrize(
    ("matcher", "written"),
    [
        (answers_with(42), "answers_with(42)"),
        (answers_with("B", tolerance=0.0), "answers_with('B')"),
        (answers_with(3.5, tolerance=0.1), "answers_with(3.5, tolerance=0.1)"),
        (answers_with(MAY_1), "answers_with(datetime.date(2024, 5, 1))"),
        (one_of("a", "b"), "one_of('a', 'b')"),
    ],
)
def test_they_print_as_the_call(matcher, written):
    assert repr(matcher) == written


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: answers_with(None), "answers_with: value is None; expected a number, a date, True or False, or a str"),
        (lambda: answers_with(float("nan")), "value is nan; expected a finite number"),
        (lambda: answers_with(Decimal("Infinity")), "expected a finite number"),
        (lambda: answers_with(" "), "value is empty, which is no answer"),
        (lambda: answers_with("2024-02-30"), "value is '2024-02-30', which is no date"),
        (lambda: answers_with("Paris", tolerance=0.1), "tolerance is 0.1, but 'Paris' is no number"),
        (lambda: answers_with(1, tolerance=-1), "answers_with: tolerance is -1; expected a number, 0 or more"),
        (lambda: one_of("a"), "one_of has 1 option; expected two or more"),
        (one_of, "one_of has 0 options"),
        (lambda: one_of("a", " "), "an option is ' '; expected words"),
        (lambda: one_of("a", 1), "an option is 1"),
        (lambda: one_of("New York", "new  york"), "'New York' and 'new  york' are the same option"),
    ],
)
def test_impossible_arguments_are_refused(make, words):
    with pytest.raises(UsageError, match=words):
        make()
