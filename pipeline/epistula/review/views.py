"""What the store tells: plain values, nothing of SQL in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from epistula.evaluate.adjudicate import Decision
from epistula.evaluate.agreement import Agreement, Disagreement
from epistula.model import Annotation, Source, Zone
from epistula.review.decisions import Change, Document


@dataclass(frozen=True)
class TakenIn:
    """What became of predictions that were taken in.

    Args:
        new, unchanged, changed: letters not known before, known with these very predictions, with other ones.
        continued: letters whose decisions came with them, in an export of ours.
        reanchored: mentions with decisions that were carried to a changed text, over all tracks.
        orphaned: mentions, relations and records with decisions whose text is not there any more.
    """

    new: int = 0
    unchanged: int = 0
    changed: int = 0
    continued: int = 0
    reanchored: int = 0
    orphaned: int = 0


@dataclass(frozen=True)
class Event:
    """A decision, an undo or a redo.

    Args:
        id: grows with time.
        version: how many events the letter had in this track with this one.
        who: whoever decided; empty for the taking in of new predictions.
        when: UTC.
        kind: name of the action, or "undo", "redo", "predictions", "import".
        changes: with before and after.
        undone: whether it has been taken back, and not been done again.
        target: of an undo or redo, the event that it takes back or does again.
    """

    id: int
    version: int
    who: str
    when: datetime
    kind: str
    changes: Sequence[Change]
    undone: bool = False
    target: int | None = None


@dataclass(frozen=True)
class LetterView:
    """A letter as a reviewer sees it.

    Args:
        id, text, zones, source: the letter's.
        predictions: what was predicted; decisions change nothing in it.
        document: the predictions with all decisions of the track applied, see `decisions`.
        predicted: ids of mentions that a pipeline made; all others were added or moved by reviewers.
        version: number of events in this track.
        reviewers: who has decided, in alphabetical order.
    """

    id: str
    text: str
    zones: Sequence[Zone]
    source: Source
    predictions: Annotation
    document: Document
    predicted: frozenset[str]
    version: int
    reviewers: Sequence[str]

    @property
    def done(self) -> bool:
        """Whether the letter is marked done."""
        return bool(self.document.get("done"))


@dataclass(frozen=True)
class Can:
    """Whether a reviewer has something to undo, and to redo."""

    undo: bool
    redo: bool


@dataclass(frozen=True)
class Since:
    """What has changed in a letter's document since a version: the keys with their values now, None for gone."""

    version: int
    changes: Document
    who: Sequence[str]


@dataclass(frozen=True)
class Row:
    """A letter in the queue.

    Args:
        uncertainty: of the predictions, 0 to 1, see `uncertainty`.
        disagreements: between tracks that both are done with it, else predictions that this track found wrong.
        forms: forms of its predictions that no decided mention of the track has yet.
    """

    id: str
    title: str
    path: str
    mentions: int
    decided: int
    uncertainty: float
    disagreements: int
    forms: int
    done: bool


@dataclass(frozen=True)
class Progress:
    """How far a track is.

    Args:
        letters, done: letters in all, and marked done.
        mentions, decided: mentions in all, and decided.
        pace: decisions a minute in the last session (decisions no more than 5 minutes apart); None before the second.
        minutes_left: for the mentions that are not decided, at this pace.
    """

    letters: int
    done: int
    mentions: int
    decided: int
    pace: float | None
    minutes_left: float | None


@dataclass(frozen=True)
class Queue:
    """A page of the queue; `total` counts all letters that the filters leave."""

    rows: Sequence[Row]
    total: int
    progress: Progress


@dataclass(frozen=True)
class Neighbours:
    """The place of a letter in the queue: `index` counts from 0 and is None where the filters leave it out."""

    previous: str | None
    next: str | None
    index: int | None
    total: int


@dataclass(frozen=True)
class Hit:
    """A letter in which words were found; `excerpt` is text around the first, `start` and `end` where that stands."""

    id: str
    title: str
    excerpt: str
    start: int
    end: int


@dataclass(frozen=True)
class Question:
    """A disagreement of two tracks: `before` and `after` are the text around it, `answer` how it was decided."""

    disagreement: Disagreement
    before: str
    words: str
    after: str
    answer: Decision | None


@dataclass(frozen=True)
class Day:
    """The agreement over the letters that the second of two tracks marked done on a day (UTC)."""

    day: date
    agreement: Agreement


@dataclass(frozen=True)
class Form:
    """A form that reviewers rejected or added.

    Args:
        label, form: as most often written.
        kind: "rejected" (predicted, and wrong) or "added" (missed, or predicted with another label or other bounds).
        count: how often, over all tracks.
        kept: how often the same form was accepted.
        letters: ids of up to five letters that show it.
        places: start and end of one of them in each of these letters.
        concept, attributes: what a reviewer gave an added one.
        case: the sentence of the first as a line of a `cases.txt`.
    """

    label: str
    form: str
    kind: str
    count: int
    kept: int
    letters: Sequence[str]
    places: Sequence[tuple[int, int]]
    concept: Mapping[str, str] | None = None
    attributes: Mapping[str, str | int] = field(default_factory=dict)
    case: str = ""
