"""What a reviewer can do, on a document alone."""

import pytest

from epistula.review.actions import ACTIONS, decision
from epistula.review.decisions import applied
from epistula.review.documents import document_of, under
from tests.review.storage.letters import letter

LETTER = letter()
DOCUMENT = document_of(LETTER)


def ids(text, document=DOCUMENT):
    return [name for name, row in under("mention", document).items() if row["text"] == text]


def after(action, document=DOCUMENT, place=None, **arguments):
    """Return the document after an action."""
    kind, changes = decision(action, arguments, document, LETTER.text, place)
    assert kind == action
    assert all(change.before != change.after for change in changes)
    return applied(document, changes)


def changed(document, before=DOCUMENT):
    """Return what is different, by key."""
    return {k: document.get(k) for k in document.keys() | before.keys() if document.get(k) != before.get(k)}


def mention(document, text, label=None):
    (row,) = [m for m in under("mention", document).values() if m["text"] == text and label in (None, m["label"])]
    return row


def test_accepting_and_rejecting_are_verdicts_and_leave_the_mention():
    (drug,) = ids("rituximab")
    assert changed(after("accept", mention=drug)) == {f"verdict/{drug}": "accepted"}
    assert changed(after("reject", mention=drug)) == {f"verdict/{drug}": "rejected"}


def test_a_form_is_accepted_wherever_nothing_was_decided():
    first, second = ids("tofacitinib")
    rejected = after("reject", mention=second)
    assert changed(after("accept_form", mention=first)) == dict.fromkeys(
        [f"verdict/{first}", f"verdict/{second}"], "accepted"
    )
    assert changed(after("accept_form", rejected, mention=first), rejected) == {f"verdict/{first}": "accepted"}


def test_a_change_of_attributes_keeps_the_mention_and_says_who_made_it():
    (organ,) = ids("lung disease")
    row = mention(after("change", mention=organ, attributes={"system": "heart"}, assertion="possible"), "lung disease")
    assert (row["id"], row["system"], row["assertion"]) == (organ, "heart", "possible")
    assert row["by"]["component"] == "review" and row["by"]["rule"] == "review.changed"


def test_an_attribute_can_be_taken_out_and_a_concept_given():
    (patients,) = ids("Two patients")
    assert "n" not in mention(after("change", mention=patients, attributes={"n": None}), "Two patients")
    (drug,) = ids("rituximab")
    concept = {"id": "drug:x", "name": "x"}
    assert mention(after("change", mention=drug, concept=concept), "rituximab")["concept"] == concept


def test_another_label_drops_what_it_has_not_and_takes_its_own_concept():
    (organ,) = ids("lung disease")
    found = after("change", mention=organ, label="DIAGNOSIS")
    row = mention(found, "lung disease")
    assert (row["label"], "system" in row, row["assertion"]) == ("DIAGNOSIS", False, "present")
    assert f"mention/{organ}" not in found and found[f"verdict/{row['id']}"] == "accepted"
    patients = mention(after("change", mention=organ, label="PATIENTS"), "lung disease")
    assert (patients["assertion"], patients["attribution"]) == (None, None)


def test_a_label_changed_drops_relations_that_it_cannot_have():
    first = ids("tofacitinib")[0]
    assert under("relation", after("change", mention=first, label="ORGAN", attributes={"system": "skin"})) == {}


def test_a_mention_that_moves_takes_relations_evidence_and_comment_along():
    first = ids("tofacitinib")[0]
    row = DOCUMENT[f"mention/{first}"]
    commented = after("comment", on=first, text=" which one? ")
    found = after("move", commented, mention=first, start=row["start"] - 5, end=row["end"])
    moved = mention(found, "took tofacitinib")
    (relation,) = under("relation", found).values()
    (record,) = under("record", found).values()
    assert relation["tail"] == moved["id"] and moved["id"] in record["evidence"] and first not in record["evidence"]
    assert found[f"comment/{moved['id']}"] == "which one?"
    assert moved["by"]["rule"] == "review.changed" and moved["boxes"] == [] and f"mention/{first}" not in found


