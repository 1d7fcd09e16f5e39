"""What a request asks for: whose track, which letter, which part of the queue."""

from typing import Any, NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request

from epistula.labels import all_labels
from epistula.review.answers import id_from_url
from epistula.review.bodies import UNKEEPABLE
from epistula.review.queue import ORDERS, STATES
from epistula.review.store import Store
from epistula.review.views import LetterView

DEFAULTS: dict[str, Any] = {"order": "uncertainty", "label": None, "state": "open", "search": ""}


class Asked(NamedTuple):
    """A letter that is asked for, by whom, in which track."""

    store: Store
    view: LetterView
    track: str
    who: str


def store_of(request: Request) -> Store:
    """Return the store."""
    store: Store = request.app.state.store
    return store


def track_of(request: Request) -> str:
    """Return the track that a reviewer works in: the shared one, or in blind mode one's own."""
    return reader_of(request) or ""


def reader_of(request: Request) -> str | None:
    """Return who must not see of others' decisions those on letters that they have not done: nobody unless blind."""
    who: str = request.state.who
    return who if request.app.state.options.blind else None


def query_text(request: Request, name: str, most: int = 200) -> str:
    """Return a text of the query, "" when it is not there."""
    value = request.query_params.get(name, "")
    if len(value) > most or UNKEEPABLE.search(value):
        raise HTTPException(400, f"{name} cannot be that.")
    return value


def filters_of(request: Request) -> dict[str, Any]:
    """Return order and filters of the queue, as the store takes them."""
    found = {name: query_text(request, name) or default for name, default in DEFAULTS.items()}
    if found["order"] not in ORDERS or found["state"] not in STATES:
        raise HTTPException(400, "There is no such order or state of letters.")
    if found["label"] and found["label"] not in all_labels():
        raise HTTPException(400, "There is no such label.")
    return found


def given_filters(request: Request) -> dict[str, Any]:
    """Return the filters that are not as usual: those that links carry on."""
    return {name: value for name, value in filters_of(request).items() if value != DEFAULTS[name]}


def asked_letter(request: Request) -> Asked:
    """Return the letter of the address.

    Raises:
        HTTPException: there is none.
    """
    letter_id = id_from_url(request.path_params["id"])
    store, track = store_of(request), track_of(request)
    view = None if UNKEEPABLE.search(letter_id) else store.letter(letter_id, track)
    if view is None:
        raise HTTPException(404, "There is no such letter.")
    return Asked(store, view, track, request.state.who)
