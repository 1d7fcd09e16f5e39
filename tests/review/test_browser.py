"""Each kind of decision in a real browser, by keyboard and by mouse."""

import time
from itertools import count

import pytest

from tests.browser import chromium

from .windows import Browsing, Server, document, go_to, letters_file, looked_at, mentions, saved, under

COPIES = 44


@pytest.fixture(scope="module")
def browsing(tmp_path_factory):
    folder = tmp_path_factory.mktemp("review")
    server = Server(letters_file(folder, COPIES), "--as", "Ana", "--lexicon", folder / "lexicon.jsonl")
    try:
        with chromium() as browser:
            yield Browsing(browser, server)
    finally:
        server.stop()


@pytest.fixture(scope="module")
def numbers():
    return count()


@pytest.fixture
def page(browsing, numbers):
    """A letter that no other test has touched."""
    yield browsing.letter(f"copy-{next(numbers):02}")
    browsing.close()
    browsing.check()


@pytest.fixture
def strange(browsing):
    yield browsing.letter("strange")
    browsing.close()
    browsing.check()


def first(page):
    return mentions(document(page))[0]


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def select_words(page, words, place="#text"):
    """Select words of the text with the mouse."""
    box = page.evaluate(
        """([words, place]) => {
          const walker = document.createTreeWalker(document.querySelector(place), NodeFilter.SHOW_TEXT);
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const at = node.data.indexOf(words);
            if (at < 0) continue;
            node.parentElement.scrollIntoView({ block: "center" });
            const range = document.createRange();
            range.setStart(node, at);
            range.setEnd(node, at + words.length);
            const box = range.getBoundingClientRect();
            return [box.left, box.top + box.height / 2, box.right];
          }
          return null;
        }""",
        [words, place],
    )
    page.mouse.move(box[0] + 0.5, box[1])
    page.mouse.down()
    page.mouse.move(box[2] - 0.5, box[1], steps=4)
    page.mouse.up()


# --- by keyboard --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "verdict"), [("a", "accepted"), ("r", "rejected")])
def test_a_key_decides_and_goes_on(page, key, verdict):
    before, second = mentions(document(page))[:2]
    assert looked_at(page) == before["id"]
    press(page, key)
    assert looked_at(page) == second["id"]
    assert under(document(page), "verdict/") == {before["id"]: verdict}
    assert page.evaluate("document.activeElement.dataset.id") == second["id"]


def test_next_and_previous(page):
    ids = [mention["id"] for mention in mentions(document(page))]
    press(page, "j", "ArrowDown", "j", "k", "ArrowUp")
    assert looked_at(page) == ids[1]


def test_accept_all_of_a_form(page):
    before = first(page)
    press(page, "A")
    found = document(page)
    same = {
        m["id"]
        for m in mentions(found)
        if m["label"] == before["label"] and m["text"].lower() == before["text"].lower()
    }
    assert len(same) > 1
    assert under(found, "verdict/") == dict.fromkeys(same, "accepted")


CHANGES = [
    (["4"], {"label": "DRUG", "text": "Anti-GBM disease"}),
    (["s"], {"label": "DIAGNOSIS", "assertion": "negated"}),
    (["t"], {"attribution": "cited"}),
    (["s", "s", "t", "s"], {"assertion": "hypothetical", "attribution": "cited"}),
    (["}"], {"text": "Anti-GBM disease after"}),
    (["{"], {"text": "Anti-GBM"}),
    (["]"], {"text": "GBM disease"}),
    (["}", "}", "{", "4"], {"text": "Anti-GBM disease after", "label": "DRUG"}),
]


@pytest.mark.parametrize(("keys", "wanted"), CHANGES, ids=["".join(keys) for keys, _ in CHANGES])
def test_keys_change_the_mention(page, keys, wanted):
    press(page, *keys)
    found = document(page)
    mention = found[f"mention/{looked_at(page)}"]
    assert {name: mention[name] for name in wanted} == wanted
    assert found[f"verdict/{mention['id']}"] == "accepted"


