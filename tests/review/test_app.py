"""The application as a browser meets it: pages, state, decisions, others' decisions, export, accounts."""

import json
import re
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from epistula.jsonl import read_annotations
from epistula.labels import all_labels, problem_with
from tests.pdf.made import Shown, pdf_bytes

from .visiting import ORIGIN, TEXT, Reviewer, let_in, letter_row, mention, serving

DRUG = mention(TEXT, TEXT.index("tofacitinib"), TEXT.index("tofacitinib") + len("tofacitinib"))
HTML = {"accept": "text/html"}


# pages


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/letter/one",
        "/history/one",
        "/search?q=tofacitinib",
        "/agreement",
        "/adjudicate",
        "/learn",
        "/help",
        "/?order=label&label=DRUG",
        "/?state=done",
        "/?search=rituximab",
    ],
)
def test_every_page_is_there_and_needs_nothing_from_outside(reviewer, path):
    answer = reviewer.get(path, headers=HTML)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", answer.text)
    assert not re.search(r"<[^>]+\s(?:style|on\w+)=", answer.text), "the policy forbids them"
    for name in re.findall(r"/static/([\w.-]+)", answer.text):
        assert reviewer.get(f"/static/{name}").status_code == 200, name


def test_the_letter_page_holds_text_and_state(reviewer):
    page = reviewer.get("/letter/one", headers=HTML).text
    assert TEXT in page
    block = re.search(r'<script type="application/json" id="state">(.*?)</script>', page, re.S)
    assert json.loads(block[1]) == reviewer.state("one")


def test_the_state_is_as_agreed(reviewer):
    state = reviewer.state("one")
    assert set(state) == {
        "letter",
        "track",
        "who",
        "csrf",
        "version",
        "text",
        "zones",
        "pages",
        "document",
        "predicted",
        "labels",
        "attributions",
        "can",
        "blind",
    }
    assert state["letter"]["id"] == state["letter"]["title"] == "one"
    assert (state["letter"]["pdf"], state["pages"]) == ("none", [])
    assert state["text"] == TEXT
    assert state["predicted"] == [DRUG]
    assert state["document"][f"mention/{DRUG}"]["text"] == "tofacitinib"
    assert state["csrf"] == reviewer.csrf
    assert [label["name"] for label in state["labels"]] == sorted(all_labels())
    assert [label["key"] for label in state["labels"]][:2] == ["1", "2"]
    assert state["can"] == {"undo": False, "redo": False}


def test_letters_follow_each_other_and_keep_the_filters(reviewer):
    first = reviewer.get("/letter/one/state?order=order&state=all").json()["letter"]
    assert (first["index"], first["total"], first["previous"]) == (1, 2, None)
    assert first["next"] == "/letter/two?order=order&state=all"
    second = reviewer.get("/letter/two/state?order=order&state=all").json()["letter"]
    assert (second["index"], second["previous"]) == (2, "/letter/one?order=order&state=all")
    assert reviewer.get("/next?after=one&order=order").headers["location"] == "/letter/two?order=order"


def test_a_letter_may_have_any_id(make_browser):
    for name in ("a/b", "a/state", "å b?c#d", "..", "%2e", "x" * 300):
        reviewer = make_browser([letter_row(name)])
        assert reviewer.state(name)["letter"]["id"] == name
        assert reviewer.decide(name, "done", value=True).status_code == 200
        assert reviewer.get(reviewer.state(name)["letter"]["url"]).status_code == 200


def test_astral_characters_count_as_one(make_browser):
    text = "😀😀 She had 𝛼-tofacitinib."
    reviewer = make_browser([letter_row("one", text)])
    found = next(iter(reviewer.state("one")["document"].values()))
    assert text[found["start"] : found["end"]] == "tofacitinib"


@pytest.mark.parametrize(
    "path", ["/letter/none", "/none", "/history/none", "/letter/none/state", "/letter/one/page/1.png"]
)
def test_what_is_not_there_has_a_way_out(reviewer, path):
    answer = reviewer.get(path, headers=HTML)
    assert answer.status_code == 404
    assert 'href="/"' in answer.text
    scripts = reviewer.get(path, headers={"accept": "application/json"})
    assert (scripts.status_code, scripts.json()["message"][-1]) == (404, ".")


def test_the_colours_of_labels_are_a_stylesheet(reviewer):
    css = reviewer.get("/labels.css")
    assert css.headers["content-type"].startswith("text/css")
    assert css.text.count("--label:") == len(all_labels())


