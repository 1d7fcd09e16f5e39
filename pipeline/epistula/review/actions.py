"""What a reviewer can do: document and arguments in, kind and changes out. Nothing here knows HTTP or SQL."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from epistula.labels import all_labels
from epistula.model import CaseRecord
from epistula.review.decisions import Change, Document, between
from epistula.review.documents import ADDED, COMPONENT, REJECTED, form_of, under
from epistula.review.drafts import Draft, Place, by_review, may_relate
from epistula.version import __version__

RECORD = TypeAdapter(CaseRecord)
Arguments = Mapping[str, Any]
LONGEST_COMMENT = 10_000
"""Characters."""
CUT = " \t\n\u00a0,;/"
"""What is left out at the place where a mention is split."""
OWN = frozenset({"id", "start", "end", "label", "text", "page", "boxes", "concept", "assertion", "attribution", "by"})


def decision(
    action: str, arguments: Arguments, document: Document, text: str, place: Place | None = None
) -> tuple[str, list[Change]]:
    """Return kind and changes of an action.

    Args:
        action: a name in `ACTIONS`.
        arguments: what the action asks for, by name.
        document: as the reviewer saw it.
        text: the letter's.
        place: says where text stands on the pages; boxes are left out without it.

    Raises:
        ValueError: it cannot be done, with a message for the reviewer.
    """
    if action not in ACTIONS:
        raise ValueError(f"There is no action {action!r}. Choose from {', '.join(ACTIONS)}.")
    draft = Draft(document, text, place)
    ACTIONS[action](draft, arguments)
    return action, between(document, draft.now)


def accept(draft: Draft, arguments: Arguments) -> None:
    """Accept a mention: `mention`."""
    draft.accept(draft.mention(arguments.get("mention"))["id"])


def reject(draft: Draft, arguments: Arguments) -> None:
    """Reject a mention: `mention`. It stays in the document, and is left out of the export."""
    draft.now[f"verdict/{draft.mention(arguments.get('mention'))['id']}"] = REJECTED


def accept_form(draft: Draft, arguments: Arguments) -> None:
    """Accept all mentions of the letter with the label and the form of one, `mention`, that are not decided."""
    like = draft.mention(arguments.get("mention"))
    draft.accept(like["id"])
    for name, mention in under("mention", draft.now).items():
        same = mention["label"] == like["label"] and form_of(mention["text"]) == form_of(like["text"])
        if same and f"verdict/{name}" not in draft.now:
            draft.accept(name)


def change(draft: Draft, arguments: Arguments) -> None:
    """Change label, assertion, attribution, concept or attributes of a mention: `mention`, and what is to change.

    A new label keeps of the attributes those that it has, and takes the concept that its lexicon knows.
    """
    row = draft.mention(arguments.get("mention"))
    old = row["id"]
    if "label" in arguments and arguments["label"] != row["label"]:
        row = _relabelled(draft, row, _label(arguments["label"]))
    for name in ("assertion", "attribution", "concept"):
        if name in arguments:
            row[name] = arguments[name]
    attributes = arguments.get("attributes", {})
    if not isinstance(attributes, dict) or attributes.keys() & OWN:
        raise ValueError("Attributes are names and values, such as system and lung.")
    row = {name: value for name, value in {**row, **attributes}.items() if name in OWN or value is not None}
    draft.replace([old], by_review(row))


def _relabelled(draft: Draft, row: dict[str, Any], label: str) -> dict[str, Any]:
    declared = all_labels()[label]
    known = {attribute.name: attribute for attribute in declared.attributes}
    kept = {n: v for n, v in row.items() if n in OWN or (n in known and known[n].admits(v))}
    if row["assertion"] not in declared.assertions:
        kept["assertion"] = "present" if declared.assertions else None
    kept["attribution"] = (row["attribution"] or "own") if declared.assertions else None
    placed = draft.placed(kept, row["start"], row["end"], label)
    return draft.known({**placed, "page": row["page"], "boxes": row["boxes"]})


def move(draft: Draft, arguments: Arguments) -> None:
    """Give a mention other bounds: `mention`, `start`, `end`; they are clamped to the text."""
    row = draft.mention(arguments.get("mention"))
    start, end = _bounds(draft, arguments)
    draft.replace([row["id"]], by_review(draft.placed(row, start, end, row["label"])))


def add(draft: Draft, arguments: Arguments) -> None:
    """Add a mention: `start`, `end`, `label`."""
    start, end = _bounds(draft, arguments)
    row = draft.made(start, end, _label(arguments.get("label")))
    draft.replace([row["id"]] if _is_rejected(draft, row["id"]) else [], row)


def _is_rejected(draft: Draft, name: str) -> bool:
    return draft.now.get(f"verdict/{name}") == REJECTED


def join(draft: Draft, arguments: Arguments) -> None:
    """Make one mention of several of one label: `mentions`. Attributes are those of the first in the text."""
    names = arguments.get("mentions")
    found = {row["id"]: row for row in map(draft.mention, names)} if isinstance(names, list) else {}
    if len(found) < 2:
        raise ValueError("Choose two mentions or more to join.")
    rows = sorted(found.values(), key=lambda row: (row["start"], row["end"]))
    if len({row["label"] for row in rows}) > 1:
        raise ValueError("Only mentions of one label can be joined.")
    end = max(row["end"] for row in rows)
    joined = draft.placed(rows[0], rows[0]["start"], end, rows[0]["label"])
    draft.replace([row["id"] for row in rows], by_review(joined))


def split(draft: Draft, arguments: Arguments) -> None:
    """Make two mentions of one: `mention`, and `at`, an offset inside it. Relations stay with the first."""
    row = draft.mention(arguments.get("mention"))
    at = _offset(arguments.get("at"))
    first = draft.text[row["start"] : at].rstrip(CUT) if at > row["start"] else ""
    second = draft.text[at : row["end"]].lstrip(CUT)
    if not first or not second:
        raise ValueError("A mention is split inside it, so that there is text on both sides.")
    for start, end in ((row["start"], row["start"] + len(first)), (row["end"] - len(second), row["end"])):
        part = by_review(draft.known(draft.placed(row, start, end, row["label"])))
        draft.replace([row["id"]] if start == row["start"] else [], part)


def relate(draft: Draft, arguments: Arguments) -> None:
    """Relate two mentions: `head`, `tail`, `label`."""
    head, tail = draft.mention(arguments.get("head")), draft.mention(arguments.get("tail"))
    label = str(arguments.get("label"))
    if not may_relate(head["label"], label, tail["label"]):
        known = [name for name, end in all_labels()[head["label"]].relations.items() if end == tail["label"]]
        way_out = f"Choose from {', '.join(known)}." if known else "Choose other mentions, or the other way round."
        raise ValueError(f"{head['label']} and {tail['label']} have no relation {label}. {way_out}")
    by = {"component": COMPONENT, "version": __version__, "rule": ADDED, "cues": {}}
    draft.relate(head["id"], tail["id"], label, by)


def unrelate(draft: Draft, arguments: Arguments) -> None:
    """Take a relation out: `relation`."""
    if draft.now.pop(f"relation/{arguments.get('relation')}", None) is None:
        raise ValueError("This relation is not there any more. Load the letter again.")


def record(draft: Draft, arguments: Arguments) -> None:
    """Set or take out a case record: `index` (null for a new one) and `value` (null to take it out)."""
    numbers = {int(name) for name in under("record", draft.now)}
    index, value = arguments.get("index"), arguments.get("value")
    if index is not None and _offset(index) not in numbers:
        raise ValueError("This case record is not there any more. Load the letter again.")
    if value is None:
        if index is None:
            raise ValueError("Say which case record is to go.")
        del draft.now[f"record/{index}"]
        return
    number = max(numbers, default=-1) + 1 if index is None else index
    draft.now[f"record/{number}"] = _record(draft, value)


def _record(draft: Draft, value: object) -> dict[str, Any]:
    try:
        found: dict[str, Any] = RECORD.dump_python(RECORD.validate_python(value), mode="json")
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"Case record, {'.'.join(map(str, first['loc']))}: {first['msg']}.") from error
    for name in found["evidence"]:
        draft.mention(name)
    return found


def comment(draft: Draft, arguments: Arguments) -> None:
    """Comment on a mention or on the letter: `on` (the id, or "letter") and `text`; no text takes the comment out."""
    on, text = arguments.get("on"), arguments.get("text")
    if on != "letter":
        draft.mention(on)
    if not isinstance(text, str) or len(text) > LONGEST_COMMENT:
        raise ValueError(f"A comment is text of {LONGEST_COMMENT} characters at most.")
    said = text.encode("utf-8", "replace").decode().strip()
    draft.now[f"comment/{on}"] = said
    if not said:
        del draft.now[f"comment/{on}"]


def done(draft: Draft, arguments: Arguments) -> None:
    """Mark the letter done, or not done: `value`."""
    draft.now.pop("done", None)
    if arguments.get("value", True):
        draft.now["done"] = True


def dismiss(draft: Draft, arguments: Arguments) -> None:
    """Let an orphan go: `orphan`. Its decision stays in the history."""
    if draft.now.pop(f"orphan/{arguments.get('orphan')}", None) is None:
        raise ValueError("This orphan is not there any more. Load the letter again.")


def _label(name: object) -> str:
    if not isinstance(name, str) or name not in all_labels():
        raise ValueError(f"There is no label {name!r}. Choose from {', '.join(sorted(all_labels()))}.")
    return name


def _offset(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{value!r} is no whole number.")
    return value


def _bounds(draft: Draft, arguments: Arguments) -> tuple[int, int]:
    """Return start and end within the text, without white space at the sides."""
    start = max(0, _offset(arguments.get("start")))
    end = min(len(draft.text), _offset(arguments.get("end")))
    words = draft.text[start:end]
    if not words.strip():
        raise ValueError("A mention has text in it. Select some.")
    return start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip())


ACTIONS: Mapping[str, Callable[[Draft, Arguments], None]] = {
    action.__name__: action
    for action in (
        accept, reject, accept_form, change, move, add, join, split, relate, unrelate, record, comment, done, dismiss,
    )
}  # fmt: skip
"""What a reviewer can do, by name."""
