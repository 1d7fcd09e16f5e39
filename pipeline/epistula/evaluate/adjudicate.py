"""Two annotations of the same letters made into one, by decisions that are kept with it.

A decision takes the side of one annotator; for an attribute it may name a third value instead.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from epistula.errors import InputError
from epistula.evaluate.agreement import Disagreement, What, both, disagreements
from epistula.evaluate.compare import Compared
from epistula.evaluate.match import Scheme
from epistula.evaluate.relations import compare_relations
from epistula.evaluate.values import CONTEXT, declared, value
from epistula.labels import problem_with
from epistula.model import (
    Annotation,
    Assertion,
    Attribution,
    CaseRecord,
    Mention,
    Relation,
    mention_id,
    relation_id,
    text_sha256,
)

COLUMNS = (*Disagreement._fields, "context", "decision", "by", "note")
SIDES = ("one", "other")
AROUND = 60
"""Characters of context on each side, for whoever decides."""

Key = tuple[str, int, int, str, str]


@dataclass(frozen=True)
class Decision:
    """How a disagreement was decided: "one", "other" or "=VALUE", by whom, and a note."""

    decision: str
    by: str
    note: str = ""


def questions(one: Iterable[Annotation], other: Iterable[Annotation], known: Mapping[Key, Decision]) -> str:
    """Return the disagreements as tab-separated rows with a header; those decided before keep their decision.

    Raises:
        InputError: as `both`.
    """
    text = io.StringIO()
    rows = csv.writer(text, dialect="excel-tab", lineterminator="\n")
    rows.writerow(COLUMNS)
    for letter in both(one, other)[0]:
        for found in disagreements(letter):
            before = known.get(key_of(found), Decision("", ""))
            words = _context(letter.gold.text, found)
            rows.writerow([*map(_one_line, found), words, before.decision, before.by, before.note])
    return text.getvalue()


def read_decisions(path: Path) -> dict[Key, Decision]:
    """Read a file that `questions` gave; rows that are not decided are left out.

    Raises:
        InputError: the file cannot be read, or a row is none of ours; the message names the line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, dialect="excel-tab"))
    except (OSError, UnicodeError, csv.Error) as error:
        raise InputError(f"{path}: {error}. Give a file of decisions, or a new name to have one written.") from error
    found: dict[Key, Decision] = {}
    for number, row in enumerate(rows, start=2):
        if missing := [name for name in COLUMNS if row.get(name) is None]:
            raise InputError(f"{path}, line {number}: no column {missing[0]}. Keep the columns as they were written.")
        decision = row["decision"].strip()
        if not decision:
            continue
        try:
            key = (row["letter"], int(row["start"]), int(row["end"]), row["label"], row["what"])
        except ValueError as error:
            raise InputError(f"{path}, line {number}: {error}. Keep start and end as they were written.") from error
        if decision not in SIDES and (not decision.startswith("=") or row["what"] in list(What)):
            raise InputError(
                f"{path}, line {number}: decision {decision!r}. Write one, other or, for an attribute, =VALUE."
            )
        if not (by := row["by"].strip()):
            raise InputError(f"{path}, line {number}: the decision has nobody in the column by. Write who decided.")
        found[key] = Decision(decision, by, row["note"].strip())
    return found


def adjudicated(
    one: Iterable[Annotation], other: Iterable[Annotation], decisions: Mapping[Key, Decision]
) -> list[Annotation]:
    """Return the letters that both annotate, with each disagreement decided; the decisions stand in their `meta`.

    Relations are those of both, those of one alone by decision; where one annotator gave none, those of the other.
    Case records are the first annotation's. What leads to a mention that is not kept goes with it.

    Raises:
        InputError: a disagreement is not decided, a decision answers to none, or it gives a value that cannot be.
    """
    letters = both(one, other)[0]
    asked = {key_of(found) for letter in letters for found in disagreements(letter)}
    if still := len(asked - decisions.keys()):
        raise InputError(f"{still} of {len(asked)} disagreements are not decided. Fill in the column decision.")
    if unknown := sorted(decisions.keys() - asked):
        raise InputError(f"the decision on {unknown[0]} answers to no disagreement. Write the file anew.")
    return [_merged(letter, decisions) for letter in letters]


def key_of(found: Disagreement) -> Key:
    """Return what a disagreement is known by."""
    return found.letter, found.start, found.end, found.label, str(found.what)