def test_bounds_are_clamped_trimmed_and_never_empty():
    (drug,) = ids("rituximab")
    end = DOCUMENT[f"mention/{drug}"]["end"]
    last = after("move", mention=drug, start=end + 1, end=10**9)
    assert mention(last, LETTER.text[end + 1 :].strip())["end"] == len(LETTER.text)
    start = LETTER.text.index(" rituximab")
    assert changed(after("move", mention=drug, start=start, end=start + 10)).keys() == {
        f"mention/{drug}", f"verdict/{drug}",
    }  # fmt: skip
    with pytest.raises(ValueError, match="has text in it"):
        after("move", mention=drug, start=start, end=start + 1)
    with pytest.raises(ValueError, match="has text in it"):
        after("move", mention=drug, start=8, end=3)


def test_what_is_added_takes_concept_and_attributes_of_the_lexicon():
    start = LETTER.text.index("lung")
    found = after("add", start=start, end=start + 4, label="ORGAN")
    row = mention(found, "lung")
    assert (row["system"], row["assertion"], row["attribution"]) == ("lung", "present", "own")
    assert row["concept"]["id"].startswith("organ:") and row["by"]["rule"] == "review.added"
    start = LETTER.text.index("café")
    assert mention(after("add", start=start, end=start + 4, label="DRUG"), "café")["concept"] is None


def test_page_and_boxes_come_from_whoever_knows_the_pdf():
    box = {"page": 2, "x0": 1.0, "top": 2.0, "x1": 3.0, "bottom": 4.0}
    found = after("add", place=lambda start, end: (2, [box]), start=0, end=3, label="DRUG")
    assert (mention(found, "Two")["page"], mention(found, "Two")["boxes"]) == (2, [box])


def test_one_place_has_one_mention_of_a_label_unless_it_was_rejected():
    (drug,) = ids("rituximab")
    row = DOCUMENT[f"mention/{drug}"]
    with pytest.raises(ValueError, match="a DRUG at this place already"):
        after("add", start=row["start"], end=row["end"], label="DRUG")
    again = after("add", after("reject", mention=drug), start=row["start"], end=row["end"], label="DRUG")
    assert again[f"verdict/{drug}"] == "accepted"


def test_joining_spans_from_the_first_to_the_last():
    second = ids("tofacitinib")[1]
    (other,) = ids("rituximab")
    found = after("join", mentions=[other, second])
    assert mention(found, "tofacitinib and rituximab")["label"] == "DRUG"
    assert not {f"mention/{other}", f"mention/{second}"} & found.keys()
    with pytest.raises(ValueError, match="one label"):
        after("join", mentions=[other, *ids("improved")])
    with pytest.raises(ValueError, match="two mentions"):
        after("join", mentions=[other, other])


def test_joining_related_mentions_keeps_one_relation():
    first, second = ids("tofacitinib")
    (patients,) = ids("Two patients")
    both = after("relate", head=patients, tail=second, label="treated_with")
    assert len(under("relation", both)) == 2
    (relation,) = under("relation", after("join", both, mentions=[first, second])).values()
    assert relation["head"] == patients


def test_splitting_leaves_out_what_is_between():
    (organ,) = ids("lung disease")
    start = DOCUMENT[f"mention/{organ}"]["start"]
    for at in (4, 5):
        found = after("split", mention=organ, at=start + at)
        assert (mention(found, "lung")["label"], mention(found, "disease")["label"]) == ("ORGAN", "ORGAN")
        assert f"mention/{organ}" not in found
    for at in (-3, 0, 12, 40):
        with pytest.raises(ValueError, match="inside it"):
            after("split", mention=organ, at=start + at)


