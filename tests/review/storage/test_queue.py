"""Which letter comes next, how much is left, and finding letters by their words."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event

from epistula.model import Assertion, Candidate, Concept, Provenance
from epistula.review import uncertainty
from epistula.review.queue import ORDERS
from epistula.review.search import folded
from epistula.review.store import Store
from tests.review.storage.letters import act, find, letter, titled

PLAIN = replace(letter().spans[2], concept=Concept("drug:x", "x"))


def drugs(name, *words):
    """Return a letter with one drug for each word, all with concepts."""
    found = letter(name, " ".join(f"[{word}]{{DRUG}} and" for word in words) or "Nothing.", related=False)
    return replace(found, spans=tuple(replace(m, concept=Concept("drug:x", "x")) for m in found.spans))


def doubtful(annotation, count):
    """Return a letter whose first mentions are possible only."""
    spans = [replace(m, assertion=Assertion.POSSIBLE) if n < count else m for n, m in enumerate(annotation.spans)]
    return replace(annotation, spans=tuple(spans))


@pytest.fixture
def filled(store):
    store.take_in([
        titled(doubtful(drugs("a", "one", "two"), 0), "First"), doubtful(drugs("b", "one", "three"), 2),
        doubtful(drugs("c", "four", "five", "six", "seven"), 1),
        letter("d", "A [rash]{ORGAN system=skin}.", related=False),
    ])  # fmt: skip
    return store


def ids(queue):
    return [row.id for row in queue.rows]


@pytest.mark.parametrize(
    ("mention", "doubt"),
    [
        (PLAIN, 0.0),
        (replace(PLAIN, concept=None), 0.5),
        (replace(PLAIN, concept=Concept("drug:x", "x", 0.9, (Candidate("y", "y", 0.3),))), 0.1),
        (replace(PLAIN, assertion=Assertion.POSSIBLE), 0.5),
        (replace(PLAIN, assertion=Assertion.NEGATED), 0.2),
        (replace(PLAIN, by=Provenance("drug", "1", "drug.misspelt")), 0.8),
        (replace(PLAIN, by=Provenance("model", "1", "model.CHEMICAL"), concept=None), 0.8),
        (replace(PLAIN, label="OUTCOME", concept=None, by=None), 0.0),
    ],
)
def test_the_doubt_of_a_mention(mention, doubt):
    assert uncertainty.of_mention(mention) == pytest.approx(doubt)


def test_the_doubt_of_a_letter_is_the_mean():
    assert uncertainty.of_letter(doubtful(drugs("c", "a", "b", "c", "d"), 1)) == pytest.approx(0.125)
    assert uncertainty.of_letter(drugs("c")) == 0


@pytest.mark.parametrize(
    ("order", "label", "expected"),
    [
        ("order", None, "abcd"),
        ("uncertainty", None, "bdca"),
        ("label", "DRUG", "cab"),
        ("label", None, "cabd"),
        ("forms", None, "cabd"),
        ("disagreement", None, "abcd"),
        ("order", "ORGAN", "d"),
    ],
)
def test_orders(filled, order, label, expected):
    assert "".join(ids(filled.queue(order=order, label=label))) == expected
    walked, at = [], None
    while (at := filled.next_letter(after=at, order=order, label=label)) and at not in walked:
        walked.append(at)
    assert "".join(walked) == expected


def test_a_row_says_what_a_reviewer_wants_to_know(filled):
    act(filled, "reject", {"mention": find(filled, "one", name="a")}, name="a")
    row = filled.queue(order="order").rows[0]
    assert (row.id, row.title, row.path, row.mentions, row.decided) == ("a", "First", "in/a.pdf", 2, 1)
    assert (row.uncertainty, row.disagreements, row.forms, row.done) == (0.0, 1, 1, False)


def test_forms_are_new_until_one_is_decided_anywhere(filled):
    def new():
        return {row.id: row.forms for row in filled.queue(order="order").rows}

    assert new() == {"a": 2, "b": 2, "c": 4, "d": 1}
    act(filled, "accept", {"mention": find(filled, "one", name="a")}, name="a")
    assert new() == {"a": 1, "b": 1, "c": 4, "d": 1}
    act(filled, "reject", {"mention": find(filled, "one", name="b")}, name="b", who="bob")
    filled.undo("a", "", "ann")
    assert new()["a"] == 1
    filled.undo("b", "", "bob")
    assert new() == {"a": 2, "b": 2, "c": 4, "d": 1}
    assert filled.queue("ann", order="order").rows[0].forms == 2


def test_what_was_found_wrong_comes_first_by_disagreement(filled):
    act(filled, "reject", {"mention": find(filled, "one", name="b")}, name="b")
    act(filled, "accept", {"mention": find(filled, "one", name="a")}, name="a")
    assert ids(filled.queue(order="disagreement"))[0] == "b"


def test_letters_that_two_tracks_see_differently_come_first(filled):
    act(filled, "reject", {"mention": find(filled, "four", name="c")}, name="c", track="ann")
    for track in ("ann", "bob"):
        act(filled, "done", {"value": True}, name="c", track=track)
    queue = filled.queue("ann", "disagreement", state="all")
    assert (queue.rows[0].id, queue.rows[0].disagreements) == ("c", 1)
    act(filled, "done", {"value": False}, name="c", track="bob")
    assert filled.queue("carl", "disagreement", state="all").rows[0].disagreements == 0


def test_done_letters_leave_the_queue_and_come_back(filled):
    act(filled, "done", {"value": True}, name="b")
    assert "b" not in ids(filled.queue())
    assert ids(filled.queue(state="done")) == ["b"]
    assert len(filled.queue(state="all").rows) == 4
    filled.undo("b", "", "ann")
    assert "b" in ids(filled.queue())


def test_pages(filled):
    queue = filled.queue(order="order", offset=1, limit=2)
    assert (ids(queue), queue.total) == (["b", "c"], 4)
    assert ids(filled.queue(offset=9)) == []


def test_next_goes_on_from_a_letter_that_has_left_the_queue(filled):
    act(filled, "done", {"value": True}, name="b")
    assert filled.next_letter(after="b", order="order") == "c"
    assert filled.next_letter(after="d", order="order") == "a"
    assert filled.next_letter(after="nothing", order="order") == "a"
    assert filled.next_letter(after="b", order="order", state="done") is None
    act(filled, "done", {"value": True}, name="c")
    assert filled.next_letter(after="c", order="forms") == "a"


def test_neighbours(filled):
    found = filled.neighbours("b", order="order")
    assert (found.previous, found.next, found.index, found.total) == ("a", "c", 1, 4)
    act(filled, "done", {"value": True}, name="b")
    found = filled.neighbours("b", order="order")
    assert (found.previous, found.next, found.index, found.total) == ("a", "c", None, 3)
    found = filled.neighbours("nothing")
    assert (found.previous, found.next, found.index) == (None, "d", None)


def test_orders_and_states_that_are_none(filled):
    for more in ({"order": "size"}, {"state": "x"}, {"order": "1; DROP TABLE letters"}):
        with pytest.raises(ValueError, match="Order is one of"):
            filled.queue(**more)
    assert filled.queue(label="' OR 1=1").total == 0


def test_progress_and_pace(filled, clock):
    progress = filled.queue().progress
    assert (progress.letters, progress.done, progress.mentions, progress.decided) == (4, 0, 9, 0)
    assert progress.pace is None and progress.minutes_left is None
    act(filled, "accept", {"mention": find(filled, "two", name="a")}, name="a")
    clock.time += timedelta(hours=3)
    for word in ("four", "five", "six"):
        act(filled, "accept", {"mention": find(filled, word, name="c")}, name="c")
        clock.time += timedelta(seconds=19)
    progress = filled.queue().progress
    assert progress.decided == 4
    assert progress.pace == pytest.approx(3.0, rel=0.05)
    assert progress.minutes_left == pytest.approx(5 / progress.pace)
    act(filled, "done", {"value": True}, name="c")
    assert filled.queue().progress.done == 1


def test_nothing_taken_in_yet(store):
    queue = store.queue()
    assert (queue.rows, queue.total, queue.progress.letters, queue.progress.minutes_left) == ([], 0, 0, None)
    assert store.next_letter() is None


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("tofacitinib", "ab"),
        ("TOFACITINIB café", "a"),
        ("cafe", "a"),
        ("anti-MDA5", "ab"),
        ("MDA5 anti", "ab"),
        ("anti-tofacitinib", ""),
        ("interferon beta", "b"),
        ("β", "b"),
        ("nothing", ""),
        ("", ""),
        ('" OR 1 --', ""),
        ('tofacitinib" NOT "cafe', ""),
        ("NOT tofacitinib", ""),
        ("tofa*", ""),
        ("words:tofacitinib", ""),
        ("NEAR(tofacitinib cafe)", ""),
        ("%", ""),
        ("tofacitinib)", "ab"),
        ("'tofacitinib'", "ab"),
        ("tofacitinib\0", "ab"),
        ("\ud800", ""),
        ("a " * 5000, ""),
    ],
)
def test_search_takes_words_as_words(store, words, expected):
    store.take_in(
        [letter("a"), letter("b", "Anti-MDA5-positive; [tofacitinib]{DRUG} and interferon-β."), letter("c", "Words.")]
    )
    assert "".join(sorted(hit.id for hit in store.search(words))) == expected
    if words.strip():
        assert "".join(ids(store.queue(order="order", search=words))) == expected


def test_an_excerpt_shows_the_first_word(store):
    store.take_in([titled(letter("a"), "A title")])
    (hit,) = store.search("Rituximab cafe")
    assert hit.title == "A title"
    assert hit.excerpt[hit.start : hit.end] == "rituximab"
    assert len(hit.excerpt) <= 2 * 60 + len("rituximab")


def test_a_changed_text_is_found_by_its_new_words_only(store):
    store.take_in([letter("a", "Old words with [x]{DRUG}.")])
    store.take_in([letter("a", "New words with [x]{DRUG}.")])
    assert [hit.id for hit in store.search("new words")] == ["a"]
    assert store.search("old words") == []


def test_text_is_folded_for_the_search():
    assert folded("Anti-MDA5, β2-GPI; Œdème naïve ﬁbrosis_1") == "anti mda5 beta2 gpi œdeme naive fibrosis 1"


def test_the_queue_reads_no_letters(filled):
    said = []
    event.listen(filled._database.engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    for order in ORDERS:
        filled.queue(order=order, label="DRUG")
        filled.next_letter(after="b", order=order)
        filled.neighbours("b", order=order)
    assert said and not [words for words in said if "predictions" in words or "texts" in words or "entries" in words]


def test_the_next_letter_is_found_by_index(tmp_path, clock):
    store = Store(f"sqlite:///{tmp_path / 'review.sqlite'}", clock)
    plans = []

    def explain(connection, cursor, words, parameters, *_):
        if words.lstrip().startswith("SELECT letters.id"):
            cursor.execute(f"EXPLAIN QUERY PLAN {words}", parameters)
            plans.append("\n".join(row[3] for row in cursor.fetchall()))

    event.listen(store._database.engine, "before_cursor_execute", explain)
    for order in ("order", "uncertainty", "disagreement", "forms"):
        store.next_letter(order=order)
        assert f"USING INDEX states_{order}" in plans[-1].replace("COVERING ", ""), plans[-1]
    assert not [plan for plan in plans if "SCAN" in plan]
    store.close()
