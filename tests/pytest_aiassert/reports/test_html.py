import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from assistant.messages import Completion, Message, ToolCall
from pytest_aiassert.reports.html import render_html
from pytest_aiassert.runs.records import Turn
from pytest_aiassert.verdict import Evidence

BLOCKS = {"dd", "dt", "div", "figcaption", "p", "pre", "td", "th"}
VOID = {"meta", "link", "input", "br", "img", "path", "rect"}


class Page(HTMLParser):
    """The elements and the text of a page; raises where an end tag has no start."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.scripts = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self.text += " " if tag in BLOCKS else ""
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "script":
            self.scripts += data
        elif self.open and self.open[-1] != "style":
            self.text += data

    def all(self, tag, **attributes):
        return [found for name, found in self.elements if name == tag and attributes.items() <= found.items()]


@pytest.fixture
def render(build):
    def render_(*cases, **changes) -> Page:
        return Page(render_html(replace(build.report(list(cases)), **changes)))

    return render_


def words(page: Page) -> str:
    return " ".join(page.text.split())


def test_the_page_answers_which_cases_fail_and_what_it_cost(mixed):
    page = Page(render_html(mixed))
    assert page.open == []
    text = words(page)
    assert "✗ 2 of 4 cases fail, 1 could not be judged." in text
    assert "tiny 1 of 3 + 1 error 33% 6–79% 3 of 5 $0.01 75 500 ms / 1.0 s" in text
    assert "temperature 0.7" in text


def test_every_case_has_a_row_with_an_id_to_link_to_worst_first(mixed):
    page = Page(render_html(mixed))
    rows = [found["id"] for found in page.all("details") if found.get("class") == "case"]
    assert rows == ["case-subtraction", "case-addition", "case-division", "case-greeting"]


def test_a_case_shows_prompt_reply_verdicts_and_marks(mixed):
    source = render_html(mixed)
    page = source[source.index('id="case-addition"') : source.index('id="case-division"')]
    assert "Add two numbers." in page
    assert "It <strong>adds</strong> with <code>-</code>." in page
    assert page.index("implements(&#39;addition&#39;)") < page.index("mentions(&#39;add&#39;)")
    assert '<span data-n="3" class="m">' in page
    assert "needs 100%" in page


def test_nothing_is_loaded_from_elsewhere(mixed):
    source = render_html(mixed)
    page = Page(source)
    assert all(found["href"].startswith(("#", "data:")) for name, found in page.elements if "href" in found)
    assert not [found for _, found in page.elements if "src" in found]
    assert "url(" not in source
    assert "@import" not in source


def test_only_our_own_script_may_run(mixed):
    page = Page(render_html(mixed))
    digest = base64.b64encode(hashlib.sha256(page.scripts.encode()).digest()).decode()
    (policy,) = [m["content"] for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy"]
    assert f"script-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")


def test_no_markup_of_a_reply_is_ever_interpreted(hostile, mixed):
    page = Page(render_html(hostile))
    assert page.open == []
    assert len(page.all("script")) == 1
    assert {tag for tag, _ in page.elements} <= {tag for tag, _ in Page(render_html(mixed)).elements}
    assert not [name for _, found in page.elements for name in found if name.startswith("on")]
    assert all(found["href"].startswith(("#case-", "data:,")) for _, found in page.elements if "href" in found)
    assert "window.owned = 1</script>" in page.text
    assert "{{ 7 * 7 }}" in page.text


def test_control_characters_of_a_reply_are_made_visible(hostile):
    source = render_html(hostile)
    source.encode()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", source)
    assert "⟨U+202E⟩gnol" in source


def test_ids_are_unique_and_without_spaces(build, hostile):
    same = [build.case(name, build.trial(name, 1, build.verdict())) for name in ("a b", "a-b", "a/b", "漢")]
    for report in (hostile, build.report(same)):
        ids = [found["id"] for _, found in Page(render_html(report)).elements if "id" in found]
        assert len(ids) == len(set(ids))
        assert not [found for found in ids if re.search(r"\s", found)]


def test_an_empty_report_is_still_a_page(build):
    assert "No cases ran." in Page(render_html(build.report())).text


def test_a_case_without_trials_shows_its_message(render, build):
    page = render(replace(build.error("a", ""), trials=(), message="budget of $1 used up", planned=3))
    assert "budget of $1 used up" in words(page)
    assert "nothing was judged · 3 trials planned" in words(page)


def test_a_trial_without_verdicts_or_reply_says_so(render, build):
    trial = replace(build.trial("a", 1), turns=())
    text = words(render(build.case("a", trial)))
    assert "No matcher judged this trial." in text
    assert "No reply." in text


def test_an_empty_reply_says_so(render, build):
    assert "(empty)" in render(build.case("a", build.trial("a", 1, build.verdict(), reply=""))).text


def test_verdicts_without_evidence_are_enough(render, build):
    bare = build.verdict("implements('addition')", passed=False, reason="returned 0")
    text = words(render(build.case("a", build.trial("a", 1, bare))))
    assert "implements('addition') 0.00 returned 0" in text
    assert "It adds with -." in text


def test_code_that_the_reply_shows_is_not_shown_again(build):
    source = render_html(build.report([build.case("a", build.trial("a", 1, build.wrong_sum))]))
    assert source.count("<pre") == 1


def test_other_code_is_shown_with_the_verdict(build):
    evidence = [Evidence(title="counterexample", text="add(1, 2)", language="python", marks=(1,))]
    failing = build.verdict("a()", passed=False, reason="wrong", evidence=evidence)
    source = render_html(build.report([build.case("a", build.trial("a", 1, failing))]))
    assert "<figcaption>counterexample</figcaption>" in source
    assert source.count("<pre") == 2


def test_of_long_code_the_verdict_shows_the_marked_lines(build):
    code = "\n".join(f"x{number} = {number}" for number in range(1, 101))
    evidence = [Evidence(title="linted", text=code, language="python", marks=(50,))]
    failing = build.verdict("a()", passed=False, reason="r", evidence=evidence)
    reply = f"```python\n{code}\n```"
    source = render_html(build.report([build.case("a", build.trial("a", 1, failing, reply=reply))]))
    assert source.count('<span data-n="50" class="m">') == 2
    assert '<span class="gap">48 lines left out\n</span>' in source


def test_of_a_marked_reply_the_verdict_shows_the_marked_lines(build):
    reply = "one\ntwo\nthree\nfour\nfive"
    failing = build.verdict(
        "~mentions('four')",
        passed=False,
        reason="on line 4",
        evidence=[Evidence(title="reply", text=reply, marks=(4,))],
    )
    source = render_html(build.report([build.case("a", build.trial("a", 1, failing, reply=reply))]))
    assert '<pre class="wraps"' in source
    assert '<span data-n="4" class="m">four\n</span>' in source
    assert 'data-n="1"' not in source


def test_bare_code_in_a_reply_is_shown_as_code(build):
    failing = replace(
        build.wrong_sum, evidence=(Evidence(title="c", text=build.addition, language="python", marks=(3,)),)
    )
    reply = f"Sure:\n{build.addition}\n```\n\nThat is it."
    source = render_html(build.report([build.case("a", build.trial("a", 1, failing, reply=reply))]))
    assert '<span data-n="3" class="m">' in source
    assert '<div class="text">Sure:</div>' in source
    assert "```\n\nThat is it.</div>" in source


def test_an_unclosed_fence_is_said(build):
    source = render_html(build.report([build.case("a", build.trial("a", 1, build.verdict(), reply="```go\nx := 1"))]))
    assert "<figcaption>go, fence never closed</figcaption>" in source


def test_a_reply_of_ten_million_characters_is_cut_and_says_so(build):
    report = build.report([build.case("a", build.trial("a", 1, build.verdict(), reply="é" * 10_000_000))])
    source = render_html(report)
    assert len(source) < 200_000
    assert "9,980,000 more characters left out; the JSON report has them" in source


def test_conversations_show_every_turn_and_tool_call(render, build):
    call = ToolCall(id="1", name="search", arguments={"q": "<b>"})
    question, answer = Message(role="user", content="Add two numbers."), Message(role="tool", content="42")
    turns = (
        Turn(messages=(question,), reply=Completion(tool_calls=(call,), finish_reason="tool_calls")),
        Turn(messages=(question, answer), reply=Completion(text="It is 42.", finish_reason="length")),
    )
    text = words(render(build.case("a", replace(build.trial("a", 1, build.verdict()), turns=turns))))
    assert 'calls search { "q": "<b>" }' in text
    assert "tool 42" in text
    assert "It is 42." in text
    assert "ended by tool_calls, length" in text


def test_messages_before_the_prompt_are_shown_with_their_roles(render, build):
    trial = build.trial("a", 1, build.verdict())
    messages = (Message(role="system", content="Be brief."), Message(role="user", content="Add."))
    trial = replace(trial, turns=(Turn(messages=messages, reply=trial.turns[0].reply),))
    assert "system Be brief. user Add." in words(render(build.case("a", trial)))


def test_notes_and_sections_are_shown(mixed):
    text = words(Page(render_html(replace(mixed, notes=("Replayed.",), sections=(("Isolation", "tier **full**"),)))))
    assert "Replayed." in text
    assert "Isolation tier full" in text


def test_the_path_of_a_test_stands_apart_from_its_name(build):
    name = "examples/test_sums.py::test_addition"
    source = render_html(build.report([build.case(name, build.trial(name, 1, build.verdict()))]))
    assert '<span class="path">examples/test_sums.py::</span>test_addition' in source


def test_models_stand_side_by_side(build, mixed_cases):
    page = Page(render_html(build.report(mixed_cases, mixed_cases[:2])))
    rows = [found for found in page.all("details") if found.get("class") == "case"]
    assert [row["data-outcomes"] for row in rows] == ["failed,", "failed,failed", "error,", "passed,passed"]
    assert [row["data-rates"] for row in rows] == ["0.0000,", "0.5000,0.5000", ",", "1.0000,1.0000"]
    assert page.all("select", id="model")
    assert "not run" in page.text


def test_without_prices_there_is_no_cost_to_sort_by(build):
    free = build.report([build.case("a", build.trial("a", 1, build.verdict(), cost=None))])
    assert not Page(render_html(free)).all("button", **{"data-sort": "cost"})
    paid = build.report([build.case("a", build.trial("a", 1, build.verdict()))])
    assert Page(render_html(paid)).all("button", **{"data-sort": "cost"})


def test_one_model_needs_no_selector(mixed):
    assert not Page(render_html(mixed)).all("select", id="model")


def test_225_trials_make_a_small_file(build):
    reply = "```python\n" + "\n".join(f"def f{n}(x):\n    return x + {n}" for n in range(12)) + "\n```"
    cases = [
        build.case(
            f"c{n}", *(build.trial(f"c{n}", i, build.wrong_sum, reply=reply + str(n * 5 + i)) for i in range(1, 6))
        )
        for n in range(45)
    ]
    assert len(render_html(build.report(cases)).encode()) < 3_000_000
