"""Whatever two reviewers do: all of it can be taken back, the events give the document, and the export is valid."""

from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from epistula.jsonl import read_annotations, write_annotations
from epistula.labels import all_labels, problem_with
from epistula.review.actions import ACTIONS, decision
from epistula.review.decisions import ConflictError, applied
from epistula.review.documents import document_of, under
from tests.review.storage.letters import letter

NAMES = count()
WHO = st.sampled_from(["ann", "bob"])
INDEX = st.integers(0, 12)
STEP = st.tuples(
    WHO, st.sampled_from([*ACTIONS, "undo", "redo"]), INDEX, INDEX, st.integers(-3, 200), st.integers(0, 30),
    st.sampled_from(sorted(all_labels())), st.booleans(),
)  # fmt: skip


def arguments(document, action, one, other, at, length, label, flag):
    """Return arguments that may or may not be right for what is there."""
    mentions, relations = sorted(under("mention", document)), sorted(under("relation", document))
    first, second = (mentions[number % len(mentions)] if mentions else "" for number in (one, other))
    head, tail = (document.get(f"mention/{name}", {"label": "DRUG"}) for name in (first, second))
    fitting = [name for name, end in all_labels()[head["label"]].relations.items() if end == tail["label"]]
    return {
        "accept": {"mention": first}, "reject": {"mention": first}, "accept_form": {"mention": first},
        "change": {"mention": first, **({"label": label} if flag else {"assertion": "possible"})},
        "move": {"mention": first, "start": at, "end": at + length},
        "add": {"start": at, "end": at + length, "label": label},
        "join": {"mentions": [first, second]}, "split": {"mention": first, "at": at},
        "relate": {"head": first, "tail": second, "label": (fitting or ["affects"])[0]},
        "unrelate": {"relation": relations[one % len(relations)] if relations else ""},
        "record": {"index": one % 2 if flag else None, "value": None if at % 2 else {"n": other, "evidence": [first]}},
        "comment": {"on": first if flag else "letter", "text": "x" * length}, "done": {"value": flag},
        "dismiss": {"orphan": first},
    }[action]  # fmt: skip


def take(store, name, step):
    """Do a step; what cannot be done, or is in another's way, is left."""
    who, action, *rest = step
    view = store.letter(name)
    try:
        if action in ("undo", "redo"):
            getattr(store, action)(name, "", who)
        else:
            kind, changes = decision(action, arguments(view.document, action, *rest), view.document, view.text)
            store.decide(name, "", who, kind, changes)
    except ConflictError:
        assert action in ("undo", "redo")
    except ValueError:
        pass


def undo_all(store, name):
    """Undo what both did; each in turn when the other is in the way."""
    while any(store.can(name, "", who).undo for who in ("ann", "bob")):
        before = len(store.history(name, ""))
        for who in ("ann", "bob"):
            try:
                while store.undo(name, "", who):
                    pass
            except ConflictError:
                continue
        assert len(store.history(name, "")) > before, "both are in each other's way"


@pytest.mark.usefixtures("url")
class TestWhateverIsDone:
    @given(steps=st.lists(STEP, max_size=12))
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_it_is_valid_replayed_and_taken_back(self, store, tmp_path, steps):
        name = f"letter{next(NAMES)}"
        store.take_in([letter(name)])
        for step in steps:
            take(store, name, step)

        exported = [one for one in store.export() if one.id == name]
        write_annotations(tmp_path / "gold.jsonl", exported)
        (read,) = read_annotations(tmp_path / "gold.jsonl", problem_with)
        assert all(read.text[m.start : m.end] == m.text for m in read.spans)

        document = document_of(letter(name))
        for event in store.history(name, ""):
            document = applied(document, event.changes)
        assert document == store.letter(name).document
        row = next(row for row in store.queue(state="all", limit=1000).rows if row.id == name)
        assert row.mentions == len(under("mention", document))
        assert row.decided == len(under("verdict", document))
        assert row.done == bool(document.get("done"))

        undo_all(store, name)
        assert store.letter(name).document == document_of(letter(name))
