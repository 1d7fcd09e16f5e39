"""What lexicons can learn of a review: forms that were rejected or added, written to a user's lexicon."""

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select

from epistula.convert.tagged import ESCAPABLE
from epistula.errors import DeclarationError, InputError
from epistula.evaluate.match import Scheme
from epistula.jsonl import parse_row, read_lines, write_text
from epistula.labels.accept import SOURCE, slug
from epistula.labels.additions import read_additions
from epistula.model import Annotation
from epistula.review.actions import OWN
from epistula.review.documents import REJECTED, overlaid, under
from epistula.review.rows import Shelf, loaded, overlay_of
from epistula.review.tables import entries, forms, letters, verdicts
from epistula.review.views import Form
from epistula.text.sentences import split_sentences

if TYPE_CHECKING:
    from epistula.review.store import Store

EXAMPLES = 5
NOT_OF_A_NAME = frozenset({"status", "n"})
"""Attributes that the words around decide, and not the name."""
OFFERS: Mapping[str, tuple[str, ...]] = {"rejected": ("rejected",), "added": ("added", "changed")}
"""Kinds of forms → the verdicts that make them."""


def offered(connection: Connection, shelf: Shelf, kind: str | None, limit: int) -> list[Form]:
    """Return the forms that reviewers rejected or added, the commonest first."""
    found = [form for name in OFFERS if kind in (None, name) for form in _of_kind(connection, shelf, name, limit)]
    return sorted(found, key=lambda form: (-form.count, form.label, form.form.casefold(), form.kind))[:limit]


def _of_kind(connection: Connection, shelf: Shelf, kind: str, limit: int) -> list[Form]:
    count = func.count()
    query = select(forms.c.form, forms.c.label, count.label("count")).join(verdicts, verdicts.c.form == forms.c.form)
    query = query.where(verdicts.c.kind.in_(OFFERS[kind])).group_by(forms.c.form, forms.c.label)
    rows = connection.execute(query.order_by(count.desc(), forms.c.form).limit(limit)).all()
    return [_form(connection, shelf, kind, row) for row in rows]


def _form(connection: Connection, shelf: Shelf, kind: str, row: Any) -> Form:
    here = (verdicts.c.form == row.form, verdicts.c.kind.in_(OFFERS[kind]))
    count = func.count()
    written = select(verdicts.c.written).where(*here).group_by(verdicts.c.written)
    form = connection.execute(written.order_by(count.desc(), verdicts.c.written).limit(1)).scalar_one()
    kept = select(count).where(verdicts.c.form == row.form, verdicts.c.kind == "accepted")
    columns = (verdicts.c.track, verdicts.c.no, verdicts.c.mention, verdicts.c.start, verdicts.c.end)
    query = select(letters.c.id, letters.c.revision, *columns).join(letters, letters.c.no == verdicts.c.no)
    shown: dict[str, Any] = {}
    for place in connection.execute(query.where(*here).order_by(verdicts.c.no, verdicts.c.start)):
        shown.setdefault(place.id, place)
        if len(shown) == EXAMPLES:
            break
    first = next(iter(shown.values()))
    told = _told(connection, first) if kind == "added" else {}
    return Form(
        row.label, " ".join(form.split()), kind, row.count, connection.execute(kept).scalar_one(), list(shown),
        [(place.start, place.end) for place in shown.values()],
        told.get("concept"), {k: v for k, v in told.items() if k not in OWN | NOT_OF_A_NAME},
        _case(connection, shelf, first, row.label),
    )  # fmt: skip


def _told(connection: Connection, place: Any) -> dict[str, Any]:
    """Return what a reviewer said of an added mention."""
    here = (entries.c.track == place.track, entries.c.no == place.no, entries.c.key == f"mention/{place.mention}")
    return loaded(connection.execute(select(entries.c.value).where(*here)).scalar()) or {}


def _case(connection: Connection, shelf: Shelf, place: Any, label: str) -> str:
    """Return the sentence of a mention as a line of a `cases.txt`, with the mentions of the label that count."""
    predicted = shelf.get(connection, place.no, place.revision)
    document = overlaid(predicted.document, overlay_of(connection, place.track, place.no))
    said = under("verdict", document)
    rows = [m for m in under("mention", document).values() if m["label"] == label and said.get(m["id"]) != REJECTED]
    return tagged_sentence(predicted.annotation.text, place.start, place.end, rows)


def tagged_sentence(text: str, start: int, end: int, mentions: Iterable[Mapping[str, Any]]) -> str:
    """Return the sentence around text[start:end] with mentions tagged in place, those that share none of it."""
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end) if "\n" in text[end:] else len(text)
    inside = [(a + first, b + first) for a, b in split_sentences(text[first:last])]
    low = max((a for a, _ in inside if a <= start), default=first)
    high = min((b for _, b in inside if b >= end), default=last)
    line, at = "", low
    for row in sorted(mentions, key=lambda m: (m["start"], -m["end"])):
        if at <= row["start"] and row["end"] <= high:
            assertion = row.get("assertion") or "present"
            more = "" if assertion == "present" else f" assertion={assertion}"
            words = _escaped(text[row["start"] : row["end"]])
            line += f"{_escaped(text[at : row['start']])}[{words}]{{{row['label']}{more}}}"
            at = row["end"]
    return " ".join(f"{line}{_escaped(text[at:high])}".split())


