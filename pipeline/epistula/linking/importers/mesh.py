"""MeSH descriptors: desc20xx.xml, read a record at a time."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from epistula.errors import RecordError
from epistula.linking.importers._files import Term, lines, released

RECORD = "DescriptorRecord"
UI = "DescriptorUI"
NAME = "DescriptorName/String"
ENTRY_TERM = "ConceptList/Concept/TermList/Term/String"


def read(path: Path) -> Iterator[Term]:
    """Yield the descriptors with their entry terms.

    Raises:
        InputError: the file cannot be read, is no XML, or a record has no id or name.
    """
    source = released("MeSH", path)
    for number, record in _records(path):
        ui, name = (record.findtext(place, "").strip() for place in (UI, NAME))
        if not ui or not name:
            raise RecordError(path, number, f"a {RECORD} without {NAME if ui else UI}", "Mend or remove it.")
        terms = tuple(term.text.strip() for term in record.iterfind(ENTRY_TERM) if term.text)
        yield Term(f"MESH:{ui}", name, terms, source)


def _records(path: Path) -> Iterator[tuple[int, ET.Element]]:
    """Yield each record with the line where it ends, and forget it.

    The standard parser is safe here: it loads neither the DTD nor any other external entity, and expat bounds the
    expansion of internal ones since 2.4.1.
    """
    parser: Any = ET.XMLPullParser(("start", "end"))  # the stubs do not say what an event is
    root: ET.Element | None = None
    number = 1
    try:
        for number, line in lines(path):
            parser.feed(line)
            for event, element in parser.read_events():
                root = element if root is None else root
                if event == "end" and element.tag == RECORD:
                    yield number, element
                    root.clear()
        parser.close()
    except ET.ParseError as error:
        reason = str(error).split(": line")[0]
        raise RecordError(path, number, f"no XML: {reason}", "Give the file as it was released.") from error
