"""Carrying spans between gold's text and the text that was read from the PDF.

Gold is over the source text, predictions over extracted text. The running text of both is aligned character by
character (Levenshtein edit operations); a span goes where its characters went.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein

from epistula.model import RUNNING_TEXT, Annotation, Mention

KEPT = 0.5
"""The share of a span's characters that must be found again for the span to count as read."""

Offsets = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Alignment:
    """Where each character of one text stands in the other, -1 where it does not: gold's in `forth`, the other's in
    `back`."""

    forth: Offsets
    back: Offsets


def align(gold: Annotation, onto: Annotation) -> Alignment:
    """Align the running text of gold with that of another annotation; equal texts are aligned as a whole."""
    if gold.text == onto.text:
        same = np.arange(len(gold.text), dtype=np.int64)
        return Alignment(same, same)
    left, right = running_offsets(gold), running_offsets(onto)
    forth, back = (np.full(len(a.text), -1, dtype=np.int64) for a in (gold, onto))
    ours, theirs = ("".join(a.text[i] for i in offsets) for a, offsets in ((gold, left), (onto, right)))
    for operation in Levenshtein.opcodes(ours, theirs):
        if operation.tag == "equal":
            here = left[operation.src_start : operation.src_end]
            there = right[operation.dest_start : operation.dest_end]
            forth[here], back[there] = there, here
    return Alignment(forth, back)


def project(gold: Annotation, onto: Annotation, places: Offsets) -> tuple[list[tuple[Mention, Mention]], list[Mention]]:
    """Return gold's mentions beside themselves with offsets into the other text, and those whose text is not there."""
    found, lost = [], []
    for mention in gold.spans:
        place = carried(mention, places)
        if place is None:
            lost.append(mention)
        else:
            found.append((mention, replace(mention, start=place[0], end=place[1], text=onto.text[slice(*place)])))
    return found, lost


def carried(mention: Mention, places: Offsets) -> tuple[int, int] | None:
    """Return where the characters of a mention went, None when fewer than `KEPT` of them went anywhere."""
    found = places[mention.start : mention.end]
    found = found[found >= 0]
    if len(found) < KEPT * (mention.end - mention.start):
        return None
    return int(found[0]), int(found[-1]) + 1


def running_offsets(annotation: Annotation) -> Offsets:
    """Return the offsets of the running text, of the whole text when there are no zones."""
    if not annotation.zones:
        return np.arange(len(annotation.text))
    ranges = [np.arange(z.start, z.end) for z in annotation.zones if z.kind in RUNNING_TEXT]
    return np.concatenate(ranges) if ranges else np.arange(0)
