"""Assertion: is a mention present, negated, possible or hypothetical?

Cues with a direction reach from where they stand to the end of their clause, after Chapman et al.,
A simple algorithm for identifying negated findings and diseases in discharge summaries (2001), and
Harkema et al., ConText (2009). A cue inside a mention has made its category and is not counted again.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from epistula.labels import all_labels
from epistula.model import Assertion, Mention
from epistula.text.cues import FoundCue, read_cues
from epistula.text.docs import reading_of, set_mentions
from epistula.text.reading import Reading

CUES = Path(__file__).parent / "assertion.jsonl"
STOP = re.compile(r"[;:]|\.\s|\s[-–—]\s|,\sand\san?\s")
REASON = re.compile(
    r"\b(?:because of|due to|given|in view of|owing to|on account of)\b(?:(?!\b(?:diagnos|suspicion|the\s))[^.;])*\Z",
    re.IGNORECASE,
)
"""What is the reason for a doubt is not doubted: "because of pancytopenia, leukaemia was suspected"."""
CLAUSE = re.compile(
    r"\b(?:was|were|had|has|is|are|we|he|she|they|showed|revealed)\b|\A\s?(?:and\s|then\s)?(?:\w+ly\s)?\w{3,}ed\b(?!\s\w+(?:itis|osis|emia|pathy|ia)\b)"
)
SUBJECT = re.compile(
    r"\s(?:\w+ly\s)?(?:was|were|had|has|is|developed|appeared|occurred|persisted|improved|worsened|resolved|ensued|supervened)\b"
)
INTRODUCED = re.compile(r"\s*(?:and\s?)?(?:(?:an?|the|oral|intravenous|topical|high-dose|low-dose)\s?)*")
"""What may stand between a comma and the subject of a new clause."""
ANOTHER_SUBJECT = re.compile(r"\b(?:was|were|is|are|had|has)\b.*\band\s(?:\w+\s)?\Z")
WORKED = re.compile(
    r"(?:[\s,]+(?:and|or|nor)\s(?:the\s|an?\s)?\S+)*\s(?:controlled|improved|helped|induced|worked|had|prevented|achieved|brought|led|changed|correlated|predicted|explained|influenced|affected|differed)\b"
)
MODAL, NEAR = "modal", 2
"""“may” casts doubt on an outcome, not on the organ or drug that exists all the same (guideline)."""
OVERLAPPING = 8
"""Mentions that may hold one place."""
FAR = 600
"""No cue reaches farther, characters."""
PRECEDENCE = (Assertion.NEGATED, Assertion.HYPOTHETICAL, Assertion.POSSIBLE)


def assertion_of(
    reading: Reading, mention: Mention, cues: Sequence[FoundCue], others: Sequence[Mention]
) -> tuple[Assertion, FoundCue | None]:
    """Return a mention's assertion and the cue it rests on.

    Args:
        reading: the letter.
        mention: the mention.
        cues: the cues of its sentence, those inside mentions left out.
        others: the mentions of its sentence.
    """
    allowed = all_labels()[mention.label].assertions
    reaching = [
        c
        for c in cues
        if c.rule.value in allowed and _reaches(reading, c, mention, cues) and not _doubts_outcome(c, mention, others)
    ]
    for value in PRECEDENCE:
        found = [c for c in reaching if c.rule.value == value]
        if found:
            return value, min(found, key=lambda cue: _distance(cue, mention))
    return Assertion.PRESENT, None


def cues_of(reading: Reading, sentence: int, mentions: Sequence[Mention]) -> list[FoundCue]:
    """Return the cues of a sentence; words inside a mention have made it and are none (but for
    counts of patients, as in “none of them died”)."""
    start, end = reading.sentences[sentence]
    found = read_cues(CUES).find(reading.text, start, max([end, *(m.end for m in mentions)]))
    made = [m for m in mentions if all_labels()[m.label].assertions]
    begun = [m.start for m in made]
    return [c for c in found if not any(c.end <= m.end for m in made[: bisect_right(begun, c.start)][-OVERLAPPING:])]


def _doubts_outcome(cue: FoundCue, mention: Mention, others: Sequence[Mention]) -> bool:
    """Say whether a doubt is about an outcome between cue and mention: it does not spread to the organ
    or drug, which exists all the same (guideline, attributes)."""
    if cue.rule.value != Assertion.POSSIBLE or mention.label == "OUTCOME":
        return False
    start, end = sorted((cue.start, mention.start))
    return any(m.label == "OUTCOME" and start <= m.start < end for m in others)


def _distance(cue: FoundCue, mention: Mention) -> int:
    return max(mention.start - cue.end, cue.start - mention.end)


def _reaches(reading: Reading, cue: FoundCue, mention: Mention, cues: Sequence[FoundCue]) -> bool:
    """Say whether the cue's scope holds the mention: right direction and nothing that ends a clause."""
    if cue.end <= mention.start and cue.rule.direction in ("forward", "both"):
        between = (cue.end, mention.start)
    elif cue.start >= mention.end and cue.rule.direction in ("backward", "both"):
        between = (mention.end, cue.start)
    else:
        return False
    if (
        cue.start >= mention.end
        and cue.rule.value != Assertion.NEGATED
        and REASON.search(reading.before(mention.start))
    ):
        return False
    if any(between[0] <= c.start and c.end <= between[1] for c in cues if c.rule.direction == "stop"):
        return False
    text = reading.text[between[0] : between[1]]
    if mention.label == "DRUG" and cue.rule.value == Assertion.POSSIBLE:
        return False  # a drug that is spoken of was given or not; what is doubted is what it did
    if cue.rule.id == MODAL and mention.label != "OUTCOME" and len(text) > NEAR:
        return False
    if cue.rule.id == "nor" and WORKED.match(reading.after(mention.end)):
        return False  # "neither azathioprine nor methotrexate controlled it": both were taken
    if mention.text.endswith("ed") and re.search(r",\sand\s(?:\w+\s){1,3}\Z", text):
        return False  # "no fever, and arthritis resolved": the verb of another clause
    return STOP.search(text) is None and not _leaves_list(text, reading.after(mention.end)[:40])


