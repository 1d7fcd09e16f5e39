"""The gold that a tagged source holds, as the Annotation that a perfect pipeline would write."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TypeVar

from epistula.convert.source import Block, Head, Role, TaggedSource, table_cells
from epistula.convert.tagged import TaggedSpan, TaggedText, parse_tagged
from epistula.errors import DeclarationError
from epistula.labels import all_labels, problem_with
from epistula.labels.label import Label
from epistula.model import (
    RUNNING_TEXT,
    Annotation,
    Assertion,
    Attribution,
    CaseRecord,
    Mention,
    Relation,
    Source,
    Zone,
    mention_id,
    relation_id,
    text_sha256,
)

DECIDED = frozenset({"assertion", "attribution"})
Value = TypeVar("Value", Assertion, Attribution)


@dataclass(frozen=True)
class Written:
    """A mention as it was written: the source's own id of it, and label and tail ids of its relations."""

    mention: Mention
    place: str
    id: str | None
    relations: tuple[tuple[str, str], ...]


def annotation(source: TaggedSource) -> Annotation:
    """Return the gold of a source.

    Raises:
        DeclarationError: a bracket, label, attribute or id that is wrong; the message names the place.
    """
    texts = [_tagged(block) for block in source.blocks]
    text = "\n".join(tagged.text for tagged in texts)
    starts = [0, *accumulate(len(tagged.text) + 1 for tagged in texts)][:-1]
    placed = list(zip(source.blocks, texts, starts, strict=True))
    digest = text_sha256(text)
    written = [_written(block, span, start, digest) for block, tagged, start in placed for span in tagged.spans]
    known = _by_id(written)
    return Annotation(
        id=source.head.id,
        source=_provenance(source.head, texts[0].text),
        text=text,
        zones=tuple(Zone(start, start + len(tagged.text), block.zone) for block, tagged, start in placed),
        spans=_distinct(written),
        relations=tuple(_relations(written, known)),
        records=tuple(_record(record, known, source.name) for record in source.head.records),
    )


def _tagged(block: Block) -> TaggedText:
    if block.role is Role.ROWS:
        rows = [[_parse(cell, block.place) for cell in row] for row in table_cells(block.tagged)]
        if any(cell.spans for row in rows for cell in row):
            raise DeclarationError(f"{block.place}: the cells of a table carry no mentions. Remove the tags.")
        return TaggedText("\n".join(" ".join(cell.text for cell in row) for row in rows))
    tagged = _parse(block.tagged, block.place)
    if tagged.spans and block.zone not in RUNNING_TEXT:
        raise DeclarationError(f"{block.place}: {block.zone} carries no mentions. Remove the tags.")
    return tagged


def _parse(tagged: str, place: str) -> TaggedText:
    try:
        return parse_tagged(tagged)
    except DeclarationError as error:
        raise DeclarationError(f"{place}: {error}. Escape a bracket that is meant as one.") from error


def _written(block: Block, span: TaggedSpan, offset: int, digest: str) -> Written:
    place = f"{block.place}, [{span.text}]{{{span.label}}}"
    label = all_labels().get(span.label)
    if label is None:
        raise DeclarationError(f"{place}: no such label. Use one of {', '.join(all_labels())}.")
    if not span.text or span.text != span.text.strip():
        raise DeclarationError(f"{place}: a mention begins and ends with a letter or sign, not a space.")
    start, end = span.start + offset, span.end + offset
    mention = Mention(
        id=mention_id(digest, label.name, start, end),
        start=start,
        end=end,
        label=label.name,
        text=span.text,
        assertion=_decided(Assertion.PRESENT, "assertion", span, label, place),
        attribution=_decided(block.attribution, "attribution", span, label, place),
        attributes=_attributes(span.tags, label),
    )
    if problem := problem_with(mention):
        raise DeclarationError(f"{place}: {problem}. See annotations/GUIDELINE.md.")
    return Written(mention, place, span.id, tuple(_references(span.tags, label, place)))


def _decided(default: Value, name: str, span: TaggedSpan, label: Label, place: str) -> Value | None:
    """Return the assertion or attribution of a mention: as written, or the default; None if it has none."""
    written, values = span.tags.get(name), type(default)
    if written is not None and (written not in list(values) or not label.assertions):
        use = f"Use one of {', '.join(values)}" if label.assertions else f"{label.name} has none: remove it"
        raise DeclarationError(f"{place}: {name}={written}. {use}.")
    return values(written or default) if label.assertions else None


def _attributes(tags: Mapping[str, str], label: Label) -> dict[str, str | int]:
    counts = {attribute.name for attribute in label.attributes if attribute.count}
    return {
        name: int(value) if name in counts and value.isdecimal() else value
        for name, value in tags.items()
        if name not in label.relations and name not in DECIDED
    }


def _references(tags: Mapping[str, str], label: Label, place: str) -> Iterator[tuple[str, str]]:
    for name in tags:
        if name in label.relations:
            for reference in tags[name].split(","):
                if not reference.startswith("#"):
                    raise DeclarationError(f"{place}: {name}={reference}. Write {name}=#id.")
                yield name, reference.removeprefix("#")


def _by_id(written: Iterable[Written]) -> dict[str, Mention]:
    known: dict[str, Mention] = {}
    for one in written:
        if one.id in known:
            raise DeclarationError(f"{one.place}: the id #{one.id} stands twice. Rename one.")
        if one.id:
            known[one.id] = one.mention
    return known


def _distinct(written: Sequence[Written]) -> tuple[Mention, ...]:
    mentions = {one.mention.id: one.mention for one in reversed(written)}
    if len(mentions) < len(written):
        twice = next(one for one in written if mentions[one.mention.id] is not one.mention)
        raise DeclarationError(f"{twice.place}: tagged twice with the same label. Remove one tag.")
    return tuple(sorted(mentions.values(), key=lambda m: (m.start, -m.end, m.label)))


def _relations(written: Iterable[Written], known: Mapping[str, Mention]) -> Iterator[Relation]:
    for one in written:
        for name, reference in dict.fromkeys(one.relations):
            if reference not in known:
                raise DeclarationError(f"{one.place}: {name}=#{reference}, but no mention has that id.")
            tail, wanted = known[reference], all_labels()[one.mention.label].relations[name]
            if tail.label != wanted:
                problem = f"{name}=#{reference} is {tail.label}, but {name} leads to {wanted}"
                raise DeclarationError(f"{one.place}: {problem}. Point at another.")
            yield Relation(relation_id(name, one.mention.id, tail.id), one.mention.id, tail.id, name)


def _record(record: CaseRecord, known: Mapping[str, Mention], name: str) -> CaseRecord:
    ids = [reference.removeprefix("#") for reference in record.evidence]
    if missing := [f"#{id_}" for id_ in ids if id_ not in known]:
        raise DeclarationError(f"{name}, head, records: evidence {', '.join(missing)}, but no such mention.")
    return replace(record, evidence=tuple(known[id_].id for id_ in ids))


def _provenance(head: Head, title: str) -> Source:
    return Source(path=f"corpus/letters/{head.id}.pdf", title=title, doi=head.doi, hal_id=head.hal_id)
