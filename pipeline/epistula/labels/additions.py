"""A user's lexicon: names that count beside ours, and names that do not, one JSON object a line.

    {"label": "DRUG", "id": "drug:zolbratex", "name": "zolbratex", "aliases": ["ZBX"], "source": "ward list"}
    {"label": "ORGAN", "rejects": ["cold"], "source": "accepted from letters"}

The first is a line of a `concepts.jsonl` with its label; an organ needs its `system`, an outcome its `category`. The
second takes back mentions of the label with these words, whatever found them. Where a name of the user's shares
characters with a mention of the same label, the longer of the two counts, ours when they are equal.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from epistula.errors import DeclarationError, RecordError
from epistula.jsonl import parse_row, read_lines
from epistula.labels import all_labels
from epistula.labels.concepts import FIELDS, Entry
from epistula.labels.known import attributes_of, is_complete
from epistula.labels.label import Match, longest
from epistula.model import Mention, Provenance, mention_id
from epistula.text.docs import reading_of, set_mentions
from epistula.text.lexicon import Lexicon
from epistula.text.reading import Reading
from epistula.version import __version__

REJECTION = {"label", "rejects", "source"}
TEXTS, LISTS = ("id", "name", "source"), ("aliases", "ambiguous", "rejects")


@dataclass(frozen=True)
class Additions:
    """What a user's lexicons hold.

    Args:
        entries: label → concepts.
        rejected: label → names that are none of it.
    """

    entries: Mapping[str, Sequence[Entry]]
    rejected: Mapping[str, Sequence[str]]


def read_additions(paths: Iterable[Path]) -> Additions:
    """Read users' lexicons.

    Raises:
        InputError: a file cannot be read.
        DeclarationError: a line is no concept and no rejection, naming the line.
    """
    entries: dict[str, list[Entry]] = {}
    rejected: dict[str, list[str]] = {}
    for path in paths:
        for number, row in _rows(path):
            label = row["label"]
            if "rejects" in row:
                rejected.setdefault(label, []).extend(row["rejects"])
            else:
                entries.setdefault(label, []).append(_entry(f"{path}, line {number}", label, row))
    return Additions(entries, rejected)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in read_lines(path):
        try:
            row = parse_row(path, number, line)
        except RecordError as error:
            raise DeclarationError(str(error)) from error
        if problem := _problem(row):
            raise DeclarationError(f"{path}, line {number}: {problem}")
        yield number, row


def _problem(row: Mapping[str, Any]) -> str | None:
    label = row.get("label")
    if not isinstance(label, str) or label not in all_labels():
        return f"the label {label!r} is not declared. Choose from {', '.join(all_labels())}."
    for name, value in row.items():
        if name in TEXTS and not (isinstance(value, str) and value.strip()):
            return f"{name} is no text. Give one."
        if name in LISTS and not (isinstance(value, list) and all(isinstance(one, str) and one for one in value)):
            return f"{name} is no list of names. Give one."
    if "rejects" in row:
        wrong = row.keys() ^ REJECTION
        return f"a rejection has label, rejects and source, not {sorted(wrong)}. Mend the line." if wrong else None
    known = FIELDS | {"label"} | {attribute.name for attribute in all_labels()[label].attributes}
    if unknown := row.keys() - known:
        return f"unknown field {sorted(unknown)}. Fields are {sorted(known)}."
    if missing := {"id", "name", "source"} - row.keys():
        return f"missing field {sorted(missing)}. Add it."
    return None


def _entry(place: str, label: str, row: Mapping[str, Any]) -> Entry:
    more = {name: value for name, value in row.items() if name not in FIELDS | {"label"}}
    entry = Entry(
        row["id"], row["name"], tuple(row.get("aliases", ())), row["source"], frozenset(row.get("ambiguous", ())), more
    )
    declared = {attribute.name: attribute for attribute in all_labels()[label].attributes}
    for name, value in more.items():
        if not declared[name].admits(value):
            raise DeclarationError(f"{place}: {name} cannot be {value!r}. See docs/labels.md for its values.")
    if not is_complete(label, attributes_of(label, entry)):
        needed = ", ".join(a.name for a in declared.values() if a.values)
        raise DeclarationError(f"{place}: a concept of {label} needs {needed}. Add them.")
    return entry


class AdditionsComponent:
    """Adds the mentions of users' lexicons, and takes back those that they reject.

    Args:
        paths: the lexicons; read at once, so that a broken one is told before the first letter.

    Raises:
        InputError: one cannot be read.
        DeclarationError: one is broken.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        found = read_additions(paths)
        self.contents = [sha256(path.read_bytes()).hexdigest() for path in paths]
        self._names = {
            label: Lexicon((name, entry) for entry in entries for name in entry.names)
            for label, entries in found.entries.items()
        }
        self._rejected = {label: Lexicon((n, True) for n in names) for label, names in found.rejected.items()}

    def __call__(self, doc: Doc) -> Doc:
        """Add and take back mentions of a Doc."""
        reading = reading_of(doc)
        mentions = [m for m in doc._.mentions if not self._is_rejected(m)]
        for label in self._names:
            mentions = [*_without(mentions, label), *self._of_label(reading, label, mentions)]
        set_mentions(doc, mentions)
        return doc

    def _is_rejected(self, mention: Mention) -> bool:
        rejected = self._rejected.get(mention.label)
        return rejected is not None and rejected.get(mention.text) is not None

    def _of_label(self, reading: Reading, label: str, mentions: Iterable[Mention]) -> Iterator[Mention]:
        """Yield the mentions of a label, ours and the user's, of which no two share a character."""
        there = {(m.start, m.end): m for m in mentions if m.label == label}
        ours = [Match(start, end, "", rank=end - start) for start, end in there]
        hits = {(hit.start, hit.end): hit.value for hit in self._names[label].find(reading.words)}
        theirs = [Match(start, end, "", rank=end - start) for start, end in hits if (start, end) not in there]
        for match in longest([*ours, *theirs]):
            place = match.start, match.end
            entry = hits.get(place)
            if place not in there:
                yield _mention(reading, label, *place, hits[place])
            elif there[place].concept is None and entry:
                yield replace(there[place], concept=entry.concept)
            else:
                yield there[place]


def _without(mentions: Iterable[Mention], label: str) -> list[Mention]:
    return [mention for mention in mentions if mention.label != label]


def _mention(reading: Reading, label: str, start: int, end: int, entry: Entry) -> Mention:
    return Mention(
        id=mention_id(reading.sha256, label, start, end),
        start=start,
        end=end,
        label=label,
        text=reading.whole[start:end],
        concept=entry.concept,
        attributes=attributes_of(label, entry),
        by=Provenance(component="lexicon", version=__version__, rule="lexicon.added"),
    )


@Language.factory(
    "epistula_lexicon",
    assigns=["doc._.mentions", "doc.spans"],
    requires=["doc._.mentions"],
    default_config={"lexicons": []},
)
def make_additions(nlp: Language, name: str, lexicons: list[str]) -> AdditionsComponent:
    """Build the component of users' lexicons.

    Raises:
        InputError: a lexicon is not there.
        DeclarationError: a lexicon is broken.
    """
    return AdditionsComponent([Path(path) for path in lexicons])
