"""Compiled vocabularies: one concept a line, and where their names meet our own lexicons."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from epistula.errors import DeclarationError, InputError, RecordError
from epistula.jsonl import parse_row, read_lines, write_text
from epistula.labels import all_labels
from epistula.labels.concepts import Entry, lexicon_of
from epistula.linking.importers import read_terms
from epistula.linking.importers._files import Term
from epistula.model import STRICT

SHORTEST = 3
"""Characters of a name; shorter ones have too many other meanings."""
IDENTIFIER = re.compile(r"(?P<prefix>\w+)[: ](?P<local>\S+)")


@dataclass(frozen=True, config=STRICT)
class VocabularyConcept:
    """A concept of a vocabulary: the label that its mentions have, and other identifiers of it."""

    id: str
    name: str
    aliases: tuple[str, ...]
    source: str
    label: str
    xrefs: tuple[str, ...] = ()

    @property
    def entry(self) -> Entry:
        """The concept as our own lexicons have theirs."""
        return Entry(self.id, self.name, self.aliases, self.source)

    @property
    def row(self) -> dict[str, Any]:
        """The concept as it stands in a file."""
        row = {name: getattr(self, name) for name in ("id", "name", "aliases", "source", "label")}
        return {**row, "xrefs": self.xrefs} if self.xrefs else row


ROW = TypeAdapter(VocabularyConcept)


class Conflict(NamedTuple):
    """A name of a vocabulary that our lexicons know otherwise: as a concept of another label, or by another
    identifier of the vocabulary."""

    name: str
    vocabulary_id: str
    our_id: str
    our_label: str
    kind: str


def build(
    path: Path, name: str, label: str, *, under: Sequence[str] = (), related: bool = False
) -> list[VocabularyConcept]:
    """Return the concepts of a vocabulary as it was released.

    Args:
        path: its file.
        name: the format of it.
        label: the label whose mentions its concepts are for.
        under: ids of terms of which only the descendants are wanted.
        related: take related synonyms too.

    Raises:
        InputError: no such label, format or option, a file that cannot be read, or one without a concept.
    """
    if label not in all_labels():
        raise InputError(f"there is no label {label!r}. Choose of: {', '.join(all_labels())}.")
    concepts = compiled(read_terms(name, path, under=under, related=related), label)
    if not concepts:
        raise InputError(f"{path}: has no concept to keep. See whether it is the file that was meant.")
    return concepts


def compiled(terms: Iterable[Term], label: str) -> list[VocabularyConcept]:
    """Return the terms as concepts of a label, by id.

    Terms of one id are one concept. Names without a letter or shorter than three characters are left out, and
    concepts without any other; when the preferred name is one, the next takes its place.
    """
    by_id: dict[str, list[Term]] = {}
    for term in terms:
        by_id.setdefault(term.id, []).append(term)
    return [concept for term_id in sorted(by_id) for concept in _merged(by_id[term_id], label)]


def _merged(terms: list[Term], label: str) -> Iterator[VocabularyConcept]:
    written = [*(term.name for term in terms), *(alias for term in terms for alias in term.aliases)]
    names = [name for name in (" ".join(name.split()) for name in written) if _is_name(name)]
    if names:
        aliases = sorted({*names} - {names[0]}, key=lambda name: (name.casefold(), name))
        xrefs = sorted({xref for term in terms for xref in term.xrefs})
        yield VocabularyConcept(terms[0].id, names[0], tuple(aliases), terms[0].source, label, tuple(xrefs))


def _is_name(text: str) -> bool:
    return len(text) >= SHORTEST and any(character.isalpha() for character in text)


def write_vocabulary(path: Path, concepts: Iterable[VocabularyConcept]) -> None:
    """Write a compiled vocabulary, whole or not at all.

    Raises:
        InputError: the place cannot be written.
    """
    write_text(path, "".join(json.dumps(concept.row, ensure_ascii=False) + "\n" for concept in concepts))


def read_vocabulary(path: Path) -> list[VocabularyConcept]:
    """Read a compiled vocabulary.

    Raises:
        InputError: the file cannot be read.
        DeclarationError: a line that is no concept of a label that there is, or an id that stands twice.
    """
    concepts: dict[str, VocabularyConcept] = {}
    for number, line in read_lines(path):
        concept = _concept(path, number, line)
        if concept.id in concepts:
            raise DeclarationError(f"{path}, line {number}: the id {concept.id} stands twice. Merge the two.")
        concepts[concept.id] = concept
    return list(concepts.values())


def _concept(path: Path, number: int, line: bytes) -> VocabularyConcept:
    try:
        concept = ROW.validate_python(parse_row(path, number, line))
    except RecordError as error:
        raise DeclarationError(str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        problem = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise DeclarationError(f"{path}, line {number}: {problem}. Build the file again.") from error
    if concept.label not in all_labels():
        raise DeclarationError(f"{path}, line {number}: there is no label {concept.label!r}. Build the file again.")
    return concept


def conflicts(concepts: Iterable[VocabularyConcept], label: str) -> list[Conflict]:
    """Return the names that our lexicons know otherwise than as these concepts of a label, in their order."""
    lexicons = {name: lexicon_of(declared.entries()) for name, declared in all_labels().items()}
    return [
        Conflict(name, concept.id, entry.id, ours, kind)
        for concept in concepts
        for name in concept.entry.names
        for ours, lexicon in lexicons.items()
        if (entry := lexicon.get(name)) and (kind := _kind(concept, label, entry, ours))
    ]


def _kind(concept: VocabularyConcept, label: str, entry: Entry, ours: str) -> str | None:
    """Say how a concept and an entry of ours of one name differ, or None."""
    if ours != label:
        return "label"
    return "identifier" if _named_otherwise(concept, entry.source) else None


def _named_otherwise(concept: VocabularyConcept, source: str) -> bool:
    """Say whether a source ("HP:0002206", "INN; DrugBank DB00681") names another concept of the vocabulary.

    "HGNC VIM" names a gene by its symbol; an id that was merged into the concept's own names it as well.
    """
    prefix = concept.id.partition(":")[0].casefold()
    found = [match for part in source.split(";") if (match := IDENTIFIER.fullmatch(part.strip()))]
    named = {match["local"] for match in found if match["prefix"].casefold() == prefix}
    known = (identifier.partition(":") for identifier in (concept.id, *concept.xrefs))
    ids = {local for namespace, _, local in known if namespace.casefold() == prefix}
    return bool(named) and not named & {*ids, *concept.entry.names}


def conflicts_table(found: Iterable[Conflict]) -> str:
    """Return conflicts as a table with tabs and a header."""
    return "".join("\t".join(row) + "\n" for row in (Conflict._fields, *found))
