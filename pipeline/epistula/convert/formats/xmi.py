"""UIMA CAS as XMI, as WebAnno and INCEpTION export it.

Read without the type system, which corpora do not always publish: what has a begin and an end is a mention.
"""

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from epistula.convert.formats._letters import Found, letter
from epistula.model import Annotation

SOFA = "{http:///uima/cas.ecore}Sofa"
PLACE = frozenset({"begin", "end", "sofa", "{http://www.omg.org/XMI}id"})
BEYOND_BMP = 0xFFFF


def read(path: Path) -> Iterator[Annotation]:
    """Yield the letter of a file, named after it.

    The name of an annotation's type without its package is its label, its features are its attributes.

    Raises:
        ValueError: there is not one text in it.
    """
    root = ElementTree.parse(path).getroot()
    texts = [sofa.attrib["sofaString"] for sofa in root.iter(SOFA) if "sofaString" in sofa.attrib]
    if len(texts) != 1:
        raise ValueError(f"it holds {len(texts)} texts (Sofa with sofaString), not one")
    places = _characters(texts[0])
    yield letter(path.stem, texts[0], _spans(root, places))


def _spans(root: ElementTree.Element, places: list[int]) -> Iterator[Found]:
    for element in root:
        begin, end = int(element.get("begin", 0)), int(element.get("end", 0))
        if begin < end:
            if end >= len(places):
                raise ValueError(f"{element.tag.rpartition('}')[2]} ends at {end}, behind the text")
            features = {key: value for key, value in element.attrib.items() if key not in PLACE}
            yield Found(element.tag.rpartition("}")[2], places[begin], places[end], features)


def _characters(text: str) -> list[int]:
    """Return for each offset of Java, in UTF-16 units, the offset in characters."""
    widths = (2 if ord(character) > BEYOND_BMP else 1 for character in text)
    units = [position for position, width in enumerate(widths) for _ in range(width)]
    return [*units, len(text)]
