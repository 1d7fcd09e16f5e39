"""The gold that a tagged source holds, as the Annotation that a perfect pipeline would write."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from epistula.convert.source import Block, Head, Role, TaggedSource, table_cells
from epistula.convert.tagged import TaggedSpan, TaggedText, parse_tagged
from epistula.errors import DeclarationError
from epistula.labels import all_labels
from epistula.labels.label import Attribute, Label
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


@dataclass(frozen=True)
class Written:
    """A mention as it was written: the source's own id of it, and label and tail ids of its relations."""

    mention: Mention
    place: str
    id: str | None
    relations: tuple[tuple[str, str], ...]


def annotation(source: TaggedSource, labels: Mapping[str, Label] | None = None) -> Annotation:
    """Return the gold of a source.

    Args:
        source: as `read_source` returns it.
        labels: the declared labels by name, those of the package unless given.

    Raises:
        DeclarationError: a bracket, label, attribute or id that is wrong; the message names the place.
    """
    labels = all_labels() if labels is None else labels
    texts = [_tagged(block) for block in source.blocks]
    text = "\n".join(tagged.text for tagged in texts)
    starts = [0, *accumulate(len(tagged.text) + 1 for tagged in texts)][:-1]
    written = [
        _written(block, span, start, text_sha256(text), labels)
        for block, tagged, start in zip(source.blocks, texts, starts, strict=True)
        for span in tagged.spans
    ]
    known = _by_id(written)
    return Annotation(
        id=source.head.id,
        source=_provenance(source.head, texts[0].text),
        text=text,
        zones=tuple(
            Zone(start, start + len(tagged.text), block.zone)
            for block, tagged, start in zip(source.blocks, texts, starts, strict=True)
        ),
        spans=_distinct(written),
        relations=tuple(_relations(written, known, labels)),
        records=tuple(_record(record, known, source.name) for record in source.head.records),
    )


def block_text(block: Block) -> str:
    """Return the text of a block without its tags, as it stands in the gold."""
    return _tagged(block).text


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


def _written(
    block: Block, span: TaggedSpan, offset: int, text_hash: str, labels: Mapping[str, Label]
) -> Written:
    place = f"{block.place}, [{span.text}]{{{span.label}}}"
    if span.label not in labels:
        raise DeclarationError(f"{place}: no such label. Use one of {', '.join(labels)}.")
    if not span.text or span.text != span.text.strip():
        raise DeclarationError(f"{place}: a mention begins and ends with a letter or sign, not a space.")
    label = labels[span.label]
    start, end = span.start + offset, span.end + offset
    tags = _checked_tags(span, label, place)
    mention = Mention(
        id=mention_id(text_hash, label.name, start, end),
        start=start,
        end=end,
        label=label.name,
        text=span.text,
        assertion=Assertion(tags.get("assertion", Assertion.PRESENT)) if label.assertions else None,
        attribution=Attribution(tags.get("attribution", block.attribution)) if label.assertions else None,
        attributes={a.name: _value(a, tags[a.name], place) for a in label.attributes if a.name in tags},
    )
    return Written(mention, place, span.id, tuple(_references(tags, label, place)))


def _checked_tags(span: TaggedSpan, label: Label, place: str) -> Mapping[str, str]:
    asserted = {"assertion": label.assertions, "attribution": tuple(Attribution)} if label.assertions else {}
    known = {*asserted, *label.relations, *(attribute.name for attribute in label.attributes)}
    if unknown := span.tags.keys() - known:
        raise DeclarationError(
            f"{place}: unknown {', '.join(sorted(unknown))}. {label.name} has {', '.join(sorted(known))}."
        )
    for name, values in asserted.items():
        if name in span.tags and span.tags[name] not in values:
            raise DeclarationError(f"{place}: {name}={span.tags[name]}. Use one of {', '.join(values)}.")
    return span.tags


def _value(attribute: Attribute, written: str, place: str) -> str | int:
    value = int(written) if attribute.count and written.isdecimal() else written
    if not attribute.admits(value):
        use = "a number" if attribute.count else f"one of {', '.join(attribute.values)}"
        raise DeclarationError(f"{place}: {attribute.name}={written}. Use {use}.")
    return value


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


def _relations(
    written: Iterable[Written], known: Mapping[str, Mention], labels: Mapping[str, Label]
) -> Iterator[Relation]:
    for one in written:
        for name, reference in dict.fromkeys(one.relations):
            if reference not in known:
                raise DeclarationError(f"{one.place}: {name}=#{reference}, but no mention has that id.")
            tail, wanted = known[reference], labels[one.mention.label].relations[name]
            if tail.label != wanted:
                raise DeclarationError(
                    f"{one.place}: {name}=#{reference} is {tail.label}, but {name} leads to {wanted}."
                )
            yield Relation(relation_id(name, one.mention.id, tail.id), one.mention.id, tail.id, name)


def _record(record: CaseRecord, known: Mapping[str, Mention], name: str) -> CaseRecord:
    ids = [reference.removeprefix("#") for reference in record.evidence]
    if missing := [f"#{id_}" for id_ in ids if id_ not in known]:
        raise DeclarationError(f"{name}, head, records: evidence {', '.join(missing)}, but no such mention.")
    return replace(record, evidence=tuple(known[id_].id for id_ in ids))


def _provenance(head: Head, title: str) -> Source:
    return Source(path=f"corpus/letters/{head.id}.pdf", title=title, doi=head.doi, hal_id=head.hal_id)
