"""Tracks side by side: how far they agree, what they see differently, and how that was decided."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from epistula.errors import InputError
from epistula.evaluate import adjudicate as judging
from epistula.evaluate.adjudicate import AROUND, SIDES, Decision, Key, key_of
from epistula.evaluate.agreement import Agreement, Disagreement, What, both, disagreements
from epistula.evaluate.agreement import agreement as agreement_of
from epistula.model import Annotation, content_id
from epistula.review.decisions import Document, between
from epistula.review.documents import ACCEPTED, REJECTED, document_of, overlaid, under
from epistula.review.drafts import by_review
from epistula.review.export import one as exported_letter
from epistula.review.ledger import Entry, write
from epistula.review.rows import ADJUDICATED, Shelf, known, overlay_of
from epistula.review.tables import entries, events, letters, states
from epistula.review.views import Day, Question


def agreement(connection: Connection, shelf: Shelf, one: str, other: str, reader: str | None) -> Agreement:
    """Return how far two tracks agree on the letters that both have marked done.

    Raises:
        InputError: there is no such letter.
    """
    numbers = done_in_both(connection, one, other, reader)
    if not numbers:
        said = "that you marked done too" if _takes_part(connection, reader) else "that both marked done"
        raise InputError(f"{_named(one)} and {_named(other)} have no letter {said}. Finish one in each.")
    return agreement_of(*_sides(connection, shelf, one, other, numbers))


def _named(track: str) -> str:
    return repr(track) if track else "the shared track"


def done_in_both(connection: Connection, one: str, other: str, reader: str | None) -> list[int]:
    """Return the letters that two tracks have marked done; for a blind reader who reviews too, those done by all."""
    first, second = states.alias(), states.alias()
    query = select(first.c.no).join(second, second.c.no == first.c.no).order_by(first.c.no)
    query = query.where(first.c.track == one, second.c.track == other, first.c.done, second.c.done)
    if _takes_part(connection, reader):
        query = query.where(first.c.no.in_(select(states.c.no).where(states.c.track == reader, states.c.done)))
    return list(connection.execute(query).scalars())


def _takes_part(connection: Connection, reader: str | None) -> bool:
    """Say whether a blind reader has decided on letters, and is not one who only adjudicates."""
    began = (states.c.track == reader, or_(states.c.done, states.c.decided > 0))
    return reader is not None and connection.execute(select(states.c.no).where(*began).limit(1)).first() is not None


def hides(connection: Connection, track: str, reader: str | None) -> bool:
    """Say whether a track has decisions on letters that a blind reader who reviews too has not done."""
    own = select(states.c.no).where(states.c.track == reader, states.c.done)
    decided = select(states.c.no).where(states.c.track == track, states.c.version > 0, states.c.no.not_in(own))
    return _takes_part(connection, reader) and connection.execute(decided.limit(1)).first() is not None


def _sides(
    connection: Connection, shelf: Shelf, one: str, other: str, numbers: list[int]
) -> tuple[list[Annotation], list[Annotation]]:
    first, second = ([exported_letter(connection, shelf, track, no) for no in numbers] for track in (one, other))
    return first, second


def over_time(connection: Connection, shelf: Shelf, one: str, other: str, reader: str | None) -> list[Day]:
    """Return the agreement by the day (UTC) on which the second of two tracks was done with a letter."""
    days: dict[date, list[int]] = defaultdict(list)
    for no in done_in_both(connection, one, other, reader):
        days[max(_done_at(connection, track, no) for track in (one, other)).date()].append(no)
    return [
        Day(day, agreement_of(*_sides(connection, shelf, one, other, numbers))) for day, numbers in sorted(days.items())
    ]


def _done_at(connection: Connection, track: str, no: int) -> datetime:
    query = select(events.c.at).join(entries, entries.c.event == events.c.id)
    query = query.where(entries.c.track == track, entries.c.no == no, entries.c.key == "done")
    return datetime.fromisoformat(connection.execute(query).scalar_one())


def questions(
    connection: Connection, shelf: Shelf, one: str, other: str, letter_id: str | None, reader: str | None
) -> Iterator[Question]:  # fmt: skip
    """Yield what two tracks see differently in letters that both have marked done, with how it was decided."""
    numbers = done_in_both(connection, one, other, reader)
    if letter_id is not None:
        chosen = set(connection.execute(select(letters.c.no).where(letters.c.id == letter_id)).scalars())
        numbers = [no for no in numbers if no in chosen]
    for no in numbers:
        first, second = _sides(connection, shelf, one, other, [no])
        answers = under("question", overlay_of(connection, ADJUDICATED, no))
        for found in disagreements(both(first, second)[0][0]):
            answer = answers.get(_name(one, other, key_of(found)))
            decision = Decision(answer["decision"], answer["by"], answer["note"]) if answer else None
            yield _question(found, first[0].text, decision)


def _question(found: Disagreement, text: str, answer: Decision | None) -> Question:
    start, end = sorted((found.start, found.end))
    return Question(found, text[max(0, start - AROUND) : start], text[start:end], text[end : end + AROUND], answer)


def _name(one: str, other: str, key: Key) -> str:
    return content_id("question", one, other, *key)


def adjudicate(
    connection: Connection, shelf: Shelf, one: str, other: str, key: Key, answer: Decision, when: datetime,
    reader: str | None,
) -> int:  # fmt: skip
    """Decide a disagreement in the track "adjudicated", see `Store.adjudicate`.

    The letter there is what the answers so far make of the two; where there is none yet, it is as the first has it.

    Raises:
        InputError: no such disagreement, or an answer that cannot be.
    """
    try:
        no, revision = known(connection, key[0])
    except KeyError:
        raise InputError(f"letter {key[0]}: there is none. Load the page again.") from None
    if no not in done_in_both(connection, one, other, reader):
        raise InputError(f"letter {key[0]}: is not marked done in both tracks. Load the page again.")
    first, second = _sides(connection, shelf, one, other, [no])
    asked = [key_of(found) for found in disagreements(both(first, second)[0][0])]
    _check(key, asked, answer.decision)
    predicted = shelf.get(connection, no, revision)
    before = overlaid(predicted.document, overlay_of(connection, ADJUDICATED, no))
    answers = {k: _answered(before, one, other, k) for k in asked} | {key: answer}
    filled = {k: found or Decision(SIDES[0], answer.by) for k, found in answers.items()}
    merged = judging.adjudicated(first, second, filled)[0]
    after = _document(merged, predicted.document, [_mentions(first[0]), _mentions(second[0])])
    after |= {name: value for name, value in before.items() if name.startswith(("question/", "comment/"))}
    after[f"question/{_name(one, other, key)}"] = {
        "tracks": [one, other], "key": list(key[1:]), "decision": answer.decision, "by": answer.by, "note": answer.note,
    }  # fmt: skip
    if all(answers.values()):
        after["done"] = True
    changes = between(before, after)
    return write(connection, shelf, key[0], ADJUDICATED, Entry(answer.by, "adjudicate", changes), when)


def _check(key: Key, asked: list[Key], decision: str) -> None:
    if key not in asked:
        raise InputError(f"letter {key[0]}: no such disagreement at {key[1]}. Load the page again.")
    if decision not in SIDES and (not decision.startswith("=") or key[4] in list(What)):
        raise InputError(f"decision {decision!r}: is none. Give one, other or, for an attribute, =VALUE.")


def _answered(document: Document, one: str, other: str, key: Key) -> Decision | None:
    found = document.get(f"question/{_name(one, other, key)}")
    return Decision(found["decision"], found["by"], found["note"]) if found else None


def _mentions(annotation: Annotation) -> Mapping[str, Any]:
    return under("mention", document_of(annotation))


def _document(merged: Annotation, base: Document, sides: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the document of a merged letter: its mentions accepted, all other predicted ones rejected.

    Mentions get back what made them and where they are, which merging leaves out.
    """
    found = document_of(merged)
    for name, row in under("mention", found).items():
        found[f"mention/{name}"] = _restored(row, [side[name] for side in sides if name in side])
        found[f"verdict/{name}"] = ACCEPTED
    for name, row in under("mention", base).items():
        if f"mention/{name}" not in found:
            found[f"mention/{name}"], found[f"verdict/{name}"] = row, REJECTED
    return found


def _restored(row: Mapping[str, Any], made: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a merged mention as one of the two has it; as changed in the review when it is as neither has it."""
    for one in made:
        if {**row, **{name: one[name] for name in ("page", "boxes", "by", "concept")}} == one:
            return dict(one)
    return by_review({**row, **{name: made[0][name] for name in ("page", "boxes", "by")}} if made else dict(row))