def test_relations_are_those_that_the_labels_declare():
    (outcome,), (drug,) = ids("improved"), ids("rituximab")
    found = after("relate", head=outcome, tail=drug, label="response_to")
    (name,) = changed(found)
    assert changed(after("unrelate", found, relation=name.removeprefix("relation/"))) == {}
    with pytest.raises(ValueError, match="Choose from response_to"):
        after("relate", head=outcome, tail=drug, label="affects")
    with pytest.raises(ValueError, match="the other way round"):
        after("relate", head=drug, tail=outcome, label="response_to")
    with pytest.raises(ValueError, match="not there any more"):
        after("unrelate", relation="nothing")


def test_case_records_are_set_added_and_taken_out():
    (patients,) = ids("One")
    found = after("record", index=None, value={"n": 1, "sex": "female", "evidence": [patients]})
    assert found["record/1"]["sex"] == "female"
    assert "record/0" not in after("record", index=0, value=None)
    assert after("record", index=0, value={"n": 3})["record/0"]["n"] == 3
    for index, value, said in (
        (7, {}, "not there"), (None, None, "Say which"), (None, {"n": -1}, "n: Input"),
        (None, {"evidence": ["x"]}, "not there"), (None, {"colour": 1}, "colour"), (None, [], "Case record"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=said):
            after("record", index=index, value=value)


def test_comments_stand_on_mentions_and_on_the_letter():
    (drug,) = ids("rituximab")
    found = after("comment", on="letter", text="<b>bold</b>\n")
    assert changed(found) == {"comment/letter": "<b>bold</b>"}
    assert changed(after("comment", found, on="letter", text="  ")) == {}
    assert after("comment", on=drug, text="lone \ud800")[f"comment/{drug}"] == "lone ?"
    for text in ("x" * 10_001, None, 3):
        with pytest.raises(ValueError, match="10000 characters"):
            after("comment", on="letter", text=text)


def test_a_letter_is_done_and_not_done():
    found = after("done", value=True)
    assert changed(found) == {"done": True}
    assert changed(after("done", found, value=False)) == {}


def test_an_orphan_is_dismissed():
    document = {**DOCUMENT, "orphan/x": {"mention": {}}}
    assert "orphan/x" not in after("dismiss", document, orphan="x")
    with pytest.raises(ValueError, match="not there any more"):
        after("dismiss", orphan="x")


@pytest.mark.parametrize(
    ("action", "arguments", "said"),
    [
        ("explode", {}, "There is no action 'explode'"),
        ("accept", {}, "not there any more"),
        ("accept", {"mention": {"x": 1}}, "not there any more"),
        ("change", {"mention": ids("rituximab")[0], "label": "CAR"}, "no label 'CAR'"),
        ("change", {"mention": ids("rituximab")[0], "assertion": "perhaps"}, "assertion"),
        ("change", {"mention": ids("rituximab")[0], "attributes": {"id": "x"}}, "Attributes are"),
        ("change", {"mention": ids("rituximab")[0], "attributes": {"system": "lung"}}, "DRUG has no attribute"),
        ("change", {"mention": ids("Two patients")[0], "attributes": {"n": -1}}, "N cannot be -1"),
        ("change", {"mention": ids("rituximab")[0], "concept": {"id": "x"}}, "concept"),
        ("move", {"mention": ids("rituximab")[0], "start": "1", "end": 3}, "no whole number"),
        ("add", {"start": 0, "end": 3, "label": ["DRUG"]}, "no label"),
        ("add", {"start": True, "end": 3, "label": "DRUG"}, "no whole number"),
        ("comment", {"on": "nothing", "text": "x"}, "not there any more"),
    ],
)
def test_what_cannot_be_done_is_said(action, arguments, said):
    with pytest.raises(ValueError, match=said):
        decision(action, arguments, DOCUMENT, LETTER.text)


def test_every_action_says_what_it_does():
    assert all(action.__doc__ for action in ACTIONS.values())