def test_concepts_are_searched(reviewer):
    found = reviewer.get("/concepts", params={"q": "tofaci", "label": "DRUG"}).json()["concepts"]
    assert (found[0]["name"], found[0]["how"], found[0]["label"]) == ("tofacitinib", "prefix", "DRUG")
    assert "aliases" in found[0]


# decisions


def test_a_decision_is_answered_with_what_it_changed(reviewer):
    answer = reviewer.decide("one", "accept", mention=DRUG)
    assert answer.status_code == 200
    assert answer.json()["changes"] == {f"verdict/{DRUG}": "accepted"}
    assert answer.json()["can"] == {"undo": True, "redo": False}
    state = reviewer.state("one")
    assert state["document"][f"verdict/{DRUG}"] == "accepted"
    assert state["version"] == answer.json()["version"]


def test_a_decision_sent_twice_is_one(reviewer):
    first = reviewer.decide("one", "move", token="tab.once-only", mention=DRUG, start=0, end=3)
    again = reviewer.decide("one", "move", token="tab.once-only", mention=DRUG, start=0, end=3)
    assert first.status_code == 200
    assert again.json() == first.json(), "although the mention is not there any more"
    assert len(reviewer.get("/letter/one/history").json()["events"]) == 1


def test_what_cannot_be_is_told(reviewer):
    for action, arguments in (
        ("accept", {"mention": "none"}),
        ("fly", {}),
        ("move", {"mention": DRUG, "start": 5, "end": 5}),
    ):
        answer = reviewer.decide("one", action, **arguments)
        assert answer.status_code == 422
        assert answer.json()["message"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"token": 1},
        {"token": "short"},
        {"token": "x" * 201},
        {"token": "tab.12345678", "action": []},
        {"token": "tab.12345678", "action": "done", "arguments": []},
        {"token": "tab.12345678", "action": "done", "version": True},
        {"token": "tab.12345678", "action": "accept", "arguments": {"mention": []}},
        {"token": "tab.12345678", "action": "move", "arguments": {"mention": DRUG, "start": "a", "end": None}},
        {"token": "tab.12345678", "action": "move", "arguments": {"mention": DRUG, "start": 10**30, "end": -(10**30)}},
        {"token": "tab.12345678", "action": "change", "arguments": {"mention": DRUG, "concept": 7}},
        {"token": "tab.12345678", "action": "join", "arguments": {"mentions": "all"}},
        {"token": "tab.12345678", "action": "record", "arguments": {"index": {}, "value": []}},
    ],
)
def test_a_decision_of_another_form_is_refused(reviewer, body):
    assert reviewer.post_json("/letter/one/decisions", json=body).status_code == 422
    assert reviewer.state("one")["version"] == 0


def test_undo_and_redo(reviewer):
    reviewer.decide("one", "reject", mention=DRUG)
    undone = reviewer.post_json("/letter/one/undo", json={"token": "tab.undo-0001"})
    assert (undone.status_code, undone.json()["changes"]) == (200, {f"verdict/{DRUG}": None})
    assert undone.json()["can"] == {"undo": False, "redo": True}
    again = reviewer.post_json("/letter/one/undo", json={"token": "tab.undo-0001"})
    assert again.json() == undone.json()
    redone = reviewer.post_json("/letter/one/redo", json={"token": "tab.redo-0001"})
    assert redone.json()["changes"] == {f"verdict/{DRUG}": "rejected"}
    nothing = reviewer.post_json("/letter/one/redo", json={"token": "tab.redo-0002"})
    assert (nothing.status_code, nothing.json()["message"]) == (422, "There is nothing to redo.")


def test_several_decisions_stand_alone(reviewer):
    several = [
        {"token": "tab.00000001", "action": "accept", "arguments": {"mention": DRUG}},
        {"token": "tab.00000002", "action": "accept", "arguments": {"mention": "none"}},
        None,
        {"token": "tab.00000003", "action": "done", "arguments": {"value": True}},
    ]
    answer = reviewer.post_json("/letter/one/decisions", json={"decisions": several})
    assert [result["status"] for result in answer.json()["results"]] == [200, 422, 422, 200]
    assert reviewer.post_json("/letter/one/decisions", json={"decisions": several * 30}).status_code == 400
    assert reviewer.state("one")["document"]["done"] is True


