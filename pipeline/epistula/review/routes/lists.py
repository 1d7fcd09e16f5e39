"""Over all letters: the queue, the search, the concepts, the export, and the help."""

from collections.abc import Iterator
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from epistula.jsonl import ANNOTATION
from epistula.review.answers import data, labels_css, letter_url, page, see_other
from epistula.review.asking import (
    filters_of,
    given_filters,
    query_text,
    reader_of,
    store_of,
    track_of,
)
from epistula.review.bodies import number_of
from epistula.review.queue import ORDERS, STATES
from epistula.review.rows import ADJUDICATED
from epistula.review.state import queue_url
from epistula.review.views import Queue, Row

ROWS = 50


def queue(request: Request) -> Response:
    """The letters to review."""
    filters, carried = filters_of(request), given_filters(request)
    offset = number_of(request.query_params.get("offset"), "offset", 0)
    found = store_of(request).queue(track_of(request), offset=offset, limit=ROWS, **filters)
    rows = [_row(row, carried) for row in found.rows]
    begin = rows[0]["url"] if rows and not offset else None
    if offset:
        first = store_of(request).next_letter(track_of(request), None, **filters)
        begin = letter_url(first, carried) if first else None
    return page(
        request, "queue", title="Letters", queue=_numbers(found, rows), orders=ORDERS, states=STATES,
        order=filters["order"], label=filters["label"] or "", state=filters["state"], search=filters["search"],
        offset=offset, limit=ROWS, first=offset + 1 if rows else 0, last=offset + len(rows),
        previous_url=queue_url(carried, offset=max(0, offset - ROWS)) if offset else None,
        next_url=queue_url(carried, offset=offset + ROWS) if offset + len(rows) < found.total else None,
        begin_url=begin,
    )  # fmt: skip


def _row(row: Row, carried: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row.id, "url": letter_url(row.id, carried), "title": row.title, "path": row.path,
        "mentions": row.mentions, "decided": row.decided, "uncertainty": row.uncertainty,
        "disagreements": row.disagreements, "new_forms": row.forms, "done": row.done,
    }  # fmt: skip


def _numbers(found: Queue, rows: list[dict[str, Any]]) -> dict[str, Any]:
    progress = found.progress
    return {
        "rows": rows, "total": found.total, "letters": progress.letters, "done": progress.done,
        "mentions": progress.mentions, "decided": progress.decided, "decisions": progress.decided,
        "pace": progress.pace, "left": progress.minutes_left,
    }  # fmt: skip


def go_on(request: Request) -> Response:
    """To the next letter of the queue, or to the queue when there is none."""
    filters, carried = filters_of(request), given_filters(request)
    found = store_of(request).next_letter(track_of(request), query_text(request, "after", 1000) or None, **filters)
    return see_other(letter_url(found) if found else "/", **carried)


def search(request: Request) -> Response:
    """The letters that have some words."""
    words = query_text(request, "q")
    found = store_of(request).search(words) if words.strip() else []
    hits = [
        {
            "id": hit.id, "url": letter_url(hit.id), "title": hit.title, "path": "", "start": hit.start,
            "before": hit.excerpt[: hit.start], "match": hit.excerpt[hit.start : hit.end],
            "after": hit.excerpt[hit.end :],
        }
        for hit in found
    ]  # fmt: skip
    return page(request, "search", title="Search", words=words, hits=hits)


def concepts(request: Request) -> Response:
    """Concepts by id, name, alias and likeness."""
    asked, label = query_text(request, "q", 1000), query_text(request, "label")
    return data({"concepts": request.app.state.concepts.find(asked, label or None)})


def export(request: Request) -> Response:
    """The letters as gold, to be kept as a file."""
    track = request.query_params.get("track", track_of(request))
    if track not in {track_of(request), ADJUDICATED} and request.app.state.options.blind:
        raise HTTPException(403, "In a blind review everybody exports their own decisions.")
    only_done = request.query_params.get("done", "") not in {"", "0"}
    store = store_of(request)
    if track == ADJUDICATED and store.hides(track, reader_of(request)):
        raise HTTPException(403, "Letters were adjudicated that you have not marked done. Finish them first.")
    if track not in {*store.tracks(), track_of(request), "", ADJUDICATED}:
        raise HTTPException(404, "Nobody has decided anything under that name.")

    def lines() -> Iterator[bytes]:
        for annotation in store.export(track, only_done=only_done):
            yield ANNOTATION.dump_json(annotation) + b"\n"

    headers = {"Content-Disposition": 'attachment; filename="gold.jsonl"'}
    return StreamingResponse(lines(), media_type="application/x-ndjson", headers=headers)


def help_page(request: Request) -> Response:
    """The keys, and what the labels mean."""
    return page(request, "help", title="Help")


def colours(request: Request) -> Response:
    """The stylesheet of the labels' colours."""
    return Response(labels_css(), media_type="text/css", headers={"Cache-Control": "no-cache"})


def healthy(request: Request) -> Response:
    """Say that the server lives."""
    return PlainTextResponse("ok")


ROUTES = [
    Route("/", queue),
    Route("/next", go_on),
    Route("/search", search),
    Route("/concepts", concepts),
    Route("/export.jsonl", export),
    Route("/help", help_page),
    Route("/labels.css", colours),
    Route("/healthz", healthy),
]
