"""Decisions carried from one prediction of a letter to another, and to a text that has changed.

What was decided stays as it was decided. Mentions go where their characters went, by an alignment of the whole texts
(`evaluate.align`); those whose characters went nowhere become orphans, which are listed until a reviewer dismisses
them. Old predictions that nobody decided on give way to the new ones; a letter that is marked done stays as it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from epistula.evaluate.align import Offsets, align, carried
from epistula.model import Annotation, mention_id, relation_id, text_sha256
from epistula.review.decisions import Document
from epistula.review.documents import REJECTED, document_of, overlaid, under
from epistula.review.drafts import MENTION

Row = Mapping[str, Any]


@dataclass
class Rebased:
    """What is laid over new predictions.

    Args:
        overlay: key → value, None for what is not to be there.
        source: key → the key that it had before, whose decision it is.
        moved, orphaned: how many decided mentions were carried to another place, and how many things are orphans now.
    """

    overlay: dict[str, Any] = field(default_factory=dict)
    source: dict[str, str] = field(default_factory=dict)
    moved: int = 0
    orphaned: int = 0

    def lay(self, key: str, value: Any, source: str) -> None:
        """Lay a value over a key."""
        self.overlay[key], self.source[key] = value, source


def rebased(old: Annotation, overlay: Document, new: Annotation) -> Rebased:
    """Return what lies over the new predictions of a letter, of what lay over the old ones.

    Args:
        old: the predictions that the decisions were made on.
        overlay: the keys that were decided, with their values, None for what was taken out.
        new: the predictions to come.
    """
    before, after = document_of(old), document_of(new)
    found, document = Rebased(), overlaid(before, overlay)
    became = _became(old, {**under("mention", before), **under("mention", document)}, new)
    pinned = _lay_mentions(found, document, _decided(document, overlay), became, after)
    _lay_removed(found, under("mention", before), overlay, became, after, pinned)
    _give_way(found, document, pinned, after, {row["id"] for row in became.values() if row is not None})
    _lay_relations(found, before, overlay, document, became, after)
    _lay_records(found, overlay, document, became, after)
    for key, value in overlay.items():
        if key in ("done", "comment/letter") or key.startswith(("orphan/", "question/")):
            found.lay(key, value, key)
    return found


def _became(old: Annotation, mentions: Mapping[str, Row], new: Annotation) -> dict[str, Row | None]:
    """Return what each mention is in the new text: itself, at its new place, or None."""
    if old.text == new.text:
        return dict(mentions)
    places = align(replace(old, zones=()), replace(new, zones=())).forth
    digest = text_sha256(new.text)
    return {name: _carried(row, places, new.text, digest) for name, row in mentions.items()}


def _carried(row: Row, places: Offsets, text: str, digest: str) -> Row | None:
    place = carried(MENTION.validate_python(row), places)
    if place is None:
        return None
    start, end = place
    name = mention_id(digest, row["label"], start, end)
    return {**row, "id": name, "start": start, "end": end, "text": text[start:end], "page": None, "boxes": []}


def _decided(document: Document, overlay: Document) -> list[str]:
    """Return the ids of the mentions that were decided on, commented, or that decided relations and records lead to."""
    mentions = under("mention", document)
    if document.get("done"):
        return list(mentions)
    named = [name for kind in ("mention", "verdict", "comment") for name in under(kind, overlay)]
    for relation in under("relation", overlay).values():
        named += [relation["head"], relation["tail"]] if relation else []
    if under("record", overlay):
        named += [name for record in under("record", document).values() for name in record["evidence"]]
    return [name for name in dict.fromkeys(named) if name in mentions]


def _lay_mentions(
    found: Rebased, document: Document, decided: Iterable[str], became: dict[str, Row | None], after: Document
) -> dict[str, Row]:
    """Lay the decided mentions with verdict and comment; return them by their new ids."""
    pinned: dict[str, Row] = {}
    for name in decided:
        row = became[name]
        if row is None or row["id"] in pinned:
            became[name] = None
            kinds = ("mention", "verdict", "comment")
            orphan = {kind: document[f"{kind}/{name}"] for kind in kinds if f"{kind}/{name}" in document}
            found.lay(f"orphan/{name}", orphan, f"verdict/{name}")
            found.orphaned += 1
            continue
        key = f"mention/{row['id']}"
        if key in after:  # the page may have been read anew
            row = {**row, "page": after[key]["page"], "boxes": after[key]["boxes"]}
        pinned[row["id"]] = row
        found.moved += row["id"] != name
        if after.get(key) != row:
            found.lay(key, row, f"mention/{name}")
        for kind in ("verdict", "comment"):
            if f"{kind}/{name}" in document:
                found.lay(f"{kind}/{row['id']}", document[f"{kind}/{name}"], f"{kind}/{name}")
    return pinned


def _lay_removed(
    found: Rebased, before: Mapping[str, Row], overlay: Document, became: Mapping[str, Row | None], after: Document,
    pinned: Mapping[str, Row],
) -> None:  # fmt: skip
    """Keep out what was taken out, as the old place of a mention that was moved."""
    for name in before:
        row = became.get(name)
        if overlay.get(f"mention/{name}", name) is None and row and row["id"] not in pinned:
            key = f"mention/{row['id']}"
            if key in after:
                found.lay(key, None, f"mention/{name}")


def _give_way(found: Rebased, document: Document, pinned: Mapping[str, Row], after: Document, known: set[str]) -> None:
    """Keep out new predictions that share characters with what was kept as the same label, all where it is done."""
    kept = [row for row in pinned.values() if found.overlay.get(f"verdict/{row['id']}") != REJECTED]
    for name, new in under("mention", after).items():
        overlaps = any(
            row["label"] == new["label"] and row["start"] < new["end"] and new["start"] < row["end"] for row in kept
        )
        if name not in pinned and (document.get("done") or (overlaps and name not in known)):
            found.lay(f"mention/{name}", None, "done" if document.get("done") else f"mention/{name}")


def _lay_relations(
    found: Rebased, before: Document, overlay: Document, document: Document, became: Mapping[str, Row | None],
    after: Document,
) -> None:  # fmt: skip
    decided = under("relation", document if document.get("done") else overlay)
    decided |= {name: None for name, value in under("relation", overlay).items() if value is None}
    laid = set()
    for name, value in decided.items():
        relation = value or before.get(f"relation/{name}")
        head, tail = (became.get(relation[end]) if relation else None for end in ("head", "tail"))
        if relation and head and tail:
            new = relation_id(relation["label"], head["id"], tail["id"])
            row = value and {**value, "id": new, "head": head["id"], "tail": tail["id"]}
            laid.add(new)
            if after.get(f"relation/{new}") != row:
                found.lay(f"relation/{new}", row, f"relation/{name}")
        elif value:
            found.lay(f"orphan/{name}", {"relation": value}, f"relation/{name}")
            found.orphaned += 1
    for name, new in under("relation", after).items():
        gone = {f"mention/{end}" for end in (new["head"], new["tail"])} & found.overlay.keys()
        if name not in laid and (document.get("done") or any(found.overlay[key] is None for key in gone)):
            found.lay(f"relation/{name}", None, "done")


def _lay_records(
    found: Rebased, overlay: Document, document: Document, became: Mapping[str, Row | None], after: Document
) -> None:
    """Keep all case records as they are where one of them was decided on."""
    if not under("record", overlay) and not document.get("done"):
        return
    records = under("record", document)
    for number in {*records, *under("record", after)}:
        record = records.get(number)
        if record:
            rows = [became.get(name) for name in record["evidence"]]
            record = {**record, "evidence": list(dict.fromkeys(row["id"] for row in rows if row))}
        if after.get(f"record/{number}") != record:
            found.lay(f"record/{number}", record, f"record/{number}")
