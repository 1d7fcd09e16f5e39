"""For all people: every page by axe-core, light and dark, wide and narrow; keyboard alone; fingers; passwords."""

import json
import subprocess
import sys
from pathlib import Path

import axe_playwright_python
import pytest

from tests.browser import chromium

from .windows import Browsing, Server, document, letters_file, looked_at, mentions, saved, under

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
SIZES = {"desktop": {"width": 1280, "height": 860}, "phone": {"width": 390, "height": 844}}
PEOPLE = {"ana": "a long password", "bo": "another password"}


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def alone(browser, tmp_path_factory):
    folder = tmp_path_factory.mktemp("alone")
    server = Server(letters_file(folder, 3), "--as", "Ana", "--lexicon", folder / "lexicon.jsonl")
    yield Browsing(browser, server)
    server.stop()


@pytest.fixture(scope="module")
def people(browser, tmp_path_factory, alone):
    """A blind review by two, who both have done the same letter in different ways."""
    file = tmp_path_factory.mktemp("people") / "letters.jsonl"
    file.write_bytes(alone.server.file.read_bytes())
    store = file.with_name("store.sqlite")
    for name, password in PEOPLE.items():
        command = [sys.executable, "-m", "epistula", "review-user", name, file, "--store", store]
        subprocess.run(list(map(str, command)), input=f"{password}\n", text=True, check=True, capture_output=True)
    server = Server(file, "--accounts", "--blind")
    found = {name: Browsing(browser, server) for name in PEOPLE}
    for name, browsing in found.items():
        browsing.state = None
        page = browsing.page()
        page.goto(server.address)
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(PEOPLE[name])
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_selector(".queue")
        browsing.state = page.context.storage_state()
        browsing.letter("copy-00", page)
        for key in "aarad" if name == "ana" else "ara}d":
            page.keyboard.press(key)
        saved(page)
        browsing.close()
    yield found
    server.stop()


@pytest.fixture(autouse=True)
def checked(request):
    yield
    for name in {"alone", "people"} & set(request.fixturenames):
        browsings = request.getfixturevalue(name)
        for browsing in browsings.values() if isinstance(browsings, dict) else [browsings]:
            browsing.close()
            browsing.problems = [said for said in browsing.problems if "status of 404" not in said]
            browsing.check()


