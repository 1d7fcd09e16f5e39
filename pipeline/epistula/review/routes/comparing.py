"""Two reviewers side by side: how far they agree, and who is right where they do not."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from epistula.errors import InputError
from epistula.evaluate.adjudicate import Key, key_of
from epistula.evaluate.agreement import Agreement
from epistula.evaluate.match import Scheme
from epistula.review.answers import data, letter_url, page
from epistula.review.asking import query_text, reader_of, store_of
from epistula.review.bodies import json_post, text_of
from epistula.review.rows import ADJUDICATED
from epistula.review.store import Store
from epistula.review.views import Day, Question

ALL = "all"


def agreement(request: Request) -> Response:
    """How far two reviewers agree."""
    store = store_of(request)
    tracks, one, other = _two(request, store)
    found, days, problem = None, [], None
    if one != other:
        try:
            found = store.agreement(one, other, reader_of(request))
            days = store.agreement_over_time(one, other, reader_of(request))
        except InputError as error:
            problem = str(error)
    return page(
        request, "agreement", title="Agreement", tracks=tracks, one=one, other=other, problem=problem,
        agreement=_numbers(found) if found else None, over_time=[_day(day) for day in days],
    )  # fmt: skip


def _two(request: Request, store: Store) -> tuple[list[str], str, str]:
    """Return all tracks, and the two that are asked for: the first two when none are."""
    tracks = [track for track in store.tracks() if track != ADJUDICATED]
    chosen = [query_text(request, name) for name in ("one", "other") if name in request.query_params]
    one, other = chosen if len(chosen) == 2 else [*tracks, "", ""][:2]
    return tracks, one, other


def _numbers(found: Agreement) -> dict[str, Any]:
    labels = sorted({label for counts in found.counts.values() for label in counts})
    rows = [_row(found, label) for label in labels]
    kappas = [
        {"label": label, "attribute": attribute, "value": kappa.value, "pairs": kappa.pairs}
        for label, by_attribute in found.kappas.items()
        for attribute, kappa in by_attribute.items()
    ]
    return {
        "letters": len(found.letters), "alone": len(found.alone), "rows": rows, "kappas": kappas,
        "disagreements": len(found.disagreements),
    }  # fmt: skip


def _row(found: Agreement, label: str) -> dict[str, Any]:
    strict, overlap = (found.counts[scheme][label] for scheme in (Scheme.STRICT, Scheme.OVERLAP))
    return {"label": label, "support": strict.tp + strict.fn, "strict": strict.f1, "overlap": overlap.f1}


def _day(day: Day) -> dict[str, Any]:
    counts = day.agreement.counts[Scheme.STRICT].values()
    agreed, apart = sum(c.tp for c in counts), sum(c.fp + c.fn for c in counts)
    f1 = 2 * agreed / (2 * agreed + apart) if agreed or apart else None
    return {"when": day.day.isoformat(), "letters": len(day.agreement.letters), "f1": f1}


def adjudicate(request: Request) -> Response:
    """The disagreements of two reviewers, side by side."""
    store = store_of(request)
    tracks, one, other = _two(request, store)
    questions, problem = [], None
    if one != other:
        try:
            questions = store.disagreements(one, other, reader=reader_of(request))
        except InputError as error:
            problem = str(error)
    return page(
        request, "adjudicate", title="Adjudicate", tracks=tracks, one=one, other=other, problem=problem,
        disagreements=[_question(question, store) for question in questions],
        left=sum(question.answer is None for question in questions),
    )  # fmt: skip


def _question(question: Question, store: Store) -> dict[str, Any]:
    found = question.disagreement
    return {
        "key": json.dumps(key_of(found)), "letter": found.letter, "url": letter_url(found.letter),
        "title": found.letter, "label": found.label, "what": str(found.what), "start": found.start,
        "end": found.end, "one": found.one, "other": found.other, "before": question.before,
        "match": question.words, "after": question.after,
        "decision": question.answer.decision if question.answer else None,
    }  # fmt: skip


def decide(request: Request, body: dict[str, Any]) -> Response:
    """Decide a disagreement."""
    store = store_of(request)
    one, other, decision = (text_of(body, name) for name in ("one", "other", "decision"))
    key = _key(text_of(body, "key", 2000))
    if key is None:
        return data({"message": "There is no such disagreement."}, 422)
    try:
        note = text_of(body, "note", 5000)
        store.adjudicate(one, other, key, decision, request.state.who, note, reader=reader_of(request))
    except InputError as error:
        return data({"message": str(error)}, 422)
    left = store.disagreements(one, other, reader=reader_of(request))
    return data({"left": sum(question.answer is None for question in left)})


def _key(given: str) -> Key | None:
    try:
        letter, start, end, label, what = json.loads(given)
        return str(letter), int(start), int(end), str(label), str(what)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None


ROUTES = [
    Route("/agreement", agreement),
    Route("/adjudicate", adjudicate),
    Route("/adjudicate", json_post(decide), methods=["POST"]),
]
