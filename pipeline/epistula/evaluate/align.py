"""Carrying gold spans over to the text that was read from the PDF.

Gold is over the source text, predictions over extracted text. The running text of both is aligned
character by character (Levenshtein edit operations); a gold span goes where its characters went.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein

from epistula.model import RUNNING_TEXT, Annotation, Mention

KEPT = 0.5
"""The share of a span's characters that must be found again for the span to count as read."""


def project(gold: Annotation, onto: Annotation) -> tuple[list[Mention], list[Mention]]:
    """Return gold's mentions with offsets into the other text, and those lost in reading.

    With equal texts nothing is changed and nothing is lost.
    """
    if gold.text == onto.text:
        return list(gold.spans), []
    places = aligned(gold, onto)
    read: list[Mention] = []
    lost: list[Mention] = []
    for mention in gold.spans:
        found = places[mention.start : mention.end]
        found = found[found >= 0]
        if len(found) < KEPT * (mention.end - mention.start):
            lost.append(mention)
        else:
            start, end = int(found[0]), int(found[-1]) + 1
            read.append(replace(mention, start=start, end=end, text=onto.text[start:end]))
    return read, lost


def aligned(gold: Annotation, onto: Annotation) -> npt.NDArray[np.int64]:
    """Return, for each character of gold's text, its offset in the other text, or -1."""
    left, right = running_offsets(gold), running_offsets(onto)
    places = np.full(len(gold.text), -1, dtype=np.int64)
    gold_text = "".join(gold.text[i] for i in left)
    other_text = "".join(onto.text[i] for i in right)
    for operation in Levenshtein.opcodes(gold_text, other_text):
        if operation.tag == "equal":
            source = left[operation.src_start : operation.src_end]
            places[source] = right[operation.dest_start : operation.dest_end]
    return places


def running_offsets(annotation: Annotation) -> npt.NDArray[np.int64]:
    """Return the offsets of the running text, of the whole text when there are no zones."""
    if not annotation.zones:
        return np.arange(len(annotation.text))
    ranges = [np.arange(z.start, z.end) for z in annotation.zones if z.kind in RUNNING_TEXT]
    return np.concatenate(ranges) if ranges else np.arange(0)