def test_others_decisions_are_told(app):
    one, other = let_in(app), let_in(app)
    before = other.state("one")["version"]
    one.decide("one", "accept", mention=DRUG)
    found = other.get(f"/letter/one/state?since={before}").json()
    assert found["changes"] == {f"verdict/{DRUG}": "accepted"}
    assert found["version"] > before and found["who"] == [app.state.options.who]
    assert other.get(f"/letter/one/state?since={found['version']}").json()["changes"] == {}


def test_who_decides_on_what_another_changed_meanwhile_is_told(app):
    one, other = let_in(app), let_in(app)
    seen = other.state("one")["version"]
    one.decide("one", "accept", token="one.12345678", version=seen, mention=DRUG)
    answer = other.decide("one", "reject", token="two.12345678", version=seen, mention=DRUG)
    assert answer.status_code == 409
    told = answer.json()
    assert told["conflict"] == [f"verdict/{DRUG}"]
    assert (told["who"], told["version"]) == (app.state.options.who, seen + 1)
    assert told["document"][f"verdict/{DRUG}"] == "accepted"
    assert other.state("one")["document"][f"verdict/{DRUG}"] == "accepted", "nothing is lost"
    again = other.decide("one", "reject", token="two.12345679", version=told["version"], mention=DRUG)
    assert again.status_code == 200


def test_what_is_not_the_same_does_not_conflict(app):
    one, other = let_in(app), let_in(app)
    seen = other.state("one")["version"]
    one.decide("one", "accept", token="one.12345678", version=seen, mention=DRUG)
    assert other.decide("one", "comment", token="two.12345678", version=seen, on="letter", text="hm").status_code == 200
    for number, action in enumerate(["reject", "accept", "reject"]):
        answer = one.decide("one", action, token=f"one.0000000{number}", version=seen, mention=DRUG)
        assert answer.status_code == 200, "decisions of one tab in a row"


def test_the_history_says_what_was_done(reviewer, app):
    reviewer.decide("one", "reject", mention=DRUG)
    reviewer.decide("one", "comment", on="letter", text="why <b>so</b>?")
    events = reviewer.get("/letter/one/history").json()["events"]
    assert [event["kind"] for event in events] == ["comment", "reject"]
    assert events[0]["who"] == app.state.options.who
    assert events[0]["when"].endswith("+00:00")
    page = reviewer.get("/history/one", headers=HTML).text
    assert "why &lt;b&gt;so&lt;/b&gt;?" in page or "<b>so" not in page


def test_the_export_is_gold(reviewer, tmp_path):
    reviewer.decide("one", "reject", mention=DRUG)
    reviewer.decide("two", "done", value=True)
    answer = reviewer.get("/export.jsonl")
    assert "attachment" in answer.headers["content-disposition"]
    path = tmp_path / "gold.jsonl"
    path.write_bytes(answer.content)
    found = {a.id: [m.text for m in a.spans] for a in read_annotations(path, problem_with)}
    assert found == {"one": [], "two": ["rituximab"]}
    path.write_bytes(reviewer.get("/export.jsonl?done=1").content)
    assert [a.id for a in read_annotations(path)] == ["two"]
    assert reviewer.get("/export.jsonl?track=nobody").status_code == 404


# PDFs


@pytest.fixture
def with_pdf(make_store, make_app, tmp_path):
    folder = tmp_path / "pdfs"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(
        pdf_bytes([Shown(50, 100, "Under tofacitinib she improved")], [Shown(50, 100, "two")])
    )
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 no")
    from epistula.pdf import read_pdf

    text = read_pdf(folder / "a.pdf").text
    rows = [
        letter_row("a", text, source={"path": "a.pdf", "pages": 2}),
        letter_row("broken", source={"path": "broken.pdf", "pages": 3}),
        letter_row("out", source={"path": "../secret.pdf"}),
    ]
    return let_in(make_app(make_store(rows), pdfs=folder))