def _leaves_list(text: str, after: str) -> bool:
    """Say whether a comma ends the scope: what follows it is a clause of its own, not a list item.

    Args:
        text: what is between cue and mention.
        after: what follows the mention.
    """
    parts = text.split(",")[1:]
    if any(CLAUSE.search(part) for part in parts):
        return True
    behind_comma = bool(parts) and INTRODUCED.fullmatch(parts[-1]) is not None
    behind_verb = ANOTHER_SUBJECT.search(text) is not None
    return (behind_comma or behind_verb) and SUBJECT.match(after) is not None


class AssertionComponent:
    """Sets `assertion` on the mentions whose label has it, with its cue in the provenance.

    A mention whose finder has decided ("afebrile" denies the fever it names) is left as it is.
    """

    def __call__(self, doc: Doc) -> Doc:
        """Assert the mentions of a Doc."""
        reading = reading_of(doc)
        by_sentence = reading.by_sentence(doc._.mentions)
        asserted = (_asserted(reading, number, here) for number, here in by_sentence.items())
        set_mentions(doc, chain.from_iterable(asserted))
        return doc


def _asserted(reading: Reading, sentence: int, mentions: Sequence[Mention]) -> Iterator[Mention]:
    cues = cues_of(reading, sentence, mentions)
    starts = [cue.start for cue in cues]
    for mention in mentions:
        label = all_labels().get(mention.label)
        if mention.assertion is not None or label is None or not label.assertions:
            yield mention
            continue
        first = bisect_left(starts, mention.start - FAR)
        near = cues[first : bisect_left(starts, mention.end + FAR)]
        value, cue = assertion_of(reading, mention, near, mentions)
        by = mention.by
        if by and cue:
            by = replace(by, cues={**by.cues, "assertion": cue.cue(reading.text)})
        yield replace(mention, assertion=value, by=by)


@Language.factory("epistula_assertion", assigns=["doc._.mentions"], requires=["doc._.mentions"])
def make_assertion(nlp: Language, name: str) -> AssertionComponent:
    """Build the assertion component."""
    return AssertionComponent()
