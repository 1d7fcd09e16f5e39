"""What the lexicons lack: words that look like a drug, an antibody, a manifestation or a disease and have no concept.

Two sources: mentions that a grammar found and no lexicon knows, and the patterns of a label's
`gaps.jsonl`, slots that its names stand in ("treated with …"). A pattern has one group `form`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import jsonlines

from epistula.errors import DeclarationError
from epistula.labels import all_labels
from epistula.labels.known import named
from epistula.labels.label import Label
from epistula.model import Annotation, Mention
from epistula.text.reading import read
from epistula.text.words import key

AROUND = 60
"""Characters of context on each side."""
CONTEXTS = 3
FIELDS = {"id", "pattern"}
ORDINARY = Path(__file__).parent / "ordinary.txt"


@dataclass(frozen=True)
class Candidate:
    """A word in a letter that a lexicon may lack: which label, and the rule that says so."""

    label: str
    form: str
    rule: str
    context: str


@dataclass
class Gap:
    """A form that a lexicon may lack, over all letters.

    Args:
        label: the label whose lexicon it is.
        form: the form most often written.
        rules: what speaks for it.
        count: how often it stands in the letters.
        letters: in how many of them.
        contexts: the first places, the form in square brackets.
    """

    label: str
    form: str
    rules: list[str] = field(default_factory=list)
    count: int = 0
    letters: int = 0
    contexts: list[str] = field(default_factory=list)


def find_gaps(annotations: Iterable[Annotation]) -> list[Gap]:
    """Return what the lexicons lack, the commonest first."""
    gaps: dict[tuple[str, tuple[str, ...]], Gap] = {}
    forms: dict[tuple[str, tuple[str, ...]], dict[str, int]] = {}
    for annotation in annotations:
        seen = set()
        for found in candidates(annotation):
            name = found.label, key(found.form)
            gap = gaps.setdefault(name, Gap(found.label, found.form))
            written = forms.setdefault(name, {})
            written[found.form] = written.get(found.form, 0) + 1
            gap.form = max(written, key=lambda form: (written[form], form))
            gap.count += 1
            gap.letters += name not in seen
            seen.add(name)
            if found.rule not in gap.rules:
                gap.rules.append(found.rule)
            if len(gap.contexts) < CONTEXTS:
                gap.contexts.append(found.context)
    return sorted(gaps.values(), key=lambda gap: (-gap.count, -gap.letters, gap.label, gap.form.casefold()))


def candidates(annotation: Annotation) -> Iterator[Candidate]:
    """Yield each place of a letter where a lexicon may lack something, each place once for a label."""
    text = read(annotation.text, annotation.zones).text
    taken = bytearray(len(text))
    for mention in annotation.spans:
        taken[mention.start : mention.end] = b"\x01" * (mention.end - mention.start)
    for label in all_labels().values():
        if label.folder is None:
            continue
        for mention in annotation.spans:
            if mention.label == label.name and text[mention.start : mention.end].strip() and not _known(label, mention):
                yield _candidate(label, mention.start, mention.end, f"no_concept:{_rule(mention)}", text)
        places = set()
        for name, pattern in gap_rules(label.folder / "gaps.jsonl"):
            for match in pattern.finditer(text):
                start, end = match.span("form")
                if any(taken[start:end]) or (start, end) in places or _is_named(label, match["form"]):
                    continue
                places.add((start, end))
                yield _candidate(label, start, end, name, text)


def _candidate(label: Label, start: int, end: int, rule: str, text: str) -> Candidate:
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    context = " ".join(f"{before}[{text[start:end]}]{after}".split())
    return Candidate(label.name, " ".join(text[start:end].split()), rule, context)


def _rule(mention: Mention) -> str:
    return mention.by.rule if mention.by else "?"


def _known(label: Label, mention: Mention) -> bool:
    """Say whether a lexicon knows a mention; a concept that likeness gave is no name."""
    return (mention.concept is not None and mention.concept.score is None) or _is_named(label, mention.text)


def _is_named(label: Label, form: str) -> bool:
    """Say whether a form is an ordinary word, a name that some lexicon has, or one that the label rejects."""
    ordinary = all(word.casefold() in ordinary_words() for word in re.findall(r"[^\W\d_]+", form))
    return ordinary or label.rejects(form) or any(named(name, form) for name in all_labels())


@lru_cache(maxsize=1)
def ordinary_words() -> frozenset[str]:
    """Words that stand in the slots of drugs and antibodies and are none."""
    return frozenset(ORDINARY.read_text(encoding="utf-8").split())


@lru_cache(maxsize=32)
def gap_rules(path: Path) -> Sequence[tuple[str, re.Pattern[str]]]:
    """Return the patterns of a `gaps.jsonl`, none where there is no such file.

    Raises:
        DeclarationError: a line that is no rule, or a pattern without the group `form`.
    """
    if not path.exists():
        return ()
    rules = []
    with jsonlines.open(path) as reader:
        for line, row in enumerate(reader, start=1):
            try:
                pattern = re.compile(row["pattern"]) if set(row) == FIELDS else None
            except re.error as error:
                raise DeclarationError(f"{path}, line {line}: the pattern cannot be compiled: {error}.") from error
            if pattern is None or set(pattern.groupindex) != {"form"}:
                raise DeclarationError(
                    f"{path}, line {line}: a gap rule is id and pattern, with one group (?P<form>…)."
                )
            rules.append((row["id"], pattern))
    return tuple(rules)
