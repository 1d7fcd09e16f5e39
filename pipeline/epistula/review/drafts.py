"""Documents that are being edited: replacing mentions, and all that leads to them with them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from epistula.labels import all_labels, problem_with
from epistula.labels.known import attributes_of, named
from epistula.model import Mention, mention_id, relation_id, text_sha256
from epistula.review.documents import ACCEPTED, ADDED, CHANGED, COMPONENT, REJECTED, rule_of, under
from epistula.version import __version__

MENTION = TypeAdapter(Mention)
Row = dict[str, Any]
Place = Callable[[int, int], tuple[int | None, list[dict[str, Any]]]]
"""Start and end → page and boxes (as in the record) of that text."""


class Draft:
    """A document that is being edited.

    Args:
        document: as it is; it is copied.
        text: the letter's.
        place: says where text stands on the pages.
    """

    def __init__(self, document: Mapping[str, Any], text: str, place: Place | None = None) -> None:
        self.now: Row = dict(document)
        self.text, self.place, self._sha256 = text, place, text_sha256(text)

    def mention(self, name: object) -> Row:
        """Return a mention.

        Raises:
            ValueError: it is not there.
        """
        found = self.now.get(f"mention/{name}")
        if found is None:
            raise ValueError("This mention is not there any more. Load the letter again.")
        return dict(found)

    def accept(self, name: str) -> None:
        """Mark a mention accepted."""
        self.now[f"verdict/{name}"] = ACCEPTED

    def made(self, start: int, end: int, label: str) -> Row:
        """Return a new mention, with the concept that the lexicon has for its words."""
        declared = all_labels()[label]
        row: Row = {
            "concept": None,
            "assertion": "present" if declared.assertions else None,
            "attribution": "own" if declared.assertions else None,
            "by": {"component": COMPONENT, "version": __version__, "rule": ADDED, "cues": {}},
        }
        return self.known(self.placed(row, start, end, label))

    def known(self, row: Row) -> Row:
        """Return a mention with concept and attributes by the lexicon, as far as it has its words."""
        entry = named(row["label"], row["text"])
        if entry is None:
            return {**row, "concept": None}
        return {**row, "concept": {"id": entry.id, "name": entry.name}, **attributes_of(row["label"], entry)}

    def placed(self, row: Row, start: int, end: int, label: str) -> Row:
        """Return a mention with other bounds or another label, and what follows from these."""
        page, boxes = self.place(start, end) if self.place else (row.get("page"), [])
        name = mention_id(self._sha256, label, start, end)
        own = {"id": name, "start": start, "end": end, "label": label, "text": self.text[start:end]}
        return {**row, **own, "page": page, "boxes": boxes}

    def replace(self, olds: Iterable[str], row: Row) -> None:
        """Put a mention in the place of others, accepted; relations, evidence and comments go with it.

        Raises:
            ValueError: it is one already, or has a value that it cannot have.
        """
        olds, new = list(olds), checked(row)
        name: str = new["id"]
        there = self.now.get(f"mention/{name}")
        if there is not None and name not in olds and self.now.get(f"verdict/{name}") != REJECTED:
            raise ValueError(f"There is a {new['label']} at this place already.")
        comments = [self.now.pop(f"comment/{old}", None) for old in olds]
        for old in olds:
            self.now.pop(f"mention/{old}", None)
            self.now.pop(f"verdict/{old}", None)
        if said := " · ".join(comment for comment in comments if comment):
            self.now[f"comment/{name}"] = said
        self.now[f"mention/{name}"] = new
        self.accept(name)
        self._lead_to({str(old): name for old in olds})

    def _lead_to(self, became: Mapping[str, str]) -> None:
        """Let relations and evidence lead to what mentions became; relations that cannot be any more go."""
        for key, relation in under("relation", self.now).items():
            if relation["head"] in became or relation["tail"] in became:
                del self.now[f"relation/{key}"]
                self.relate(
                    became.get(relation["head"], relation["head"]),
                    became.get(relation["tail"], relation["tail"]),
                    relation["label"],
                    relation.get("by"),
                )
        for number, record in under("record", self.now).items():
            if any(name in became for name in record["evidence"]):
                evidence = list(dict.fromkeys(became.get(name, name) for name in record["evidence"]))
                self.now[f"record/{number}"] = {**record, "evidence": evidence}

    def relate(self, head: str, tail: str, label: str, by: Any) -> bool:
        """Add a relation, if the labels of its ends allow it; say whether they do."""
        ends = [self.now.get(f"mention/{name}") for name in (head, tail)]
        if None in ends or not may_relate(ends[0]["label"], label, ends[1]["label"]):  # type: ignore[index]
            return False
        name = relation_id(label, head, tail)
        self.now[f"relation/{name}"] = {"id": name, "head": head, "tail": tail, "label": label, "by": by}
        return True


def may_relate(head: str, label: str, tail: str) -> bool:
    """Say whether the labels' declarations know such a relation."""
    return head in all_labels() and all_labels()[head].relations.get(label) == tail


def by_review(row: Row) -> Row:
    """Return a mention that a reviewer changed, and that says so; one that a reviewer added stays one."""
    if rule_of(row) == ADDED:
        return row
    cues = (row.get("by") or {}).get("cues", {})
    return {**row, "by": {"component": COMPONENT, "version": __version__, "rule": CHANGED, "cues": cues}}


def checked(row: Row) -> Row:
    """Return a mention as it stands in a record.

    Raises:
        ValueError: it has a value that it cannot have.
    """
    try:
        mention = MENTION.validate_python(row)
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{'.'.join(map(str, first['loc'])) or 'mention'}: {first['msg']}.") from error
    if problem := problem_with(mention):
        raise ValueError(f"{problem[0].upper()}{problem[1:]}.")
    found: Row = MENTION.dump_python(mention, mode="json")
    return found
