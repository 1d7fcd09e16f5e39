"""Nothing decided is lost: reload in the middle, the server killed, two people at one letter."""

import pytest

from tests.browser import chromium

from .windows import Browsing, Server, document, letters_file, looked_at, mentions, saved, under

REFUSED = "Failed to load resource"
"""What a browser says of itself when a server is away, or answers 409."""


@pytest.fixture(scope="module")
def browsing(tmp_path_factory):
    server = Server(letters_file(tmp_path_factory.mktemp("review"), 8), "--as", "Ana")
    try:
        with chromium() as browser:
            yield Browsing(browser, server)
    finally:
        server.stop()


@pytest.fixture
def careful(browsing):
    """The same, checked at the end; a server that is away is no fault of the page."""
    yield browsing
    browsing.close()
    browsing.problems = [said for said in browsing.problems if REFUSED not in said]
    browsing.check()


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def test_reload_in_the_middle(careful):
    page = careful.letter("copy-00")
    page.route("**/decisions", lambda route: route.abort())
    press(page, "a", "r", "5", "}", "s", "x")
    page.keyboard.type("a comment")
    press(page, "Control+Enter")
    page.wait_for_selector("#status.unsaved")
    shown = page.locator("#text .part").evaluate_all(
        "(parts) => parts.map((part) => [part.dataset.id, part.className])"
    )
    page.reload()
    page.wait_for_selector("body[data-ready]")
    assert "not saved: 6" in page.locator("#status").inner_text() or "saving 6" in page.locator("#status").inner_text()
    again = page.locator("#text .part").evaluate_all(
        "(parts) => parts.map((part) => [part.dataset.id, part.className])"
    )
    assert [[i, c.replace(" current", "")] for i, c in again] == [[i, c.replace(" current", "")] for i, c in shown]
    page.unroute("**/decisions")
    found = document(page)
    assert sorted(under(found, "verdict/").values()) == ["accepted", "accepted", "rejected"]
    assert list(under(found, "comment/").values()) == ["a comment"]
    assert page.evaluate("localStorage.length") == 0


def test_an_answer_that_is_lost_is_no_second_decision(careful):
    page = careful.letter("copy-01")
    dropped = []

    def deaf(route):
        if len(dropped) < 2:
            dropped.append(route.fetch())  # the server hears it, the page hears nothing
            route.abort()
        else:
            route.continue_()

    page.route("**/decisions", deaf)
    press(page, "}", "r")
    saved(page)
    assert len(dropped) == 2
    page.get_by_role("tab", name="History").click()
    page.locator("#sheet-history li").nth(1).wait_for()
    assert page.locator("#sheet-history li").count() == 2


def test_the_server_is_killed_in_the_middle(careful):
    page = careful.letter("copy-02")
    press(page, *"arar")
    saved(page)
    press(page, *"arararar")
    careful.server.kill()
    press(page, "a", "5", "}")
    page.wait_for_selector("#status.unsaved")
    assert page.locator("#text .part.accepted, #text .part.rejected").count() >= 10
    careful.server.start()
    found = document(page)
    shown = {
        part["id"]: part["verdict"]
        for part in page.locator("#text .part").evaluate_all(
            """(parts) => parts.map((part) => (
              { id: part.dataset.id, verdict: /accepted|rejected/.exec(part.className)?.[0] }
            ))"""
        )
        if part["verdict"]
    }
    assert under(found, "verdict/") == shown
    assert len(shown) == 14
    assert page.locator("#alerts > *").count() == 0


def test_going_on_while_the_server_is_deaf(careful):
    page = careful.letter("copy-03")
    page.route("**/decisions", lambda route: route.abort())
    one = looked_at(page)
    press(page, "a")
    page.wait_for_selector("#status.unsaved")
    page.unroute("**/decisions")
    page.goto(careful.server.address + "/help")  # the next page, whichever it is, sends what is left
    page.wait_for_function("() => localStorage.length === 0")
    assert under(document(careful.letter("copy-03", page)), "verdict/") == {one: "accepted"}


def test_two_at_one_letter(careful):
    ana, bo = careful.letter("copy-04"), careful.letter("copy-04")
    one, _, three = (m["id"] for m in mentions(document(ana))[:3])
    press(ana, "r")
    saved(ana)
    press(bo, "j", "j", "a")  # another mention: no conflict
    assert under(document(bo), "verdict/") == {one: "rejected", three: "accepted"}
    assert bo.locator("#alerts > *").count() == 0
    bo.wait_for_selector(f'#text [data-id="{one}"].rejected')  # what the other did has come
    ana.evaluate("dispatchEvent(new Event('focus'))")
    ana.wait_for_selector(f'#text [data-id="{three}"].accepted')


@pytest.mark.parametrize(("answer", "verdict"), [("Apply again", "accepted"), ("Drop", "rejected")])
def test_two_decide_the_same(careful, answer, verdict):
    name = "copy-05" if answer == "Drop" else "copy-06"
    ana, bo = careful.letter(name), careful.letter(name)
    one = looked_at(ana)
    bo.route("**/state?since*", lambda route: route.abort())  # what ana does has not come yet
    press(ana, "r")
    saved(ana)
    press(bo, "a")
    alert = bo.get_by_role("alert")
    alert.wait_for()
    assert "changed this meanwhile" in alert.inner_text()
    assert "now rejected" in alert.inner_text()
    assert under(document(bo), "verdict/") == {one: "rejected"}
    alert.get_by_role("button", name=answer).click()
    assert under(document(bo), "verdict/") == {one: verdict}
    assert alert.count() == 0


def test_what_the_other_took_away_is_told(careful):
    ana, bo = careful.letter("copy-07"), careful.letter("copy-07")
    bo.route("**/state?since*", lambda route: route.abort())
    press(ana, "}")
    saved(ana)
    press(bo, "a")
    bo.get_by_role("alert").wait_for()
    bo.unroute("**/state?since*")
    bo.evaluate("dispatchEvent(new Event('focus'))")
    bo.wait_for_selector(f'#text [data-id="{looked_at(ana)}"]')
