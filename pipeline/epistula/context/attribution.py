"""Attribution: the authors' own patients, cited ones, or nobody's in particular.

Decided sentence by sentence. Words that report decide first, then citations, then the patients
spoken of: a sentence without cues of its own goes on about the group of the sentence before. A letter
that is a case history throughout speaks of the authors' patients unless a sentence states general
knowledge. A title takes the attribution of the patients it announces.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from epistula.labels import all_labels
from epistula.model import Attribution, Cue, Mention, ZoneKind
from epistula.text.cues import FoundCue, read_cues
from epistula.text.docs import reading_of, set_mentions
from epistula.text.reading import Reading

CUES = Path(__file__).parent / "attribution.jsonl"
PAST = re.compile(
    r"\b(?:was|were|had|did|presented|showed|revealed|received|developed|died|improved|started|underwent|became|"
    r"remained|achieved|responded|worsened|relapsed|experienced|admitted|found|treated|discharged|complained)\b"
)
ANAPHOR = re.compile(
    r"\b(?:the (?:second |first |third |other |same |latter |former |two |three )?(?:patients?|child|boy|girl|man|woman|cases?|others?)|"
    r"these (?:\w+ )?(?:patients|cases|children|observations)|one of them|both patients|(?:he|she|her|his|they|their)\b|all (?:patients|of them)|"
    r"two of|three of|one of|of note|three others)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Decision:
    """The attribution of a sentence and the cue that it rests on."""

    value: Attribution
    cue: Cue | None = None


def attribute_sentences(reading: Reading, mentions: Sequence[Mention]) -> list[Decision]:
    """Return a decision for each sentence of the reading.

    Args:
        reading: the letter.
        mentions: its mentions; CITATION and PATIENTS among them are what decides.
    """
    cites = [m for m in mentions if m.label == "CITATION"]
    history = not cites
    decisions: list[Decision] = []
    before: Decision | None = None
    for start, end in reading.sentences:
        cited = [m for m in cites if start <= m.start < end]
        cues = list(read_cues(CUES).find(reading.text, start, end))
        decision = _decide(reading, (start, end), cues, cited, before, history)
        decisions.append(decision)
        if decision.value != Attribution.GENERAL:
            before = decision
    return _with_titles(reading, decisions)


def _decide(
    reading: Reading,
    sentence: tuple[int, int],
    cues: Sequence[FoundCue],
    cited: Sequence[Mention],
    before: Decision | None,
    history: bool,
) -> Decision:
    text = reading.text[sentence[0] : sentence[1]]
    first = {value: next((c for c in cues if c.rule.value == value), None) for value in Attribution}
    own, other, general = (first[value] for value in (Attribution.OWN, Attribution.CITED, Attribution.GENERAL))
    narrated = next((m for m in cited if m.text[:1].isalpha() and not _bracketed(reading, m)), None)
    if own and not narrated:
        return Decision(Attribution.OWN, own.cue(reading.text))
    if narrated or other:
        cue = other.cue(reading.text) if other else _cue(narrated)
        return Decision(Attribution.CITED, cue)
    told = PAST.search(text) is not None
    if cited:
        return Decision(Attribution.GENERAL if general and not told else Attribution.CITED, _cue(cited[0]))
    if general and not (told and ANAPHOR.search(text)) and not (history and told):
        return Decision(Attribution.GENERAL, general.cue(reading.text))
    if history:
        return Decision(Attribution.OWN)
    if before and (told or ANAPHOR.search(text)):
        return before
    return Decision(Attribution.OWN if told else Attribution.GENERAL)


def _bracketed(reading: Reading, mention: Mention) -> bool:
    before = reading.before(mention.start)
    return before.rfind("(") > before.rfind(")") or before.rfind("[") > before.rfind("]")


def _cue(mention: Mention | None) -> Cue | None:
    return Cue(mention.start, mention.end, mention.text, "citation") if mention else None


def _with_titles(reading: Reading, decisions: Sequence[Decision]) -> list[Decision]:
    """Give the title what the first patients of the text have, headings what follows them."""
    result = list(decisions)
    body = [
        d for d, (start, _) in zip(decisions, reading.sentences, strict=True)
        if reading.zone_at(start).kind not in (ZoneKind.TITLE, ZoneKind.HEADING) and d.value != Attribution.GENERAL
    ]  # fmt: skip
    announced = body[0] if body else Decision(Attribution.GENERAL)
    if reading.zone_at(0).kind == ZoneKind.TITLE or any(z.kind == ZoneKind.TITLE for z in reading.zones):
        for index, (start, _) in enumerate(reading.sentences):
            if reading.zone_at(start).kind == ZoneKind.TITLE:
                result[index] = replace(announced, cue=None)
    return result


class AttributionComponent:
    """Sets `attribution` on the mentions whose label has it, with its cue in the provenance."""

    def __call__(self, doc: Doc) -> Doc:
        """Attribute the mentions of a Doc."""
        reading, mentions, labels = reading_of(doc), list(doc._.mentions), all_labels()
        decisions = attribute_sentences(reading, mentions)
        done = []
        for mention in mentions:
            if not decisions or not (mention.label in labels and labels[mention.label].assertions):
                done.append(mention)
                continue
            decision = decisions[reading.sentence_index(mention.start)]
            by = mention.by
            if by and decision.cue:
                by = replace(by, cues={**by.cues, "attribution": decision.cue})
            done.append(replace(mention, attribution=decision.value, by=by))
        set_mentions(doc, done)
        return doc


@Language.factory("epistula_attribution", assigns=["doc._.mentions"], requires=["doc._.mentions"])
def make_attribution(nlp: Language, name: str) -> AttributionComponent:
    """Build the attribution component."""
    return AttributionComponent()