def test_the_concept_is_searched(page):
    before = go_to(page, "DRUG")
    press(page, "c")
    page.keyboard.type("ritux")
    page.locator("#concept-list [role=option]", has_text="rituximab").first.wait_for()
    press(page, "ArrowDown", "Enter")
    found = document(page)
    assert found[f"mention/{before}"]["concept"]["name"] == "rituximab"


def test_words_are_chosen_and_added(page):
    before = {m["id"] for m in mentions(document(page))}
    press(page, "m", "ArrowRight", "Shift+ArrowRight", "5")
    (added,) = (m for m in mentions(document(page)) if m["id"] not in before)
    assert (added["label"], added["text"]) == ("ORGAN", "a COVID")


def test_join_and_split(page):
    one = go_to(page, "DRUG")
    press(page, "J")
    joined = document(page)[f"mention/{looked_at(page)}"]
    assert joined["start"] == mentions(document(page))[2]["start"]
    assert joined["end"] - joined["start"] > 40
    press(page, "u")
    page.wait_for_selector(f'#text [data-id="{one}"].current')
    press(page, "S", "Enter")
    halves = [m["text"] for m in mentions(document(page)) if m["label"] == "DRUG"][:2]
    assert halves == ["COVID", "-19 vaccine"]


def test_two_mentions_are_related(page):
    head = go_to(page, "OUTCOME")
    press(page, "l", "j")
    tail = go_to(page, "ORGAN")
    press(page, "Enter")
    assert [(r["head"], r["tail"], r["label"]) for r in under(document(page), "relation/").values()] == [
        (head, tail, "affects")
    ]
    page.get_by_role("tab", name="Relations").focus()
    press(page, "Enter", "Tab", "Tab")
    assert page.evaluate("CSS.highlights.get('ends').size") == 2
    page.get_by_role("button", name="Remove this relation").press("Enter")
    assert under(document(page), "relation/") == {}


def test_a_comment(page):
    before = first(page)
    press(page, "x")
    page.keyboard.type("<script>alert(1)</script> 😀")
    press(page, "Control+Enter")
    assert document(page)[f"comment/{before['id']}"] == "<script>alert(1)</script> 😀"


def test_a_case_record(page):
    page.get_by_role("tab", name="Mention").focus()
    press(page, "ArrowRight", "ArrowRight")
    page.get_by_role("button", name="Add a case record").press("Enter")
    page.get_by_label("n, group 1", exact=True).focus()
    page.keyboard.type("3")
    page.get_by_label("diagnosis, group 1").focus()
    page.keyboard.type("anti-GBM disease")
    assert page.evaluate("CSS.highlights.get('evidence')?.size ?? 0") == 0
    page.get_by_label("outcomes, group 1").focus()
    page.keyboard.type("improvement lung 1\ndeath")
    page.get_by_label("diagnosis, group 1").focus()
    assert page.evaluate("CSS.highlights.get('evidence').size") > 1  # its words light up
    record = document(page)["record/0"]
    assert (record["n"], record["diagnosis"]) == (3, ["anti-GBM disease"])
    assert record["outcomes"] == [
        {"category": "improvement", "organ_system": "lung", "n": 1},
        {"category": "death", "organ_system": None, "n": None},
    ]
    page.get_by_role("button", name="Add the mention looked at").press("Enter")
    assert document(page)["record/0"]["evidence"] == [looked_at(page)]
    page.get_by_role("button", name="Delete record 1").press("Enter")
    assert under(document(page), "record/") == {}


def test_done_and_the_next_letter(page):
    press(page, "d")
    assert document(page)["done"] is True
    address = page.url
    press(page, "n")
    page.wait_for_url(lambda url: url != address)
    page.wait_for_selector("body[data-ready]")
    press(page, "p")
    page.wait_for_url(lambda url: url.partition("?")[0] == address.partition("?")[0])


def test_undo_and_redo_without_end(page):
    start = document(page)
    press(page, "a", "r", "5", "}", "s")
    end = document(page)
    for _ in range(5):
        press(page, "u")
    assert document(page) == start
    for _ in range(5):
        press(page, "U")
    assert document(page) == end
    assert page.locator("#redo").is_disabled()
    page.get_by_role("tab", name="History").click()
    page.locator("#sheet-history li").nth(14).wait_for()
    assert page.locator("#sheet-history li").count() == 15


