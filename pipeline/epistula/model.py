"""The types of epistula, each declared once: in memory, on file and in the JSON Schema.

Offsets are half-open character offsets into the letter's text. Boxes are in PDF points with
the origin at the top left of the page; pages count from 1. Nothing here knows spaCy.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Annotated, Any, NamedTuple
from urllib.parse import quote

import numpy as np
import numpy.typing as npt
from pydantic import (
    AfterValidator,
    ConfigDict,
    NonNegativeInt,
    PositiveInt,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)
from pydantic.dataclasses import dataclass
from pydantic_core import ArgsKwargs

SCHEMA = 1
"""Version of the annotation record; a reader refuses any other."""

STRICT = ConfigDict(extra="forbid")


class Assertion(StrEnum):
    """Is it true of the patients spoken of?"""

    PRESENT = "present"
    NEGATED = "negated"
    POSSIBLE = "possible"
    HYPOTHETICAL = "hypothetical"


class Attribution(StrEnum):
    """Whose patients: the authors', somebody else's, or nobody's in particular."""

    OWN = "own"
    CITED = "cited"
    GENERAL = "general"


class ZoneKind(StrEnum):
    """What a stretch of the letter's text is."""

    COVER = "cover"
    TITLE = "title"
    AUTHORS = "authors"
    AFFILIATION = "affiliation"
    ABSTRACT = "abstract"
    HEADING = "heading"
    BODY = "body"
    CAPTION = "caption"
    TABLE = "table"
    FOOTNOTE = "footnote"
    ACKNOWLEDGEMENT = "acknowledgement"
    FUNDING = "funding"
    DATA_AVAILABILITY = "data_availability"
    COMPETING_INTERESTS = "competing_interests"
    REFERENCE = "reference"
    FURNITURE = "furniture"


RUNNING_TEXT = frozenset({ZoneKind.TITLE, ZoneKind.ABSTRACT, ZoneKind.HEADING, ZoneKind.BODY, ZoneKind.CAPTION})
"""The zones that are annotated; the others are kept and left alone."""


class FailureCategory(StrEnum):
    """Why a letter could not be annotated."""

    MISSING = "missing"
    UNSUPPORTED = "unsupported"
    BROKEN = "broken"
    ENCRYPTED = "encrypted"
    NO_TEXT = "no_text"
    LIMIT = "limit"
    INVALID_RECORD = "invalid_record"
    INTERNAL = "internal"


@dataclass(frozen=True, config=STRICT)
class Box:
    """A rectangle on a page: points, origin top left."""

    page: PositiveInt
    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(frozen=True, config=STRICT)
class Zone:
    """A stretch of text of one kind."""

    start: NonNegativeInt
    end: NonNegativeInt
    kind: ZoneKind


class Page(NamedTuple):
    """Width and height of a page in points; `number` counts from 1."""

    number: int
    width: float
    height: float


class Line(NamedTuple):
    """A line of a page as it stands in the letter's text."""

    start: int
    end: int
    box: Box


def file_uri(path: str) -> str:
    """Return the `file:` URI of a path (RFC 8089), each byte that a URI does not allow as %XX.

    A relative path stays one (`file:in/caf%E9.pdf`); RFC 8089 has names for absolute ones only.
    """
    try:
        name = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half a surrogate pair, which no file system gives
        name = path.encode("utf-8", "surrogatepass")
    return f"file:{'//' if name.startswith(b'/') else ''}{quote(name)}"


def _writable(path: str) -> str:
    """Return a path as it is; as a URI when it has bytes that are no UTF-8 (lone surrogates in Python)."""
    return path if path.isascii() or not LONE_SURROGATE.search(path) else file_uri(path)


LONE_SURROGATE = re.compile("[\ud800-\udfff]")

FilePath = Annotated[str, AfterValidator(_writable)]
"""A path as it is written to a record: a name that is no UTF-8 becomes its `file:` URI and loses nothing."""


class Origin(StrEnum):
    """Where in a PDF a piece of metadata stood."""

    COVER = "cover"
    FIRST_PAGE = "first_page"
    XMP = "xmp"
    INFO = "info"


@dataclass(frozen=True, config=STRICT)
class Source:
    """Where a letter came from and what it says of itself.

    `origins` tells for each field from `title` to `licence` that has a value where it stood;
    `ocr` is true when text of the letter was recognised in images.
    """

    path: FilePath | None = None
    sha256: str | None = None
    pages: int | None = None
    title: str | None = None
    doi: str | None = None
    hal_id: str | None = None
    citation: str | None = None
    authors: tuple[str, ...] = ()
    journal: str | None = None
    year: int | None = None
    licence: str | None = None
    origins: Mapping[str, Origin] = field(default_factory=dict)
    ocr: bool = False


NO_BOXES: npt.NDArray[np.float32] = np.zeros((0, 4), dtype=np.float32)
NO_PAGES: npt.NDArray[np.uint16] = np.zeros(0, dtype=np.uint16)


