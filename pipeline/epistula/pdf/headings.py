"""Words that name the sections of a letter; the list is `headings.json`."""

import json
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from epistula.model import ZoneKind

NUMBERING = re.compile(r"^((\d{1,2}|[IVX]{1,4}|[A-H])(\.\d{1,2})*[.)]?|[■●•▪◆►▶])\s+")
"""A section number or ornament before a heading."""


class Headings(NamedTuple):
    """Known headings and the zone of the text under each; kickers; salutations. All in lower case."""

    sections: dict[str, ZoneKind]
    kickers: frozenset[str]
    salutations: frozenset[str]


@cache
def headings() -> Headings:
    """Load the list."""
    data = json.loads(Path(__file__).with_name("headings.json").read_text("utf-8"))
    sections = {name: ZoneKind(kind) for kind, names in data["sections"].items() for name in names}
    return Headings(sections, frozenset(data["kickers"]), frozenset(data["salutations"]))


def normal(text: str) -> str:
    """Return a heading in lower case, without numbering, closing marks and curly quotes."""
    text = NUMBERING.sub("", text.strip()).replace("’", "'").replace("&", "and")
    return re.sub(r"\s+", " ", text).strip(" .:;,—–-*|").lower()


def section_of(text: str) -> ZoneKind | None:
    """Return the zone of the text under a heading, None when the heading is not known."""
    return headings().sections.get(normal(text))


def run_in_section(text: str) -> ZoneKind | None:
    """Return the zone that a paragraph's own first words name (`Funding: none.`), None for any other.

    Only the headings of the back matter and the abstract's count; others may open a sentence.
    """
    match = re.match(r"^([A-Z][\w’' ]{3,50}?)\s*([:.—–]|\.\s*[—–])\s", text)
    kind = section_of(match[1]) if match else None
    return None if kind is ZoneKind.BODY else kind


def is_kicker(text: str) -> bool:
    """Tell whether a line names the kind of article and no more."""
    return normal(text) in headings().kickers


def is_salutation(text: str) -> bool:
    """Tell whether a line only addresses the editor."""
    return normal(text) in headings().salutations
