"""Scores as plain objects for machines, and what got better or worse since an older file of them."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from epistula.errors import InputError
from epistula.evaluate.bootstrap import ALL, Difference, LetterCounts, differences, intervals
from epistula.evaluate.compare import Comparison
from epistula.evaluate.counts import Accuracy, Counts
from epistula.evaluate.findings import Finding, Kind, Passage
from epistula.evaluate.match import Scheme
from epistula.evaluate.scores import Scores

VERSION = 1
"""Version of the file; another is refused."""
NEEDED = frozenset({"letters", "by_letter", "findings", "relations", "records"})
"""What `changes` reads of a file."""


def to_json(scores: Scores, comparison: Comparison | None = None, wrong: Sequence[Finding] = ()) -> dict[str, Any]:
    """Return the scores as plain objects; a figure with a zero denominator is null.

    With the comparison, the items behind the counts are there too: `pairs`, letter by letter, and `findings`.
    """
    return {
        "version": VERSION,
        "letters": list(scores.letters),
        "missing": list(scores.missing),
        "surplus": list(scores.surplus),
        "schemes": {scheme: {ALL: _counts(scores.micro(scheme))} | _each(by) for scheme, by in scores.counts.items()},
        "macro_f1": {scheme: scores.macro(scheme) for scheme in scores.counts},
        "intervals": {scheme: intervals(scores.by_letter[scheme]) for scheme in scores.by_letter},
        "attributes": {k: {n: _accuracy(a) for n, a in by.items()} for k, by in scores.attributes.items()},
        "values": {k: {n: _each(counts) for n, counts in by.items()} for k, by in scores.values.items()},
        "groups": {name: _each(counts) for name, counts in scores.groups.items()},
        "relations": {scheme: _each(counts) for scheme, counts in scores.relations.items()},
        "records": _each(scores.records),
        "misses": {label: asdict(misses) for label, misses in scores.misses.items()},
        "by_letter": {
            scheme: {letter: {k: [c.tp, c.fp, c.fn] for k, c in sorted(by.items())} for letter, by in letters.items()}
            for scheme, letters in scores.by_letter.items()
        },
        "pairs": _pairs(comparison) if comparison else {},
        "findings": [_finding(finding) for finding in wrong],
    }


def _each(counts: Mapping[str, Counts]) -> dict[str, Any]:
    return {name: _counts(here) for name, here in counts.items()}


def _counts(counts: Counts) -> dict[str, Any]:
    return {
        "precision": counts.precision,
        "recall": counts.recall,
        "f1": counts.f1,
        "support": counts.support,
        "tp": counts.tp,
        "fp": counts.fp,
        "fn": counts.fn,
    }


def _accuracy(accuracy: Accuracy) -> dict[str, Any]:
    return {"accuracy": accuracy.value, "right": accuracy.right, "total": accuracy.total}


def _pairs(comparison: Comparison) -> dict[str, Any]:
    """Return letter → its pairs: label and place in gold and in the prediction, and the schemes that make them."""
    found = {}
    for letter in comparison.letters:
        schemes: dict[tuple[str, int, int, str, int, int], list[str]] = {}
        for scheme, pairs in letter.pairs.items():
            for g, p in pairs:
                schemes.setdefault((g.label, g.start, g.end, p.label, p.start, p.end), []).append(str(scheme))
        found[letter.gold.id] = [
            {"gold": list(key[:3]), "predicted": list(key[3:]), "schemes": names}
            for key, names in sorted(schemes.items())
        ]
    return found


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "letter": finding.letter,
        "kind": str(finding.kind),
        "label": finding.label,
        "place": list(finding.place) if finding.place else None,
        "gold": _place(finding.gold),
        "predicted": _place(finding.predicted),
        "detail": finding.detail,
        "why": finding.why,
    }


def _place(passage: Passage | None) -> dict[str, Any] | None:
    return {"start": passage.start, "end": passage.end, "text": passage.text} if passage else None


@dataclass(frozen=True)
class Changes:
    """What differs from older figures on the same letters.

    Args:
        letters: how many letters both have; only these are compared.
        labels: label → difference of strict F1, new less old.
        better: findings of old that are gone.
        worse: findings that old has not.
    """

    letters: int
    labels: Mapping[str, Difference]
    better: Sequence[Mapping[str, Any]]
    worse: Sequence[Mapping[str, Any]]


def read_figures(path: Path) -> dict[str, Any]:
    """Read a file that `epistula evaluate --json` wrote.

    Raises:
        InputError: it is not such a file.
    """
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: {error}. Give a file written by evaluate --json.") from error
    if not isinstance(data, dict) or data.get("version") != VERSION or not data.keys() >= NEEDED:
        raise InputError(f"{path}: no figures of version {VERSION}. Write it anew with evaluate --json.")
    return data


def changes(new: Mapping[str, Any], old: Mapping[str, Any]) -> Changes:
    """Compare two sets of figures, item by item, over the letters that both have.

    Findings of relations and of records count only where both runs predict some: a run that predicts none lists none.

    Raises:
        InputError: they have no letter in common.
    """
    shared = set(new["letters"]) & set(old["letters"])
    if not shared:
        raise InputError("the old figures have no letter in common with the new ones. Compare the same letters.")
    silent = _not_asked(old) | _not_asked(new)
    before, after = (
        _by_item(f for f in data["findings"] if f["letter"] in shared and f["kind"] not in silent)
        for data in (old, new)
    )
    return Changes(
        len(shared),
        differences(*(_letters(data, shared) for data in (new, old))),
        [before[item] for item in sorted(before.keys() - after.keys())],
        [after[item] for item in sorted(after.keys() - before.keys())],
    )


def _letters(data: Mapping[str, Any], shared: set[str]) -> LetterCounts:
    strict = data["by_letter"][Scheme.STRICT]
    return {letter: {k: Counts(*c) for k, c in strict[letter].items()} for letter in shared}


def _not_asked(data: Mapping[str, Any]) -> set[str]:
    """Return the kinds of findings that a run does not list, as it predicts nothing of the sort."""
    parts = (
        (data["relations"].get(Scheme.STRICT, {}), (Kind.RELATION_MISSED, Kind.RELATION_EXTRA)),
        (data["records"], (Kind.SLOT_MISSED, Kind.SLOT_EXTRA)),
    )
    return {kind for counts, kinds in parts if not any(c["tp"] + c["fp"] for c in counts.values()) for kind in kinds}


def _by_item(found: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return findings by what makes them the same finding in another run: place in gold's text, kind and detail.

    A finding in text that gold has not stands nowhere in it: its words say which it is. Those alike are numbered.
    """
    items: dict[str, Mapping[str, Any]] = {}
    seen: Counter[str] = Counter()
    for finding in found:
        words = (finding["predicted"] or {}).get("text", "") if finding["gold"] is None else ""
        place = finding["place"] or [10**9, 0]
        key = [finding["letter"], *place, finding["label"], finding["kind"], finding["detail"], words]
        item = json.dumps([f"{part:012d}" if isinstance(part, int) else part for part in key])
        seen[item] += 1
        items[f"{item} {seen[item]:06d}"] = finding
    return items