@dataclass(frozen=True, eq=False, config=ConfigDict(arbitrary_types_allowed=True))
class Letter:
    """A letter as read: its text in reading order, its zones, and the place of each character.

    Args:
        id: content hash, or the id given with the text.
        text: the letter's text; what was given, when text was given.
        zones: disjoint and ascending; together with the line breaks between them they are the text.
        source: path, hash and metadata.
        pages: size of each page; empty for plain text.
        lines: the lines of the pages in reading order; empty for plain text.
        char_boxes: float32 of shape (len(text), 4): x0, top, x1, bottom; NaN where a character was
            added in reading (a space, a line break). Shape (0, 4) for plain text.
        char_pages: uint16 of shape (len(text),): the page of each character, 0 where it was added.
    """

    id: str
    text: str
    zones: tuple[Zone, ...]
    source: Source = Source()
    pages: tuple[Page, ...] = ()
    lines: tuple[Line, ...] = ()
    char_boxes: npt.NDArray[np.float32] = field(default_factory=lambda: NO_BOXES)
    char_pages: npt.NDArray[np.uint16] = field(default_factory=lambda: NO_PAGES)


@dataclass(frozen=True, config=STRICT)
class Candidate:
    """A concept that a mention may stand for, and how alike mention and name are, 0 to 1."""

    id: str
    name: str
    score: float


@dataclass(frozen=True, config=STRICT)
class Concept:
    """What a mention stands for: an entry of a label's concepts file or of a vocabulary.

    `score` and `alternatives` are there when it was found by likeness and not by name.
    """

    id: str
    name: str
    score: float | None = None
    alternatives: tuple[Candidate, ...] = ()

    @model_serializer(mode="wrap")
    def _leave_out_what_is_not_there(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        data: dict[str, Any] = handler(self)
        return data if self.score is not None else {"id": self.id, "name": self.name}


@dataclass(frozen=True, config=STRICT)
class Cue:
    """The words a decision rests on."""

    start: NonNegativeInt
    end: NonNegativeInt
    text: str
    rule: str


@dataclass(frozen=True, config=STRICT)
class Provenance:
    """What made a thing: component and its version, the rule, the cues of its attributes."""

    component: str
    version: str
    rule: str
    cues: Mapping[str, Cue] = field(default_factory=dict)


@dataclass(frozen=True, config=STRICT)
class Mention:
    """A labelled span with its attributes, place and provenance.

    `attributes` are those that the label declares (`system`, `category`, `n` …); on file they stand
    beside the other fields. `assertion` and `attribution` are None for labels that have none.
    """

    id: str
    start: NonNegativeInt
    end: PositiveInt
    label: str
    text: str
    page: PositiveInt | None = None
    boxes: tuple[Box, ...] = ()
    concept: Concept | None = None
    assertion: Assertion | None = None
    attribution: Attribution | None = None
    attributes: Mapping[str, str | int] = field(default_factory=dict)
    by: Provenance | None = None

    @model_validator(mode="before")
    @classmethod
    def _gather_attributes(cls, data: Any) -> Any:
        if isinstance(data, ArgsKwargs) or not isinstance(data, dict):
            return data
        known = {k: v for k, v in data.items() if k in MENTION_FIELDS}
        extra = {k: v for k, v in data.items() if k not in MENTION_FIELDS and v is not None}
        return {**known, "attributes": extra}

    @model_serializer(mode="wrap")
    def _flatten_attributes(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        data: dict[str, Any] = handler(self)
        attributes, by = data.pop("attributes"), data.pop("by")
        return {**data, **attributes, "by": by}


MENTION_FIELDS = frozenset(Mention.__dataclass_fields__) - {"attributes"}


@dataclass(frozen=True, config=STRICT)
class Relation:
    """A labelled arc between two mentions, by their ids."""

    id: str
    head: str
    tail: str
    label: str
    by: Provenance | None = None


@dataclass(frozen=True, config=STRICT)
class RecordOutcome:
    """An outcome within a case record; `n` counts the patients who had it, 0 a denied event."""

    category: str
    organ_system: str | None = None
    n: NonNegativeInt | None = None


@dataclass(frozen=True, config=STRICT)
class CaseRecord:
    """One group of patients with its own course; `evidence` holds ids of mentions."""

    n: NonNegativeInt | None = None
    age_group: str | None = None
    sex: str | None = None
    diagnosis: tuple[str, ...] = ()
    autoantibodies: tuple[str, ...] = ()
    drugs: tuple[str, ...] = ()
    organ_systems: tuple[str, ...] = ()
    outcomes: tuple[RecordOutcome, ...] = ()
    attribution: Attribution | None = None
    citation: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, config=STRICT)
class Pipeline:
    """What annotated a letter; `config_sha256` covers configuration and lexicons."""

    name: str
    version: str
    config_sha256: str


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Annotation:
    """All that is known of one letter: one line of an annotation file."""

    schema: int = SCHEMA
    id: str
    source: Source = Source()
    pipeline: Pipeline | None = None
    text: str
    zones: tuple[Zone, ...] = ()
    spans: tuple[Mention, ...] = ()
    relations: tuple[Relation, ...] = ()
    records: tuple[CaseRecord, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, config=STRICT)
class Failure:
    """A letter that could not be annotated, and why."""

    path: FilePath
    category: FailureCategory
    reason: str
    line: PositiveInt | None = None
    sha256: str | None = None


def content_id(*parts: object) -> str:
    """Return 16 hexadecimal digits that depend on `parts` alone."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def text_sha256(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def mention_id(text_hash: str, label: str, start: int, end: int) -> str:
    """Return the id of a mention: the same for the same label and place in the same text."""
    return content_id("mention", label, start, end, text_hash)


def relation_id(label: str, head: str, tail: str) -> str:
    """Return the id of a relation between two mentions."""
    return content_id("relation", label, head, tail)
