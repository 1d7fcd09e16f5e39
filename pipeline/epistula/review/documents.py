"""The document of an annotation, and what it tells: which mentions are decided, how, and what form they have."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from epistula.jsonl import ANNOTATION
from epistula.model import Annotation
from epistula.review.decisions import Document
from epistula.text.words import key as word_key

ACCEPTED, REJECTED = "accepted", "rejected"
COMPONENT = "review"
ADDED, CHANGED = "review.added", "review.changed"
"""The rules that mentions have which a reviewer made, or made another of."""


def document_of(annotation: Annotation) -> dict[str, Any]:
    """Return the document of an annotation on which nothing is decided."""
    row = ANNOTATION.dump_python(annotation, mode="json")
    return {
        **{f"mention/{mention['id']}": mention for mention in row["spans"]},
        **{f"relation/{relation['id']}": relation for relation in row["relations"]},
        **{f"record/{number}": record for number, record in enumerate(row["records"])},
    }


def overlaid(base: Document, overlay: Document) -> dict[str, Any]:
    """Return a document with other values for some of its keys; None takes a key out."""
    return {key: value for key, value in {**base, **overlay}.items() if value is not None}


def under(prefix: str, document: Document) -> dict[str, Any]:
    """Return the values of the keys that begin with `prefix/`, by what follows."""
    length = len(prefix) + 1
    return {key[length:]: value for key, value in document.items() if key.startswith(f"{prefix}/")}


def rule_of(mention: Mapping[str, Any]) -> str:
    """Return the rule that made a mention, as it stands in a document."""
    return str((mention.get("by") or {}).get("rule", ""))


def is_predicted(mention: Mapping[str, Any]) -> bool:
    """Say whether a pipeline made a mention, and no reviewer."""
    return bool((mention.get("by") or {}).get("component") != COMPONENT)


def form_of(text: str) -> str:
    """Return what is the same for all spellings of a form (see `text.words`)."""
    return " ".join(word_key(text)) or text.casefold()


@dataclass(frozen=True)
class Verdict:
    """What was decided on a mention.

    `kind` is "accepted", "rejected", "added", "changed" (in any way), or "withdrawn" (added or changed, then rejected).
    """

    label: str
    text: str
    start: int
    end: int
    kind: str


def verdicts(base: Document, document: Document) -> dict[str, Verdict]:
    """Return what was decided on mentions, by their ids.

    A predicted mention that was given another label was rejected as one of its own.
    """
    mentions = under("mention", document)
    said = under("verdict", document)
    found = {name: _verdict(m, _kind(m, said[name], base, name)) for name, m in mentions.items() if name in said}
    places = {(m["start"], m["end"]) for m in mentions.values()}
    for name, mention in under("mention", base).items():
        if name not in mentions and is_predicted(mention) and (mention["start"], mention["end"]) in places:
            found[name] = _verdict(mention, REJECTED)
    return found


def _kind(mention: Mapping[str, Any], said: str, base: Document, name: str) -> str:
    if said == REJECTED:
        return REJECTED if is_predicted(mention) or f"mention/{name}" in base else "withdrawn"
    if rule_of(mention) == ADDED:
        return "added"
    return ACCEPTED if mention == base.get(f"mention/{name}") else "changed"


def _verdict(mention: Mapping[str, Any], kind: str) -> Verdict:
    return Verdict(mention["label"], mention["text"], mention["start"], mention["end"], kind)
