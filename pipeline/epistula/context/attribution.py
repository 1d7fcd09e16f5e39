"""Attribution: the authors' own patients, cited ones, or nobody's in particular.

Decided sentence by sentence, in this order: who reports ("we treated", "Sabbagh et al. report"), a
citation at the end, general knowledge and recommendation, and else the patients spoken of so far:
a sentence without a cue of its own goes on about the group of the one before. Sections help: the
case section is the authors' own, and so is all of a letter that cites nobody; an introduction speaks
of nobody's patients until it says so. A title takes the attribution of the patients it announces.
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
CASE_SECTION = re.compile(
    r"\b(?:cases?|observations?|patients?|results?|findings|reports?|methods?|presentation|children|adults)\b",
    re.IGNORECASE,
)
TOLD = re.compile(
    r"\b(?:was|were|had|did|became|began|underwent|gave|gone|fell|rose|took|came|grew|went|lost|kept|led|felt|saw|brought|made|put|held|ran|sent"
    r"|left|met|bled|shrank|woke|stood|drew|wore"
    r"|(?!red\b|need\b|based\b|related\b|associated\b|mediated\b|induced\b)\w{2,}ed)\b"
)
PRESENT_PASSIVE = re.compile(
    r"\b(?:is|are|be|being)\s(?:\w+\s){0,2}?\w+ed\b|\b(?:has|have)\s(?:\w+ly\s|also\s)*(?!been\b)\w+ed\b"
)
"""What has an -ed and tells nothing that happened to a patient: "are the accepted factors", "has changed"."""
STATE = re.compile(
    r"\b(?:is|are|be|does|do|can|may|should|must|suggest|remains?|means?|drives?|blocks?|targets?|causes?|leads?|plays?"
    r"|acts?|inhibits?|activates?|carr(?:y|ies)|works)\b"
)
OF_NOW = re.compile(
    r"\b(?:there (?:is|are) no (?:\w+ )?(?:signs?|evidence)|currently|at present|to date|now|no longer"
    r"|(?:is|are) (?:now )?down to|(?:last|latest) follow-up"
    r"|(?:days?|weeks?|months?|years?) (?:after|later|since|following))\b",
    re.IGNORECASE,
)
"""What a history says in the present tense: a finding, or how the patient is today."""
INTRODUCED = re.compile(
    r"\b(?:A|An|One|Two|Three|Four|Five|Six)\s(?:[\w-]+\s){0,4}?(?:\d+(?:[½.]\d?)?|\w+)"
    r"[- ](?:year|month|week|day)s?[- ]old\b"
)
ANAPHOR = re.compile(
    r"\b(?:the (?:\w+ ){0,2}(?:patients?|child|boy|girl|man|woman|cases?|others?|two|three|survivors)"
    r"|these (?:\w+ )?(?:patients|cases|children)|(?:one|two|three|both|all|some) of (?:them|these|those)"
    r"|both (?:patients|children|siblings)|(?:he|she|her|his|they|their|him)\b"
    r"|of note|three others|all (?:three|four|five|six|patients)|this (?:\w+ )?(?:infection|relapse|patient|case))",
    re.IGNORECASE,
)
THE_ONE = re.compile(r"\b(?:he|she|his|her|him|the patient|the (?:boy|girl|child|man|woman))\b", re.IGNORECASE)
"""What points at the single patient of whom the sentences before speak."""
REPLY = re.compile(r"\A\W*(?:reply|re\b|response|comment|correspondence|in reply)", re.IGNORECASE)


CONDITION = re.compile(
    r"\A\W*(?:(?:If|Had|Were|Should)\b[^.;]{0,200}?,\s[^.;]{0,200}?\b(?:would|should|could|might)\b|Whether\b[^.;]{0,200}?\b(?:is|needs?|remains|has|will|would|should)\b)"
)
"""A sentence on what would be: “If it were to reappear in our patients, we would …”, “Whether … is open”."""
OWN_PAPER = re.compile(r"\bin our (?:\w+ )?(?:paper|report|letter|article|publication|study|series)\b", re.IGNORECASE)
OWN_PATIENTS = ("our_patients", "we_own")
TEXTBOOK = "general_strong"
"""The rule whose words are never about patients, whatever the tense."""


@dataclass(frozen=True)
class Decision:
    """The attribution of a sentence and the cue that it rests on."""

    value: Attribution
    cue: Cue | None = None


CLAUSE_BORDER = re.compile(
    r"[,;]\s|\s(?:but|while|whereas)\s|\s(?=(?:as did|unlike|in contrast|than)\s)", re.IGNORECASE
)


@dataclass(frozen=True)
class Sentence:
    """What a decision is made from: the text, its cues by value, its citations, its section."""

    text: str
    own: Cue | None
    cited: Cue | None
    general: Cue | None
    narrated: Cue | None
    bracketed: Cue | None
    in_case_section: bool
    names_patients: bool

    @property
    def told(self) -> bool:
        """Whether the sentence tells something that happened; "is driven", "are needed" do not."""
        return TOLD.search(PRESENT_PASSIVE.sub(" ", self.text)) is not None

    @property
    def timeless(self) -> bool:
        """Whether it states what is so, of no patients."""
        of_patients = self.told or self.pointing or self.names_patients or OF_NOW.search(self.text)
        return not of_patients and STATE.search(self.text) is not None

    @property
    def pointing(self) -> bool:
        """Whether it points at patients spoken of before."""
        return ANAPHOR.search(self.text) is not None


def attribute_sentences(reading: Reading, mentions: Sequence[Mention]) -> list[Decision]:
    """Return a decision for each sentence of the reading.

    Args:
        reading: the letter.
        mentions: its mentions; the citations among them are what decides.
    """
    decisions: list[Decision] = []
    cites = any(m.label == "CITATION" for m in mentions)
    group: Decision | None = None if cites else Decision(Attribution.OWN)
    section = ""
    by_sentence = reading.by_sentence(mentions)
    for index, (start, end) in enumerate(reading.sentences):
        kind = reading.zone_at(start).kind
        if kind == ZoneKind.HEADING:
            section = reading.text[start:end]
            group = Decision(Attribution.OWN) if CASE_SECTION.search(section) else group
        case = not cites or kind == ZoneKind.CAPTION or CASE_SECTION.search(section) is not None
        sentence = _sentence(reading, start, end, by_sentence.get(index, []), case)
        decision = decide(sentence, group)
        decisions.append(decision)
        if kind not in (ZoneKind.TITLE, ZoneKind.HEADING):
            group = _group(sentence, decision, group)
    return _with_titles(reading, decisions)


def _sentence(reading: Reading, start: int, end: int, mentions: Sequence[Mention], case: bool) -> Sentence:
    cues = list(read_cues(CUES).find(reading.text, start, end))
    inside = [m for m in mentions if start <= m.start < end]
    here = [m for m in inside if m.label == "CITATION"]
    narrated = next((m for m in here if m.text[:1].isalpha() and not _bracketed(reading, m)), None)
    return Sentence(
        reading.text[start:end],
        _first(reading, cues, Attribution.OWN),
        _first(reading, cues, Attribution.CITED),
        _first(reading, cues, Attribution.GENERAL),
        _cue(narrated),
        _cue(here[0]) if here else None,
        case,
        any(m.label == "PATIENTS" for m in inside),
    )


def _group(sentence: Sentence, decision: Decision, group: Decision | None) -> Decision | None:
    """Return the patients that the next sentence may go on about.

    A citation in brackets behind a sentence about the authors' patients does not change the subject.
    """
    if decision.value == Attribution.GENERAL:
        return group
    if sentence.bracketed and OWN_PAPER.search(sentence.text):
        return Decision(Attribution.OWN)  # what follows on its patients is new
    in_passing = decision.cue == sentence.bracketed and not sentence.names_patients
    return group if group and in_passing and sentence.bracketed else decision


def decide(sentence: Sentence, group: Decision | None) -> Decision:
    """Return the attribution of a sentence.

    Args:
        sentence: its cues, citations and section.
        group: the decision on the patients spoken of so far; None when there were none.
    """
    if CONDITION.match(sentence.text):
        return Decision(Attribution.GENERAL, sentence.general)
    if sentence.bracketed and OWN_PAPER.search(sentence.text):
        return Decision(Attribution.CITED, sentence.bracketed)
    if sentence.own and not sentence.narrated and not sentence.cited:
        return Decision(Attribution.OWN, sentence.own)
    if INTRODUCED.search(sentence.text) and not (sentence.narrated or sentence.bracketed):
        return Decision(Attribution.OWN)
    if sentence.narrated or sentence.cited:
        return Decision(Attribution.CITED, sentence.cited or sentence.narrated)
    if sentence.in_case_section and sentence.bracketed and sentence.told and (sentence.pointing or group):
        return Decision(Attribution.OWN)
    if sentence.bracketed and sentence.told and group and THE_ONE.search(sentence.text):
        return replace(group, cue=None)
    if sentence.bracketed:
        strong = sentence.general is not None and sentence.general.rule == TEXTBOOK
        textbook = strong or sentence.timeless or (sentence.general and not sentence.told)
        return Decision(Attribution.GENERAL if textbook else Attribution.CITED, sentence.bracketed)
    if sentence.in_case_section:
        textbook = sentence.timeless or (sentence.general and not (sentence.told or sentence.pointing))
        return Decision(Attribution.GENERAL, sentence.general) if textbook else Decision(Attribution.OWN)
    if sentence.general and not (sentence.pointing and group and sentence.general.rule != TEXTBOOK):
        return Decision(Attribution.GENERAL, sentence.general)
    if group and (sentence.told or sentence.pointing):
        return replace(group, cue=None)
    return Decision(Attribution.OWN if sentence.told and not group else Attribution.GENERAL)


Clauses = dict[int, list[tuple[int, Decision]]]


def mixed_sentences(reading: Reading, mentions: Sequence[Mention]) -> Clauses:
    """Return the clauses of the sentences that speak of own and cited patients, by sentence number."""
    mixed: Clauses = {}
    by_sentence = reading.by_sentence(mentions)
    for index, (start, end) in enumerate(reading.sentences):
        here = by_sentence.get(index, [])
        sentence = _sentence(reading, start, end, here, case=False)
        if sentence.own and sentence.own.rule in OWN_PATIENTS and (sentence.cited or sentence.narrated):
            mixed[index] = by_clause(reading, start, end, here)
    return mixed


def by_clause(reading: Reading, start: int, end: int, mentions: Sequence[Mention]) -> list[tuple[int, Decision]]:
    """Return where each clause starts and what it speaks of, in a sentence that sets the authors'
    patients beside cited ones: “Unlike the patients of Petrov et al., who died, our patient recovered”.
    """
    starts = [start, *(border.end() for border in CLAUSE_BORDER.finditer(reading.text, start, end))]
    clauses: list[tuple[int, Decision]] = []
    before: Decision | None = None
    for begin, stop in zip(starts, [*starts[1:], end], strict=True):
        clause = _sentence(reading, begin, stop, mentions, case=False)
        if clause.own:
            before = Decision(Attribution.OWN, clause.own)
        elif clause.cited or clause.narrated:
            before = Decision(Attribution.CITED, clause.cited or clause.narrated)
        if before:
            clauses.append((begin, before))
    return clauses


def _first(reading: Reading, cues: Sequence[FoundCue], value: Attribution) -> Cue | None:
    return next((cue.cue(reading.text) for cue in cues if cue.rule.value == value), None)


def _bracketed(reading: Reading, mention: Mention) -> bool:
    before = reading.before(mention.start)
    return before.rfind("(") > before.rfind(")") or before.rfind("[") > before.rfind("]")


def _cue(mention: Mention | None) -> Cue | None:
    return Cue(mention.start, mention.end, mention.text, "citation") if mention else None


def _with_titles(reading: Reading, decisions: Sequence[Decision]) -> list[Decision]:
    """Give titles what they announce: the authors' patients when the letter has any, in a reply the
    patients it speaks of first; and headings what follows them."""
    kinds = [reading.zone_at(start).kind for start, _ in reading.sentences]
    told = [
        d for d, kind in zip(decisions, kinds, strict=True)
        if kind not in (ZoneKind.TITLE, ZoneKind.HEADING) and d.value != Attribution.GENERAL
    ]  # fmt: skip
    own = next((d for d in told if d.value == Attribution.OWN), None)
    first = told[0] if told else Decision(Attribution.GENERAL)
    result = list(decisions)
    for index, (start, end) in enumerate(reading.sentences):
        if kinds[index] == ZoneKind.TITLE:
            reply = REPLY.match(reading.text[start:end]) is not None
            result[index] = Decision((first if reply or own is None else own).value)
        elif kinds[index] == ZoneKind.HEADING and index + 1 < len(result):
            result[index] = replace(decisions[index + 1], cue=None)
    return result


class AttributionComponent:
    """Sets `attribution` on the mentions whose label has it, with its cue in the provenance."""

    def __call__(self, doc: Doc) -> Doc:
        """Attribute the mentions of a Doc."""
        reading, mentions = reading_of(doc), list(doc._.mentions)
        decisions = attribute_sentences(reading, mentions)
        clauses = mixed_sentences(reading, mentions)
        set_mentions(doc, [_attributed(mention, reading, decisions, clauses) for mention in mentions])
        return doc


def _attributed(mention: Mention, reading: Reading, decisions: Sequence[Decision], clauses: Clauses) -> Mention:
    label = all_labels().get(mention.label)
    if not decisions or label is None or not label.assertions:
        return mention
    index = reading.sentence_index(mention.start)
    decision = next((d for start, d in reversed(clauses.get(index, ())) if start <= mention.start), decisions[index])
    by = mention.by
    if by and decision.cue:
        by = replace(by, cues={**by.cues, "attribution": decision.cue})
    return replace(mention, attribution=decision.value, by=by)


@Language.factory("epistula_attribution", assigns=["doc._.mentions"], requires=["doc._.mentions"])
def make_attribution(nlp: Language, name: str) -> AttributionComponent:
    """Build the attribution component."""
    return AttributionComponent()
