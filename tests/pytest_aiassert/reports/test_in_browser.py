"""The HTML report in a real browser: at desktop and phone width, light and dark, by mouse and by keyboard."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import replace

import pytest

from pytest_aiassert.reports import write_report
from pytest_aiassert.verdict import Evidence

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Every visible text whose contrast with what lies behind it is below the AA threshold.
LOW_CONTRAST = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgb = (colour, under) => {
    canvas.fillStyle = under; canvas.fillRect(0, 0, 1, 1);
    canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const luminance = (data) => [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => {
    const c = data[i] / 255;
    return sum + weight * (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  }, 0);
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if (!/, 0\\)$|transparent/.test(colour)) return colour;
    }
    return "white";
  };
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || element.closest("script, style, .unseen, option")) continue;
    if (!element.checkVisibility({ contentVisibilityAuto: false, visibilityProperty: true })) continue;
    const style = getComputedStyle(element), ground = behind(element);
    const [a, b] = [luminance(rgb(style.color, ground)), luminance(rgb(ground, ground))].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (large ? 3 : 4.5)) found.push([texts.currentNode.data.trim().slice(0, 40), style.color, ground, ratio]);
  }
  return found;
}"""

OUTSIDE = "element => !element.closest('.why') && element.getBoundingClientRect().right > innerWidth"


@pytest.fixture(scope="module")
def browser():
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        problem = f"no browser found; install one of {', '.join(BROWSERS)}"
        if os.environ.get("CI"):
            pytest.fail(problem)
        pytest.skip(problem)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser, tmp_path):
    """Open a report; whatever the page complains of fails the test."""
    complaints, contexts = [], []

    def open_page(report, *, width=1280, hash_="", **options):
        path = tmp_path / "report.html"
        write_report(report, path)
        context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: complaints.append(request.url) if request.url[:4] == "http" else None)
        page.goto(f"{path.as_uri()}{hash_}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def models(build, mixed_cases):
    """Two models: the second one passes addition, fails greeting, and never saw division."""
    good = build.verdict()
    other = [
        build.case("greeting", build.trial("greeting", 1, build.wrong_sum), tags=["text"]),
        build.case("addition", build.trial("addition", 1, good), tags=["python", "sums"]),
        build.case("subtraction", build.trial("subtraction", 1, build.wrong_sum), tags=["python"]),
    ]
    return build.report(mixed_cases, other)


@pytest.fixture
def wide(build):
    """A report with everything that could burst a narrow page."""
    code = "x = " + " + ".join(str(number) for number in range(200))
    evidence = [Evidence(title="t" * 200, text="long " * 200 + "y" * 300, marks=(1,))]
    failing = build.verdict(f"mentions({'m' * 300!r})", passed=False, reason="r" * 300, evidence=evidence)
    failing = replace(failing, parts=(failing, build.verdict(f"mentions({'p' * 300!r})", reason="q" * 300)))
    name = "tests/test_" + "n" * 100 + ".py::test_" + "n" * 100
    trial = build.trial(name, 1, failing, reply=f"{'w' * 300}\n```python\n{code}\n```", prompt="v" * 300)
    report = build.report([build.case(name, trial, tags=["t" * 60, "python"])], models=["m" * 80])
    return replace(report, title="T" * 200, notes=("N" * 300,), sections=(("S" * 100, "s" * 300),))


def shown(page):
    return page.locator(".case:not([hidden]) .id").all_text_contents()


def test_filter_tag_and_outcome_narrow_the_cases(open_page, mixed):
    page = open_page(mixed)
    assert shown(page) == ["subtraction", "addition", "division", "greeting"]
    page.get_by_role("searchbox").fill("ADD 4")
    assert shown(page) == ["subtraction", "addition"]  # "add(2, 2) returned 0, expected 4"
    page.get_by_role("searchbox").fill("")
    page.get_by_label("Tag", exact=True).select_option("sums")
    assert shown(page) == ["addition"]
    assert page.locator("#shown").inner_text() == "1 of 4 shown"
    page.get_by_label("Tag", exact=True).select_option("")
    page.get_by_role("radio", name="Passed").check()
    assert shown(page) == ["greeting"]
    page.get_by_role("searchbox").fill("nothing like it")
    assert shown(page) == []
    page.get_by_role("button", name="Clear the filters").click()
    assert len(shown(page)) == 4


def test_everything_works_by_keyboard(open_page, mixed):
    page = open_page(mixed)
    page.keyboard.press("/")
    page.keyboard.type("Subt")
    assert shown(page) == ["subtraction"]
    page.keyboard.press("Escape")
    assert len(shown(page)) == 4
    page.get_by_role("button", name=re.compile("^Case")).focus()
    page.keyboard.press("Enter")
    assert shown(page) == ["addition", "division", "greeting", "subtraction"]
    page.keyboard.press("Space")
    assert shown(page) == ["subtraction", "greeting", "division", "addition"]
    assert page.get_by_role("button", name=re.compile("^Case")).get_attribute("aria-pressed") == "true"
    page.locator("#case-subtraction > summary").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator("#case-greeting").get_attribute("open") is not None
    assert page.locator("#case-greeting .page").is_visible()
    outline = page.locator("#case-greeting > summary").evaluate("e => getComputedStyle(e).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.case').id") == "case-greeting"


def test_figures_sort_with_the_largest_first_and_the_unknown_last(open_page, mixed):
    page = open_page(mixed)
    page.get_by_role("button", name="Cost").click()
    assert shown(page) == ["addition", "greeting", "subtraction", "division"]
    page.get_by_role("button", name="Cost").click()
    assert shown(page) == ["subtraction", "addition", "greeting", "division"]
    page.get_by_role("button", name="Trials passed").click()
    assert shown(page) == ["subtraction", "addition", "greeting", "division"]
    page.get_by_role("button", name="Worst first").click()
    assert shown(page) == ["subtraction", "addition", "division", "greeting"]


def test_a_link_opens_its_case_and_scrolls_to_it(open_page, build):
    cases = [build.case(f"c{n}", build.trial(f"c{n}", 1, build.wrong_sum)) for n in range(60)]
    page = open_page(build.report(cases), hash_="#case-c59")
    assert page.locator("#case-c59 .page").is_visible()
    page.wait_for_function("document.getElementById('case-c59').getBoundingClientRect().top < innerHeight")
    page.evaluate("location.hash = '#case-c7-1-1'")
    page.locator("#case-c7 .page").wait_for(state="visible")
    page.evaluate("location.hash = '#no-such-case'")
    page.evaluate("location.hash = '#%E0%A4%A'")
    assert page.locator(".case[open]").count() == 2


def test_all_shown_cases_open_and_close_at_once(open_page, mixed):
    page = open_page(mixed)
    page.get_by_role("radio", name="Failed").check()
    page.get_by_role("button", name="Open all shown").click()
    assert page.locator(".case[open]").count() == 2
    page.get_by_role("button", name="Close all").click()
    assert page.locator(".case[open]").count() == 0


def test_choosing_a_model_shows_its_outcomes_only(open_page, models):
    page = open_page(models)
    first = page.locator("#case-addition > summary")
    assert "✗" in first.locator(".sign").inner_text()
    page.get_by_label("Model").select_option("small")
    assert shown(page) == ["greeting", "subtraction", "addition"]
    assert "✓" in first.locator(".sign").inner_text()
    assert page.locator(".overview tbody tr:visible th").all_inner_texts() == ["small"]
    page.get_by_role("radio", name="Failed 2").check()
    assert shown(page) == ["greeting", "subtraction"]
    page.get_by_label("Model").select_option("All models")
    assert shown(page) == ["greeting", "subtraction", "addition"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_contrasts_with_what_lies_behind_it(open_page, models, scheme):
    page = open_page(models, color_scheme=scheme)
    page.get_by_role("button", name="Open all shown").click()
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 19, 22)"}[scheme]
    assert page.evaluate(LOW_CONTRAST) == []
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate(LOW_CONTRAST) == []


def test_the_theme_can_be_chosen_and_is_remembered(open_page, mixed):
    page = open_page(mixed, color_scheme="dark")
    button = page.get_by_role("button", name="Theme")
    button.click()
    assert button.inner_text() == "Theme: light"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.reload()
    assert button.inner_text() == "Theme: light"
    button.click()
    button.click()
    assert button.inner_text() == "Theme: auto"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 19, 22)"