def test_the_help_sheet(page):
    press(page, "?")
    assert page.locator("#help").is_visible()
    page.locator("#keys-on").uncheck()
    press(page, "Escape", "a", "ArrowDown")
    assert under(document(page), "verdict/") == {}
    press(page, "ArrowUp")
    page.get_by_role("button", name="Help: keys").click()
    page.locator("#keys-on").check()


def test_sixty_decisions_are_a_matter_of_seconds(page):
    began = time.monotonic()
    for n in range(60):
        press(page, "ra"[n % 2])
    seen = time.monotonic() - began
    saved(page)
    assert len(under(document(page), "verdict/")) == 60
    assert seen < 15
    assert time.monotonic() - began < 30


# --- by mouse -----------------------------------------------------------------------------------------------


def button(name):
    return lambda page: page.locator("#sheet-mention").get_by_role("button", name=name).first.click()


def chosen(label, value):
    return lambda page: page.locator("#sheet-mention").get_by_label(label, exact=True).select_option(value)


CLICKS = [
    (button("Start right"), {"text": "GBM disease"}),
    (button("End right"), {"text": "Anti-GBM disease after"}),
    (chosen("label", "ORGAN"), {"label": "ORGAN"}),
    (chosen("assertion", "possible"), {"assertion": "possible"}),
    (chosen("attribution", "general"), {"attribution": "general"}),
]


@pytest.mark.parametrize(("click", "wanted"), CLICKS, ids=[str(*wanted.values()) for _, wanted in CLICKS])
def test_the_panel_changes_the_mention(page, click, wanted):
    click(page)
    mention = document(page)[f"mention/{looked_at(page)}"]
    assert {name: mention[name] for name in wanted} == wanted


def test_buttons_decide_undo_and_comment(page):
    one, two = mentions(document(page))[:2]
    button("Accept")(page)
    button("Reject")(page)
    assert under(document(page), "verdict/") == {one["id"]: "accepted", two["id"]: "rejected"}
    page.locator("#undo").click()
    page.wait_for_selector(f'#text [data-id="{two["id"]}"].current')
    assert under(document(page), "verdict/") == {one["id"]: "accepted"}
    page.locator("#redo").click()
    page.locator("#text [data-id]").first.click()
    page.locator("#comment").fill("words")
    page.locator("#done").click()
    found = document(page)
    assert (found["done"], found[f"verdict/{two['id']}"]) == (True, "rejected")
    assert "words" in under(found, "comment/").values()


