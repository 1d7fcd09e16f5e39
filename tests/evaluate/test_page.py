"""The page of an evaluation in a real browser: it fits, it needs nothing from outside, errors can be found in it."""

import pytest

from epistula.evaluate.compare import compare
from epistula.evaluate.findings import findings
from epistula.evaluate.html import to_html
from epistula.evaluate.scores import scores_of
from epistula.model import Assertion
from tests.browser import chromium

from .test_scores import DRUG, LUPUS, NEPHRITIS, letter

GOLD = [letter("first", (*DRUG, {"assertion": Assertion.NEGATED}), NEPHRITIS), letter("second", DRUG)]
FOUND = [letter("first", (*DRUG, {"assertion": Assertion.PRESENT}), LUPUS), letter("second")]


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def asked():
    """URLs that the page asked for."""
    return []


@pytest.fixture
def page(browser, tmp_path, asked, request):
    comparison = compare(GOLD, FOUND)
    file = tmp_path / "report.html"
    file.write_text(to_html("a title", scores_of(comparison), comparison, findings(comparison)), "utf-8")
    page = browser.new_page(viewport={"width": getattr(request, "param", 1280), "height": 900})
    page.on("request", lambda seen: asked.append(seen.url))
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type in ("error", "warning") else None)
    page.goto(file.as_uri())
    yield page
    page.close()
    assert problems == []


@pytest.mark.parametrize("page", [1280, 390], indirect=True, ids=["desktop", "phone"])
def test_the_page_is_no_wider_than_the_window_with_all_of_it_open(page):
    page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize(("page", "beside"), [(1280, True), (390, False)], indirect=["page"], ids=["desktop", "phone"])
def test_gold_and_prediction_stand_side_by_side_or_one_below_the_other(page, beside):
    page.get_by_text("DIAGNOSIS: boundary").click()
    gold, found = (page.locator("details[open] .sides > div").nth(n).bounding_box() for n in (0, 1))
    assert (found["x"] > gold["x"] + gold["width"] - 1) is beside
    assert (found["y"] >= gold["y"] + gold["height"] - 1) is not beside


def test_nothing_is_asked_of_anyone(page, asked):
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


# what is looked for, how many are shown
SEARCHES = [("", 3), ("lupus", 3), ("FIRST", 2), ("second", 1), ("negated", 1), ("<script>", 0)]


@pytest.mark.parametrize(("wanted", "count"), SEARCHES)
def test_errors_can_be_found(page, wanted, count):
    page.get_by_label("Find").fill(wanted)
    assert page.locator("li:not([hidden])").count() == count
    if wanted:
        assert page.locator("#found").inner_text() == f"{count} found"
        assert page.locator("details[open]:not([hidden]) li:not([hidden])").count() == count


def test_print_opens_all(page):
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    page.emulate_media(media="print")
    assert not page.get_by_label("Find").is_visible()
    assert page.get_by_text("negated → present").is_visible()
    kept = "getComputedStyle(document.querySelector('{}')).printColorAdjust"
    assert {page.evaluate(kept.format(each)) for each in ("mark", ".bar i", ".right")} == {"exact"}
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0