@pytest.mark.parametrize("report", ["wide", "models"])
def test_the_page_never_scrolls_sideways_but_code_does_in_its_box(open_page, request, report):
    page = open_page(request.getfixturevalue(report))
    page.get_by_role("button", name="Open all shown").click()
    for width in (320, 390, 700, 1000, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        outside = f"[...document.querySelectorAll('.row *, .overview *')].filter({OUTSIDE}).map(e => e.outerHTML)"
        assert page.evaluate(outside) == []
        if report == "wide":
            assert page.locator(".replies pre").first.evaluate("e => e.scrollWidth > e.clientWidth")


def test_without_scripts_all_content_is_readable(open_page, models):
    page = open_page(models, java_script_enabled=False)
    assert page.locator(".tools").is_hidden()
    assert page.get_by_role("button").count() == 0
    page.locator("#case-addition > summary").click()
    assert page.locator("#case-addition .verdict").first.is_visible()
    assert page.locator("#case-addition").get_by_text("add(2, 2) returned 0, expected 4").last.is_visible()


def test_a_hostile_reply_runs_nothing(open_page, hostile):
    page = open_page(hostile)
    page.get_by_role("button", name="Open all shown").click()
    for trial in page.locator(".trial:not([open]) > summary").all():
        trial.click()
    assert page.evaluate("window.owned") is None
    assert page.locator("h1").inner_text().endswith("1 of 2 cases fails, 1 could not be judged.")
    assert page.locator("script").count() == 1
    assert page.locator("img, iframe, object, embed, a[href^='javascript:']").count() == 0


def test_on_paper_tools_are_left_out_and_text_is_dark(open_page, mixed):
    page = open_page(mixed, color_scheme="dark")
    page.emulate_media(media="print", color_scheme="light")
    assert page.locator(".tools").is_hidden()
    assert page.locator("#case-addition").is_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(27, 30, 35)"
