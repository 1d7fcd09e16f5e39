"""A letter: its page, its state, the decisions on it, its history, the pictures of its pages."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from epistula.review.answers import data, letter_url, page, script_json
from epistula.review.asking import Asked, asked_letter, given_filters
from epistula.review.bodies import json_post, number_of
from epistula.review.deciding import Answer, can, decide, undo_or_redo, wanted_of
from epistula.review.pages import pixels
from epistula.review.state import event_row, letter_state, title_of, zones_of

MOST_AT_ONCE = 100
"""Decisions in one request."""


def show(request: Request) -> Response:
    """The page of a letter."""
    asked = asked_letter(request)
    state = letter_state(request, asked.view, asked.track, given_filters(request))
    request.app.state.places.open(asked.view, asked.who)
    return page(
        request, "letter", title=state["letter"]["title"], letter=state["letter"], pages=state["pages"],
        zones=zones_of(asked.view), state=script_json(state),
    )  # fmt: skip


def state(request: Request) -> Response:
    """The whole state of a letter; with `since`, what has changed since a version."""
    asked = asked_letter(request)
    since = request.query_params.get("since")
    if since is None:
        request.app.state.places.open(asked.view, asked.who)
        return data(letter_state(request, asked.view, asked.track, given_filters(request)))
    found = asked.store.since(asked.view.id, asked.track, number_of(since, "since", 0))
    return data({
        "version": found.version, "changes": dict(found.changes), "who": list(found.who), "can": can(asked),
    })  # fmt: skip


def decisions(request: Request, body: dict[str, Any]) -> Response:
    """One decision, or several one after the other."""
    if "decisions" not in body:
        status, said = _decided(request, body)
        return data(said, status)
    several = body["decisions"]
    if not isinstance(several, list) or len(several) > MOST_AT_ONCE:
        raise HTTPException(400, f"decisions is no list of up to {MOST_AT_ONCE}.")
    answers = (_decided(request, one if isinstance(one, dict) else {}) for one in several)
    return data({"results": [{"status": status, **said} for status, said in answers]})


def _decided(request: Request, body: dict[str, Any]) -> Answer:
    wanted = wanted_of(body)
    if isinstance(wanted, str):
        return 422, {"message": wanted}
    asked = asked_letter(request)
    return decide(asked, wanted, request.app.state.tabs, request.app.state.places.of(asked.view))


def undo(request: Request, body: dict[str, Any]) -> Response:
    """Take back the reviewer's last decision on a letter."""
    return _back_and_forth(request, body, again=False)


def redo(request: Request, body: dict[str, Any]) -> Response:
    """Do again what the reviewer took back last."""
    return _back_and_forth(request, body, again=True)


def _back_and_forth(request: Request, body: dict[str, Any], *, again: bool) -> Response:
    wanted = wanted_of(body)
    if isinstance(wanted, str):
        return data({"message": wanted}, 422)
    status, said = undo_or_redo(asked_letter(request), wanted, request.app.state.tabs, again=again)
    return data(said, status)


def history(request: Request) -> Response:
    """The page of all that was decided on a letter."""
    asked = asked_letter(request)
    about = {"id": asked.view.id, "title": title_of(asked.view), "path": asked.view.source.path or ""}
    about["url"] = letter_url(asked.view.id)
    return page(request, "history", title=about["title"], letter=about, events=_events(asked))


def history_json(request: Request) -> Response:
    """All that was decided on a letter."""
    return data({"events": _events(asked_letter(request))})


def _events(asked: Asked) -> list[dict[str, Any]]:
    return [event_row(event) for event in reversed(asked.store.history(asked.view.id, asked.track))]


def picture(request: Request) -> Response:
    """The picture of a page; one that says why when it cannot be drawn."""
    asked, app = asked_letter(request), request.app.state
    found = app.pdfs.find(asked.view.source)
    number = request.path_params["number"]
    if found is None or not 1 <= number <= len(app.pages.sheets(found[0], asked.view.source.pages)):
        raise HTTPException(404, "There is no such page.")
    drawn = app.pages.picture(found[0], number, pixels(_size(request, "w", 900), _size(request, "dpr", 1)))
    # no-cache: kept by the browser, and asked for again with the ETag, so that a session that has ended sees nothing
    headers = {"ETag": drawn.etag, "Cache-Control": "private, no-cache", "Vary": "Cookie"}
    if drawn.problem:
        headers = {"X-Problem": "1"}
    elif request.headers.get("if-none-match") == drawn.etag:
        return Response(status_code=304, headers=headers)
    return Response(drawn.data, media_type=drawn.type, headers=headers)


def _size(request: Request, name: str, default: float) -> float:
    given = request.query_params.get(name, "")
    try:
        size = float(given) if given else default
    except ValueError:
        raise HTTPException(400, f"{name} is no number.") from None
    if not 0 < size < 1e6:
        raise HTTPException(400, f"{name} is no number that can be used.")
    return size


ROUTES = [
    Route("/history/{id}", history),
    Route("/letter/{id}/page/{number:int}.png", picture),
    Route("/letter/{id}/history", history_json),
    Route("/letter/{id}/state", state),
    Route("/letter/{id}/decisions", json_post(decisions), methods=["POST"]),
    Route("/letter/{id}/undo", json_post(undo), methods=["POST"]),
    Route("/letter/{id}/redo", json_post(redo), methods=["POST"]),
    Route("/letter/{id}", show),
]
