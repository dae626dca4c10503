import re

import pytest

from pytest_aiassert.reports.markdown import LIMIT, render_markdown
from pytest_aiassert.verdict import Evidence


def test_the_verdict_and_the_failing_cases_come_first(mixed):
    text = render_markdown(mixed)
    assert text.startswith(
        "## golden/sums: 2 of 4 cases fail, 1 could not be judged.\n"
        "\n"
        "| model | cases passed | rate [95% interval] | trials passed | cost | tokens | latency, median / p95 |\n"
        "|---|--:|--:|--:|--:|--:|--:|\n"
        "| tiny | 1/3, 1 error | 33% [6–79%] | 3/5 | \\$0.01 | 75 | 500 ms / 1.0 s |\n"
        "\n"
        "Took 2.5 s.\n"
        "\n"
        "| case | passed | 95% interval | why |\n"
        "|---|--:|--:|---|\n"
        "| ❌ subtraction | 0/1 | 0–79% | implements: add(2, 2) returned 0, expected 4 |\n"
        "| ❌ addition | 1/2 | 9–91% | implements: add(2, 2) returned 0, expected 4 |\n"
        "| ⚠️ division | 0/0 |  | provider openai:tiny: connection refused |\n"
    )


def test_a_failing_case_is_folded_with_prompt_verdicts_and_marked_code(mixed):
    text = render_markdown(mixed)
    start = text.index("<details><summary>❌ addition · 1/2 passed</summary>")
    assert text[start:].startswith(
        "<details><summary>❌ addition · 1/2 passed</summary>\n"
        "\n"
        "Prompt:\n"
        "\n"
        "```text\n"
        "Add two numbers.\n"
        "```\n"
        "\n"
        "Trial 1:\n"
        "\n"
        "- ✗ implements('addition') (0.00): add(2, 2) returned 0, expected 4\n"
        "- ✓ mentions('add') (1.00): found 'add' on line 1\n"
        "\n"
        "the function found:\n"
        "\n"
        "```text\n"
        "    1 | def add(a, b):\n"
        "    2 |     print(a)\n"
        ">   3 |     return a - b\n"
        "```\n"
        "\n"
        "</details>\n"
    )


def test_tags_and_passing_cases_are_folded(mixed):
    text = render_markdown(mixed)
    assert "| python | 0/2 0% [0–66%] |" in text
    assert text.endswith("<details><summary>✅ 1 case passed on tiny</summary>\n\ngreeting 2/2\n\n</details>\n")


def test_several_models_have_a_column(build, mixed_cases):
    text = render_markdown(build.report(mixed_cases, mixed_cases[2:3]))
    assert "| case | model | passed | 95% interval | why |\n|---|---|--:|--:|---|" in text
    assert "| ❌ subtraction | small | 0/1 |" in text
    assert "| text | 1/1 100% [21–100%] |  |" in text
    assert "<summary>❌ subtraction · small · 0/1 passed</summary>" in text


def test_a_failing_case_without_evidence_shows_the_reply(build):
    failing = build.verdict("mentions('x')", passed=False, reason="no 'x'")
    long = "y" * 4_000
    text = render_markdown(build.report([build.case("a", build.trial("a", 1, failing, reply=long))]))
    assert "Reply:\n\n```text\nyyy" in text
    assert "… 1,000 more characters" in text


def test_a_case_without_trials_shows_its_message(build):
    from dataclasses import replace

    case = replace(build.error("a", ""), trials=(), message="budget of $1 used up")
    assert "</summary>\n\nbudget of \\$1 used up\n\n</details>" in render_markdown(build.report([case]))


def test_an_error_shows_what_happened(mixed):
    assert "Trial 1: provider openai:tiny: connection refused" in render_markdown(mixed)


def test_gaps_in_long_code_are_told(build):
    code = "\n".join(f"x = {number}" for number in range(100))
    failing = build.verdict("a()", passed=False, reason="r", evidence=[Evidence(title="c", text=code, marks=(50,))])
    assert "      … 46 lines\n" in render_markdown(build.report([build.case("a", build.trial("a", 1, failing))]))


def test_an_empty_report_is_one_sentence(build):
    assert render_markdown(build.report()) == "## golden/sums: No cases ran.\n\n\nTook 2.5 s.\n"


def test_a_big_report_stays_below_the_limit_of_a_comment_and_says_what_it_left_out(build):
    cases = [build.case(f"case-{n}", build.trial(f"case-{n}", 1, build.wrong_sum), tags=[f"t{n}"]) for n in range(400)]
    text = render_markdown(build.report(cases))
    assert LIMIT - 1_000 < len(text) < LIMIT
    assert "and 300 more cases." in text
    assert re.search(r"_Left out to fit a comment: \d+ failing cases; the HTML report has them\._\n$", text)


def test_a_reply_stays_inside_its_fence(build, hostile_text):
    failing = build.verdict("mentions('x')", passed=False, reason="none")
    text = render_markdown(build.report([build.case("a", build.trial("a", 1, failing, reply=hostile_text))]))
    inside = re.search(r"^(`{5,})text\n(.*?)\n\1$", text, re.DOTALL | re.MULTILINE)
    assert inside
    assert "<script>" in inside[2]
    assert "<script>" not in text.replace(inside[0], "")


@pytest.mark.parametrize("needle", ["<script", "<img", "<svg", "</main>", "<a "])
def test_nothing_hostile_becomes_markup(hostile, needle):
    text = render_markdown(hostile)
    sections = text.index("\n### ")
    outside = re.sub(r"^(`{3,})text\n.*?\n\1$", "", text[:sections], flags=re.DOTALL | re.MULTILINE)
    assert needle not in re.sub(r"\\.", "", outside)


def test_nobody_is_mentioned_and_nothing_is_linked(hostile):
    text = render_markdown(hostile)
    outside = re.sub(r"^(`{3,})text\n.*?\n\1$", "", text[: text.index("\n### ")], flags=re.DOTALL | re.MULTILINE)
    assert "everyone" in outside
    assert not re.search(r"@\w|#\d|://", outside)


def test_it_can_be_written_as_utf8(hostile):
    render_markdown(hostile).encode()
