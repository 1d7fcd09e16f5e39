"""spaCy's DocBin: the entities and the span groups of each Doc."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import spacy
from spacy.tokens import Doc, DocBin

from epistula.convert.formats._letters import Found, letter
from epistula.model import Annotation


def read(path: Path) -> Iterator[Annotation]:
    """Yield the Docs of a file, by `doc.user_data["id"]`, else named after the file and numbered from 1.

    Raises:
        ValueError: it holds no Docs.
    """
    docs = DocBin().from_bytes(path.read_bytes()).get_docs(spacy.blank("en").vocab)
    for number, doc in enumerate(docs, start=1):
        yield letter_of(str(doc.user_data.get("id", f"{path.stem}-{number}")), doc)


def letter_of(identifier: str, doc: Doc) -> Annotation:
    """Return what a Doc has as entities and in its span groups; what has no label is left out."""
    spans = (span for span in chain(doc.ents, *doc.spans.values()) if span.label_ and span.end_char > span.start_char)
    return letter(identifier, doc.text, (Found(span.label_, span.start_char, span.end_char) for span in spans))