def test_grips_are_dragged(page):
    before = go_to(page, "DRUG")
    for edge, words, wanted in (
        ("end", "cause", "COVID-19 vaccine: cause"),
        ("start", "after a ", "after a COVID-19 vaccine: cause"),
    ):
        grip = page.locator(f".grip.{edge}").bounding_box()
        target = page.evaluate(
            """(words) => {
              const zone = document.querySelector('.zone[data-kind=title]');
              const walker = document.createTreeWalker(zone, NodeFilter.SHOW_TEXT);
              for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                const at = node.data.indexOf(words);
                if (at < 0) continue;
                const range = document.createRange();
                range.setStart(node, at);
                range.setEnd(node, at + words.length);
                const box = range.getBoundingClientRect();
                return [box.left, box.right, box.top + box.height / 2];
              }
            }""",
            words,
        )
        page.mouse.move(grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
        page.mouse.down()
        page.mouse.move(target[1] - 2 if edge == "end" else target[0] + 2, target[2], steps=6)
        page.mouse.up()
        mention = document(page)[f"mention/{looked_at(page)}"]
        assert (mention["label"], mention["text"]) == ("DRUG", wanted)
    assert mention["id"] != before
    assert page.locator(f'rect[data-id="{mention["id"]}"]').count() >= 1  # where it stands on the page is known again


def test_selected_words_are_added(page):
    select_words(page, "five days")
    page.locator("#add").click()
    page.locator("#chooser").get_by_role("button", name="OUTCOME").click()
    found = document(page)[f"mention/{looked_at(page)}"]
    assert (found["label"], found["text"]) == ("OUTCOME", "five days")


def test_join_split_and_relate_by_mouse(page):
    drugs = [m for m in mentions(document(page)) if m["label"] == "DRUG"]
    page.locator(f'#text [data-id="{drugs[0]["id"]}"]').first.click()
    button("Join")(page)
    assert len([m for m in mentions(document(page)) if m["label"] == "DRUG"]) == len(drugs) - 1
    page.locator("#undo").click()
    page.wait_for_selector(f'#text [data-id="{drugs[0]["id"]}"].current')
    outcome = next(m for m in mentions(document(page)) if m["label"] == "OUTCOME")
    page.locator(f'#text [data-id="{outcome["id"]}"]').first.click()
    button("Relate")(page)
    page.locator(f'#text [data-id="{drugs[0]["id"]}"]').first.click()
    assert [(r["tail"], r["label"]) for r in under(document(page), "relation/").values()] == [
        (drugs[0]["id"], "response_to")
    ]
    split = next(m for m in mentions(document(page)) if m["label"] == "OUTCOME" and m["text"].count(" ") == 1)
    part = page.locator(f'#text [data-id="{split["id"]}"]').first
    part.click(position={"x": 6, "y": 10})
    button("Split")(page)
    found = document(page)
    assert f"mention/{split['id']}" not in found
    assert (
        len(
            [
                m
                for m in mentions(found)
                if split["start"] <= m["start"] and m["end"] <= split["end"] and m["label"] == "OUTCOME"
            ]
        )
        == 2
    )


def test_page_and_text_lead_to_each_other(page):
    found = next(m for m in mentions(document(page)) if m["label"] == "CITATION" or m["page"] == 3)
    page.locator(f'rect[data-id="{found["id"]}"]').first.evaluate(
        "(box) => box.dispatchEvent(new MouseEvent('click', { bubbles: true }))"
    )
    assert looked_at(page) == found["id"]
    assert page.locator(f'#text [data-id="{found["id"]}"]').first.evaluate(
        "(part) => { const box = part.getBoundingClientRect(); return box.top > 0 && box.bottom < innerHeight; }"
    )
    hovered = next(m for m in mentions(document(page)) if m["label"] == "PATIENTS")["id"]
    page.locator(f'#text [data-id="{hovered}"]').first.hover()
    assert page.locator(f'rect.hovered[data-id="{hovered}"]').count() >= 1
    assert page.locator(f'rect.hovered[data-id="{hovered}"]').first.evaluate(
        "(box) => { const at = box.getBoundingClientRect(); return at.top > 0 && at.bottom < innerHeight; }"
    )
    assert page.locator(".sheet img").first.evaluate("(image) => image.naturalWidth > 300")


def test_a_cue_lights_up_its_words(page):
    for _ in range(100):
        if page.locator("button.cue").count():
            break
        page.keyboard.press("j")
    page.locator("button.cue").first.hover()
    lit = page.evaluate("[...CSS.highlights.get('cue')][0].toString()")
    assert lit == page.locator("button.cue q").first.inner_text()


# --- texts that are strange ---------------------------------------------------------------------------------


def test_offsets_are_code_points(strange):
    found = mentions(document(strange))
    text = strange.evaluate("fetch(document.body.dataset.letter + '/state').then((answer) => answer.json())")["text"]
    for mention in found:
        shown = strange.locator(f'#text [data-id="{mention["id"]}"] .run').all_inner_texts()
        assert "".join(shown) == mention["text"] == text[mention["start"] : mention["end"]]
    select_words(strange, "under")
    press(strange, "6")
    added = document(strange)[f"mention/{looked_at(strange)}"]
    assert added["text"] == "under" == text[added["start"] : added["end"]]
    press(strange, "}")
    assert document(strange)[f"mention/{looked_at(strange)}"]["text"] == "under tofacitinib"
    assert strange.locator("#text img, #text b").count() == 0