def test_the_pages_are_drawn_and_kept_by_the_browser(with_pdf):
    state = with_pdf.state("a")
    assert state["pages"] == [{"number": n, "width": 600, "height": 800} for n in (1, 2)]
    answer = with_pdf.get("/letter/a/page/1.png?w=400")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.headers["cache-control"] == "private, no-cache"
    again = with_pdf.get("/letter/a/page/1.png?w=400", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert with_pdf.get("/letter/a/page/3.png").status_code == 404
    for query in ("w=0", "w=x", "w=nan", "w=inf", "w=-5", "dpr=x", "w=1e300"):
        assert with_pdf.get(f"/letter/a/page/1.png?{query}").status_code == 400, query


def test_a_pdf_that_cannot_be_drawn_costs_only_its_pictures(with_pdf):
    state = with_pdf.state("broken")
    assert state["letter"]["pdf"] == "The PDF is broken."
    assert len(state["pages"]) == 3 and state["pages"][0]["problem"]
    answer = with_pdf.get("/letter/broken/page/2.png")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert answer.headers["x-problem"] == "1"
    assert with_pdf.get("/letter/broken", headers=HTML).status_code == 200


def test_a_pdf_outside_of_the_folder_is_not_there(with_pdf, tmp_path):
    (tmp_path / "secret.pdf").write_bytes(pdf_bytes([Shown(50, 100, "secret")]))
    assert with_pdf.state("out")["letter"]["pdf"] == "none"
    assert with_pdf.get("/letter/out/page/1.png").status_code == 404


def test_an_added_mention_gets_its_place_on_the_page(with_pdf):
    places = with_pdf.state_of_app.places
    places.patience = 0
    state = with_pdf.state("a")
    places._waiting[with_pdf.state_of_app.options.who].join()
    for future in places._letters.values():
        future.result(timeout=30)
    start = state["text"].index("improved")
    answer = with_pdf.decide("a", "add", start=start, end=start + 8, label="OUTCOME")
    added = next(value for key, value in answer.json()["changes"].items() if key.startswith("mention/"))
    assert added["page"] == 1
    assert added["boxes"][0]["top"] == pytest.approx(92, abs=6)


# trouble


def test_a_store_that_is_not_well_is_told_and_loses_nothing(app, reviewer, monkeypatch):
    decide = app.state.store.decide

    def full(*args, **kwargs):
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    monkeypatch.setattr(app.state.store, "decide", full)
    answer = reviewer.decide("one", "accept", token="tab.retry-01", mention=DRUG)
    assert answer.status_code == 503
    assert "disk is full" in answer.json()["message"] and "INSERT" not in answer.text
    monkeypatch.setattr(app.state.store, "decide", decide)
    assert reviewer.decide("one", "accept", token="tab.retry-01", mention=DRUG).status_code == 200
    monkeypatch.setattr(app.state.store, "who", full)
    page = reviewer.get("/", headers=HTML)
    assert page.status_code == 503 and "Traceback" not in page.text


def test_a_server_that_is_started_again_goes_on(two_letters, make_app):
    with serving(lambda port: make_app(two_letters, port=port)) as (app, port):
        first = let_in(app) if port == 8765 else None
        session = two_letters.new_session(app.state.options.who, 600)
    again = make_app(two_letters)
    visitor = Reviewer(again)
    visitor.cookies.set("epistula-8765", session)
    assert visitor.get("/").status_code == 200
    assert first is None or first.cookies


# uploads


def test_uploads_are_off_unless_asked(reviewer):
    answer = reviewer.post("/upload", headers={"Origin": ORIGIN}, files={"file": ("a.pdf", b"%PDF-")})
    assert answer.status_code == 404


def test_a_pdf_is_uploaded_annotated_and_in_the_queue(make_store, make_app, tmp_path):
    folder = tmp_path / "pdfs"
    folder.mkdir()
    reviewer = let_in(make_app(make_store([letter_row("one")]), pdfs=folder, uploads=True))

    def upload(name, content, csrf=None):
        fields = {"csrf": csrf or reviewer.csrf}
        return reviewer.post("/upload", headers={"Origin": ORIGIN}, data=fields, files={"file": (name, content)})

    letter = pdf_bytes([Shown(50, 100, "Two patients improved under tofacitinib.")])
    assert upload("a.pdf", letter, csrf="wrong").status_code == 403
    assert upload("a.pdf", b"no pdf").status_code == 422
    answer = upload("../../../a b<c>.pdf", letter)
    assert answer.status_code == 303, answer.text
    assert [re.sub("[0-9a-f]{12}", "HASH", file.name) for file in folder.iterdir()] == ["a-b-c-HASH.pdf"]
    assert reviewer.get(answer.headers["location"]).status_code == 200
    assert "tofacitinib" in reviewer.get(f"{answer.headers['location']}/state").json()["text"]
    assert upload("b.pdf", b"%PDF-1.4 broken").status_code == 422
    assert len(list(folder.iterdir())) == 1
    assert Path(folder.parent.parent, "a b<c>.pdf").exists() is False