def _merged(letter: Compared, decisions: Mapping[Key, Decision]) -> Annotation:
    name, text = letter.gold.id, letter.gold.text

    def side(mention: Mention, what: str) -> str:
        return decisions[name, mention.start, mention.end, mention.label, what].decision

    # mention of either annotation → the one it became, by id
    kept: dict[str, Mention] = {}
    became: tuple[dict[str, str], dict[str, str]] = ({}, {})
    for a, b in letter.pairs[Scheme.OVERLAP]:
        mention = _decided(a, b, text, {w: decisions[k].decision for w, k in _asked(name, a) if k in decisions})
        kept[mention.id] = mention
        became[0][a.id] = became[1][b.id] = mention.id
    for number, (alone, what) in enumerate(
        zip(letter.without_pair(Scheme.OVERLAP), (What.ONLY_ONE, What.ONLY_OTHER), strict=True)
    ):
        for mention in alone:
            if side(mention, what) == SIDES[number]:
                placed = _placed(mention, mention.start, mention.end, text)
                kept[placed.id] = placed
                became[number][mention.id] = placed.id
    own = [{**_as_row(found), **vars(decisions[key_of(found)])} for found in disagreements(letter)]
    return replace(
        letter.gold,
        pipeline=None,
        spans=tuple(sorted(kept.values(), key=lambda m: (m.start, -m.end, m.label))),
        relations=tuple(_relations(letter, became, decisions)),
        records=tuple(_record(record, became[0]) for record in letter.gold.records),
        meta={**letter.gold.meta, "adjudication": own},
    )


def _asked(name: str, mention: Mention) -> Iterator[tuple[str, Key]]:
    for what in (What.BOUNDARY, *CONTEXT, *declared(mention.label), *mention.attributes):
        yield what, (name, mention.start, mention.end, mention.label, str(what))


def _decided(a: Mention, b: Mention, text: str, decided: Mapping[str, str]) -> Mention:
    """Return the mention that two paired ones become; what is not asked is as in the first."""
    span = b if decided.get(What.BOUNDARY) == "other" else a
    found = _placed(replace(a, concept=None, by=None, page=None, boxes=()), span.start, span.end, text)
    for what, decision in decided.items():
        if what != What.BOUNDARY and decision != "one":
            found = _with(found, what, value(b, what) if decision == "other" else decision.removeprefix("="))
    if problem := problem_with(found):
        raise InputError(f"{a.label} {a.text!r} at {a.start}: {problem}. Decide otherwise.")
    return found


def _with(mention: Mention, name: str, found: str | int | None) -> Mention:
    try:
        if name == "assertion":
            return replace(mention, assertion=None if found is None else Assertion(str(found)))
        if name == "attribution":
            return replace(mention, attribution=None if found is None else Attribution(str(found)))
    except ValueError as error:
        raise InputError(f"{mention.label} {mention.text!r} at {mention.start}: {error}. Decide otherwise.") from error
    rest = {key: kept for key, kept in mention.attributes.items() if key != name}
    if found is None:
        return replace(mention, attributes=rest)
    counted = name in declared(mention.label) and declared(mention.label)[name].count
    return replace(mention, attributes={**rest, name: int(found) if counted and str(found).isdecimal() else found})


def _placed(mention: Mention, start: int, end: int, text: str) -> Mention:
    identifier = mention_id(text_sha256(text), mention.label, start, end)
    return replace(mention, id=identifier, start=start, end=end, text=text[start:end])


def _relations(
    letter: Compared, became: Sequence[Mapping[str, str]], decisions: Mapping[Key, Decision]
) -> Iterator[Relation]:
    assert letter.predicted is not None
    silent = not letter.gold.relations or not letter.predicted.relations
    found = compare_relations(letter, Scheme.OVERLAP)
    chosen: list[tuple[int, Relation]] = [(0, gold) for gold, _ in found.pairs]
    for number, (annotation, alone, what) in enumerate((
        (letter.gold, found.missed, What.RELATION_ONE),
        (letter.predicted, found.extra, What.RELATION_OTHER),
    )):  # fmt: skip
        start = {m.id: m.start for m in annotation.spans}
        for relation in alone:
            key = (letter.gold.id, start[relation.head], start[relation.tail], relation.label, str(what))
            if silent or decisions[key].decision == SIDES[number]:
                chosen.append((number, relation))
    for number, relation in chosen:
        head, tail = became[number].get(relation.head), became[number].get(relation.tail)
        if head and tail:
            yield Relation(relation_id(relation.label, head, tail), head, tail, relation.label)


def _record(record: CaseRecord, became: Mapping[str, str]) -> CaseRecord:
    return replace(record, evidence=tuple(became[mention] for mention in record.evidence if mention in became))


def _context(text: str, found: Disagreement) -> str:
    start, end = sorted((found.start, found.end))
    return _one_line(f"…{text[max(0, start - AROUND) : start]}[{text[start:end]}]{text[end : end + AROUND]}…")


def _as_row(found: Disagreement) -> dict[str, Any]:
    return {name: getattr(found, name) for name in Disagreement._fields if name != "letter"}


def _one_line(found: object) -> str:
    return " ".join(str(found).split())