def _escaped(text: str) -> str:
    return "".join(f"\\{c}" if c in ESCAPABLE else c for c in text)


def accept(path: Path, chosen: Sequence[Form]) -> None:
    """Write forms to a user's lexicon, and their sentences to the cases beside it (`NAME.cases.txt`).

    Both files are made when they are not there; the lexicon is written once, when it is valid with all of them.

    Raises:
        InputError: a form cannot be added, as an organ without its system, or a file cannot be read or written.
    """
    rows = _rows(path)
    for form in chosen:
        _take_out(rows, form)
        if form.kind == "rejected":
            _reject(rows, form)
        else:
            _add(rows, form)
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    _check(path, text)
    write_text(path, text)
    cases = path.with_suffix(".cases.txt")
    known = cases.read_text(encoding="utf-8").splitlines() if cases.exists() else []
    new = [form.case for form in chosen if form.case and form.case not in known]
    if new:
        write_text(cases, "".join(f"{line}\n" for line in dict.fromkeys([*known, *new])))


def _rows(path: Path) -> list[dict[str, Any]]:
    return [parse_row(path, number, line) for number, line in read_lines(path)] if path.exists() else []


def _take_out(rows: list[dict[str, Any]], form: Form) -> None:
    """Take a form out where the file says the opposite of it."""
    place = "aliases" if form.kind == "rejected" else "rejects"
    for row in list(rows):
        if row.get("label") == form.label and form.form in row.get(place, ()):
            row[place] = [name for name in row[place] if name != form.form]
            if place == "rejects" and not row[place]:
                rows.remove(row)
        if form.kind == "rejected" and row.get("label") == form.label and row.get("name") == form.form:
            rows.remove(row)


def _reject(rows: list[dict[str, Any]], form: Form) -> None:
    for row in rows:
        if row.get("label") == form.label and row.get("source") == SOURCE and "rejects" in row:
            row["rejects"] = sorted({*row["rejects"], form.form}, key=str.casefold)
            return
    rows.append({"label": form.label, "rejects": [form.form], "source": SOURCE})


def _add(rows: list[dict[str, Any]], form: Form) -> None:
    concept = form.concept or {"id": f"{form.label.casefold()}:{slug(form.form)}", "name": form.form}
    for row in rows:
        if row.get("label") == form.label and row.get("id") == concept["id"]:
            row["aliases"] = sorted({*row.get("aliases", ()), form.form} - {row["name"]}, key=str.casefold)
            return
    aliases = [form.form] if form.form != concept["name"] else []
    rows.append({
        "label": form.label, "id": concept["id"], "name": concept["name"], "aliases": aliases, **form.attributes,
        "source": SOURCE,
    })  # fmt: skip


def _check(path: Path, text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / path.name
        trial.write_text(text, encoding="utf-8")
        try:
            read_additions([trial])
        except DeclarationError as error:
            raise InputError(str(error).replace(str(trial), str(path))) from error


def accepted(path: Path) -> set[tuple[str, str, str]]:
    """Return what a user's lexicon holds as kind, label and form; nothing where there is no file.

    Raises:
        InputError: it cannot be read.
    """
    found: set[tuple[str, str, str]] = set()
    for row in _rows(path):
        names = [row.get("name"), *row.get("aliases", ())]
        found |= {("added", row.get("label", ""), name) for name in names if name}
        found |= {("rejected", row.get("label", ""), name) for name in row.get("rejects", ())}
    return found


@dataclass(frozen=True)
class Score:
    """Strict F1 of a label without the lexicon and with it; None where there is neither gold nor prediction."""

    label: str
    before: float | None
    after: float | None


@dataclass(frozen=True)
class Scores:
    """Scores on the letters that are done, `letters` of them; "all" is the last row."""

    letters: int
    rows: Sequence[Score]


def scores(store: "Store", path: Path, track: str = "") -> Scores:
    """Annotate the letters that a track has marked done without a lexicon and with it, and score both against it.

    Raises:
        InputError: no letter is done, or the lexicon cannot be read.
        DeclarationError: the lexicon is broken.
    """
    from epistula.evaluate.counts import Counts
    from epistula.evaluate.scores import score
    from epistula.nlp import load

    gold = list(store.export(track, only_done=True))
    if not gold:
        raise InputError("no letter is marked done, and nothing can be scored. Finish a letter first.")
    before, after = (
        score(gold, _annotated(load(lexicon=lexicon), gold)).counts[Scheme.STRICT] for lexicon in ((), (path,))
    )
    nothing = Counts()
    rows = [
        Score(label, before.get(label, nothing).f1, after.get(label, nothing).f1)
        for label in sorted(before.keys() | after.keys())
    ]
    total = (sum(counts.values(), nothing).f1 for counts in (before, after))
    return Scores(len(gold), [*rows, Score("all", *total)])


def _annotated(nlp: Any, gold: Iterable[Annotation]) -> list[Annotation]:
    from epistula.model import Letter
    from epistula.nlp import annotate

    return list(annotate(nlp, [Letter(one.id, one.text, one.zones, one.source) for one in gold]))