def look_over(page):
    """Fail when axe finds anything, or the page is wider than the window."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    assert not found, json.dumps([[v["id"], [n["html"][:200] for n in v["nodes"]]] for v in found], indent=1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


looks = pytest.mark.parametrize("size", SIZES)
schemes = pytest.mark.parametrize("scheme", ["light", "dark"])


@looks
@schemes
def test_every_page(alone, size, scheme):
    page = alone.page(viewport=SIZES[size], color_scheme=scheme)
    for address in (
        "/?state=all",
        "/search?q=patient",
        "/help",
        "/history/copy-00",
        "/learn",
        "/agreement",
        "/adjudicate",
        "/not-there",
    ):
        page.goto(alone.server.address + address)
        look_over(page)


@looks
@schemes
def test_the_letter(alone, size, scheme):
    page = alone.letter("copy-01", viewport=SIZES[size], color_scheme=scheme)
    look_over(page)
    if size == "phone":
        page.get_by_role("button", name="Details").click()
    for name in ("Relations", "Records", "History", "Mention"):
        page.get_by_role("tab", name=name).click()
        if name == "Records" and page.get_by_label("n, group 1", exact=True).count() == 0:
            page.get_by_role("button", name="Add a case record").click()
            page.get_by_label("n, group 1", exact=True).wait_for()
        look_over(page)
    page.locator("#concept").focus()
    page.locator("#concept-list [role=option]").nth(1).wait_for()
    look_over(page)
    page.keyboard.press("Escape")
    page.locator("#text .part").first.focus()
    page.keyboard.press("?")
    look_over(page)
    saved(page)


@looks
@schemes
def test_pages_for_two(people, size, scheme):
    ana = people["ana"]
    page = ana.page(viewport=SIZES[size], color_scheme=scheme)
    for address, there in (("/agreement", "AUTOANTIBODY"), ("/adjudicate", "left is right")):
        page.goto(f"{ana.server.address}{address}?one=ana&other=bo")
        assert there in page.locator("#main").inner_text()
        look_over(page)
    state, ana.state = ana.state, None
    page = ana.page(viewport=SIZES[size], color_scheme=scheme)
    ana.state = state
    page.goto(f"{ana.server.address}/login")
    look_over(page)


def test_the_blind_see_their_own_decisions(people):
    verdicts = [under(document(people[name].letter("copy-00")), "verdict/") for name in PEOPLE]
    assert verdicts[0] != verdicts[1]


def test_one_key_adjudicates(people):
    page = people["ana"].page()
    page.goto(f"{people['ana'].server.address}/adjudicate?one=ana&other=bo")
    count = page.locator(".disagreement").count()
    assert count >= 2
    busy = {"status": 503, "json": {"message": "The store cannot be used just now."}}
    page.route("**/adjudicate", lambda route: route.fulfill(**busy), times=1)
    page.keyboard.press("2")
    page.locator("#left", has_text=f"{count - 1} left").wait_for()  # sent again
    people["ana"].problems = [said for said in people["ana"].problems if "status of 503" not in said]
    page.locator("[data-side=one]").nth(1).click()
    page.locator("#left", has_text=f"{count - 2} left").wait_for()
    page.reload()
    assert page.locator(".disagreement[data-decision=other], .disagreement[data-decision=one]").count() == 2


def test_keyboard_alone(alone):
    page = alone.letter("copy-02")
    seen = []
    for _ in range(70):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(
            """() => {
              const on = document.activeElement, look = getComputedStyle(on);
              const name = on === document.body ? 'body' : on.id || on.dataset.control || on.className || on.tagName;
              const outlined = look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2;
              return [name, outlined || on === document.body];
            }"""
        ))  # fmt: skip
    names = [name for name, _ in seen]
    assert [name for name, visible in seen if not visible] == []
    assert "done" in names
    assert "tab-mention" in names
    assert "tab-relations" not in names  # arrows lead there
    assert {"Accept", "label", "concept", "comment"} <= set(names)
    assert len([name for name in names if name.startswith("part")]) <= names.count("done") + 1  # one mention, not all
    assert "skip" in names  # round and round: no trap


def test_a_phone_decides_by_finger(alone):
    page = alone.letter("copy-02", viewport=SIZES["phone"], has_touch=True)
    one, two, three = (m["id"] for m in mentions(document(page))[:3])
    page.locator(".thumb").get_by_role("button", name="Accept").tap()
    page.locator(".thumb").get_by_role("button", name="Reject").tap()
    assert {one, two} <= set(under(document(page), "verdict/"))
    assert looked_at(page) == three
    page.get_by_role("button", name="Page").tap()
    assert page.locator("#pages").is_visible()
    page.get_by_role("button", name="Details").tap()
    assert page.locator("#sheet-mention").is_visible()
    small = page.locator(".thumb button").evaluate_all(
        "(all) => all.filter((b) => b.getBoundingClientRect().height < 32).length"
    )
    assert small == 0


def test_listeners_are_told(alone):
    page = alone.letter("copy-02")
    page.keyboard.press("s")
    page.wait_for_function("() => document.querySelector('#said').textContent !== ''")
    assert page.locator("#said").inner_text().startswith("assertion ")
    label = page.locator("#text .part.current").first.get_attribute("aria-label")
    assert label.endswith(", accepted")
    assert page.locator("#status").get_attribute("role") == "status"


def test_still_for_those_who_want_no_motion(alone):
    page = alone.page(reduced_motion="reduce")
    alone.letter("copy-02", page)
    lasting = page.locator("body *").evaluate_all("(all) => all.map((e) => getComputedStyle(e).transitionDuration)")
    assert set(lasting) == {"0s"}
