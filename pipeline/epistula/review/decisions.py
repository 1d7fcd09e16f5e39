"""Decisions on a letter: what a reviewer does becomes changes of a document, each with before and after.

The document of a letter is a flat mapping of keys to values; a decision is a list of changes of it. So every decision
can be undone by turning its changes round, two reviewers are in each other's way only when they change the same key,
and the document is nothing but the predictions with all decisions applied in order (event sourcing, Fowler 2005).

Keys: `mention/ID` (a mention as in the annotation record, or null), `verdict/ID` ("accepted", "rejected" or null),
`relation/ID`, `record/N`, `comment/ID` (text; ID of a mention, or `letter`), `done` (true or null), `orphan/ID` (a
decided mention, relation or record whose text has gone, see `reanchor`), `question/…` (an answer of an adjudicator).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """One key of a letter's document: what it was, and what it is to be; null for nothing."""

    key: str
    before: Any
    after: Any

    @property
    def reversed(self) -> "Change":
        """The change that takes this one back."""
        return Change(self.key, self.after, self.before)


class ConflictError(Exception):
    """The document is not as whoever decided saw it.

    Args:
        keys: what somebody else has changed meanwhile.
        who: those who changed them, when that is known.
    """

    def __init__(self, keys: Iterable[str], who: Iterable[str] = ()) -> None:
        self.keys, self.who = sorted(keys), sorted(set(who))
        by = f" by {', '.join(self.who)}" if self.who else ""
        super().__init__(f"changed meanwhile{by}: {', '.join(self.keys)}. Look again, and decide anew.")


def applied(document: Document, changes: Iterable[Change]) -> dict[str, Any]:
    """Return a document with changes made.

    Raises:
        ConflictError: a key is not as a change says it was.
    """
    changes = list(changes)
    if conflicts := {c.key for c in changes if document.get(c.key) != c.before}:
        raise ConflictError(conflicts)
    found = dict(document)
    for change in changes:
        if change.after is None:
            found.pop(change.key, None)
        else:
            found[change.key] = change.after
    return found


def between(before: Document, after: Document) -> list[Change]:
    """Return the changes that make one document the other, by key."""
    keys = sorted(before.keys() | after.keys())
    return [Change(key, before.get(key), after.get(key)) for key in keys if before.get(key) != after.get(key)]
