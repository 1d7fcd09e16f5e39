"""A decision as a script sends it: checked, made once, answered with what it changed."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from epistula.review.actions import decision
from epistula.review.asking import Asked
from epistula.review.decisions import Change, ConflictError
from epistula.review.drafts import Place
from epistula.review.views import Event

REMEMBERED = 20_000
"""Events whose tabs are kept in mind."""


class Tabs:
    """From which tab of a browser events came: tokens are `TAB.ANYTHING`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tabs: OrderedDict[int, str] = OrderedDict()

    def note(self, event_id: int, token: str) -> None:
        """Keep an event's tab in mind."""
        with self._lock:
            self._tabs[event_id] = token.partition(".")[0]
            while len(self._tabs) > REMEMBERED:
                self._tabs.popitem(last=False)

    def same(self, event: Event, token: str, who: str) -> bool:
        """Say whether an event came from the tab of a token; whether from its reviewer, where that is not known."""
        with self._lock:
            tab = self._tabs.get(event.id)
        return event.who == who if tab is None else tab == token.partition(".")[0]


class Wanted(NamedTuple):
    """A decision as it was sent; `version` is the last that the page had seen all of."""

    token: str
    action: str
    arguments: Mapping[str, Any]
    version: int | None


Answer = tuple[int, dict[str, Any]]
"""Status and JSON."""


def wanted_of(body: Mapping[str, Any]) -> Wanted | str:
    """Return the decision of a request, or what is wrong with it."""
    token, action, arguments = body.get("token"), body.get("action", ""), body.get("arguments", {})
    version = body.get("version")
    if not isinstance(token, str) or not 8 <= len(token) <= 200:
        return "A decision needs a token of 8 to 200 characters."
    if not isinstance(action, str) or not isinstance(arguments, dict):
        return "A decision needs an action and its arguments."
    if version is not None and (isinstance(version, bool) or not isinstance(version, int)):
        return "version is no number."
    return Wanted(token, action, arguments, version)


def decide(asked: Asked, wanted: Wanted, tabs: Tabs, place: Place | None) -> Answer:
    """Make a decision, once however often it is sent."""
    store, view, track, who = asked
    if known := store.decided(view.id, track, wanted.token):
        return made(asked, known)
    try:
        kind, changes = decision(wanted.action, wanted.arguments, view.document, view.text, place)
    except ValueError as error:
        return 422, {"message": str(error)}
    if meanwhile := overlooked(asked, wanted, changes, tabs):
        return 409, meanwhile
    try:
        event_id = store.decide(view.id, track, who, kind, changes, wanted.token)
    except ConflictError as error:
        return 409, conflict(asked, error)
    tabs.note(event_id, wanted.token)
    event = store.decided(view.id, track, wanted.token)
    return made(asked, event) if event else (200, {"version": view.version, "changes": {}, "can": can(asked)})


def overlooked(asked: Asked, wanted: Wanted, changes: Iterable[Change], tabs: Tabs) -> dict[str, Any] | None:
    """Return the conflict with what others changed since the page saw it, None when there is none.

    What was changed and changed back is no conflict.
    """
    store, view, track, who = asked
    if wanted.version is None or wanted.version >= view.version:
        return None
    touched = {change.key for change in changes}
    seen: dict[str, Any] = {}
    by: dict[str, str] = {}
    for event in store.history(view.id, track):
        if event.version > wanted.version and not tabs.same(event, wanted.token, who):
            for change in event.changes:
                if change.key in touched:
                    seen.setdefault(change.key, change.before)
                    by[change.key] = event.who
    keys = sorted(key for key, before in seen.items() if view.document.get(key) != before)
    if not keys:
        return None
    return _conflict(asked, keys, ", ".join(sorted({by[key] for key in keys})))


def undo_or_redo(asked: Asked, wanted: Wanted, tabs: Tabs, *, again: bool) -> Answer:
    """Take back the last decision of a reviewer, or do it again."""
    store, view, track, who = asked
    if known := store.decided(view.id, track, wanted.token):
        return made(asked, known)
    try:
        event = (store.redo if again else store.undo)(view.id, track, who, wanted.token)
    except ConflictError as error:
        return 409, conflict(asked, error)
    if event is None:
        return 422, {"message": f"There is nothing to {'redo' if again else 'undo'}."}
    tabs.note(event.id, wanted.token)
    return made(asked, event)


def made(asked: Asked, event: Event) -> Answer:
    """Return the answer to what became an event."""
    changes = {change.key: change.after for change in event.changes}
    return 200, {"version": event.version, "event": event.id, "changes": changes, "can": can(asked)}


def can(asked: Asked) -> dict[str, bool]:
    """Return whether the reviewer has something to undo, and to redo."""
    found = asked.store.can(asked.view.id, asked.track, asked.who)
    return {"undo": found.undo, "redo": found.redo}


def conflict(asked: Asked, error: ConflictError) -> dict[str, Any]:
    """Return the answer to a decision that another was faster than."""
    return _conflict(asked, error.keys, ", ".join(error.who))


def _conflict(asked: Asked, keys: list[str], who: str) -> dict[str, Any]:
    now = asked.store.letter(asked.view.id, asked.track) or asked.view
    said = f"{who or 'Somebody else'} changed this meanwhile."
    return {
        "conflict": keys, "who": who, "version": now.version, "document": dict(now.document), "message": said,
    }  # fmt: skip
