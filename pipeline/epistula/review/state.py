"""What the page of a letter is told: the state that its scripts work with."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from epistula.model import Attribution
from epistula.review.answers import labels, letter_url
from epistula.review.auth import csrf_of
from epistula.review.pages import Pages, Sheet
from epistula.review.pdfs import Pdfs
from epistula.review.views import Event, LetterView, Neighbours

if TYPE_CHECKING:
    from starlette.requests import Request

    from epistula.review.store import Store


def title_of(view: LetterView) -> str:
    """Return what a letter is called: its title, else the name of its file, else its id."""
    return view.source.title or (view.source.path or "").rsplit("/", 1)[-1] or view.id


def sheets_of(view: LetterView, pdfs: Pdfs, pages: Pages) -> tuple[str, list[Sheet]]:
    """Return what is to be said of a letter's PDF ("", "none", "differs" or a problem), and its pages."""
    found = pdfs.find(view.source)
    if found is None:
        return "none", []
    path, same = found
    sheets = pages.sheets(path, view.source.pages)
    problem = next((sheet.problem for sheet in sheets if sheet.problem), "")
    return problem or ("" if same else "differs"), sheets


def letter_state(request: "Request", view: LetterView, track: str, filters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the state of a letter's page."""
    app = request.app.state
    store: Store = app.store
    who = request.state.who
    pdf, sheets = sheets_of(view, app.pdfs, app.pages)
    can = store.can(view.id, track, who)
    return {
        "letter": {
            "id": view.id, "title": title_of(view), "path": view.source.path or "", "done": view.done, "pdf": pdf,
            "url": letter_url(view.id), **_around(store.neighbours(view.id, track, **filters), filters),
        },
        "track": track,
        "who": who,
        "csrf": csrf_of(request.state.session),
        "version": view.version,
        "text": view.text,
        "zones": [{"start": z.start, "end": z.end, "kind": z.kind} for z in view.zones],
        "pages": [_page(sheet) for sheet in sheets],
        "document": dict(view.document),
        "predicted": sorted(view.predicted),
        "labels": labels(),
        "attributions": [*Attribution],
        "can": {"undo": can.undo, "redo": can.redo},
        "blind": app.options.blind,
    }  # fmt: skip


def _around(place: Neighbours, filters: Mapping[str, Any]) -> dict[str, Any]:
    inside = place.index is not None
    return {
        "index": place.index + 1 if place.index is not None else None,
        "total": place.total if inside else None,
        "previous": letter_url(place.previous, filters) if place.previous else None,
        "next": letter_url(place.next, filters) if place.next else None,
        "queue": queue_url(filters),
    }


def queue_url(filters: Mapping[str, Any], **more: Any) -> str:
    """Return the address of the queue with filters."""
    return letter_url("", {**filters, **more}).replace("/letter/", "/", 1)


def _page(sheet: Sheet) -> dict[str, Any]:
    found = {"number": sheet.page.number, "width": sheet.page.width, "height": sheet.page.height}
    return {**found, "problem": sheet.problem} if sheet.problem else found


def zones_of(view: LetterView) -> list[dict[str, Any]]:
    """Return the zones with their text; a text without zones is one."""
    zones = [(z.start, z.end, str(z.kind)) for z in view.zones] or [(0, len(view.text), "body")]
    return [{"start": a, "end": b, "kind": kind, "text": view.text[a:b]} for a, b, kind in zones]


def event_row(event: Event) -> dict[str, Any]:
    """Return an event as pages and scripts are told of it."""
    return {
        "id": event.id, "version": event.version, "who": event.who, "when": event.when.isoformat(),
        "kind": event.kind, "undone": event.undone,
        "changes": [
            {"key": c.key, "before": c.before, "after": c.after, "says": says(c.key, c.before, c.after)}
            for c in event.changes
        ],
    }  # fmt: skip


def says(key: str, before: Any, after: Any) -> str:
    """Return a change in words."""
    kind, _, name = key.partition("/")
    if kind == "mention":
        return _mention_says(before, after)
    if kind in {"verdict", "comment"}:
        return f"{kind} of {name}: {_word(before)} → {_word(after)}"
    return f"{key}: {'removed' if after is None else 'added' if before is None else 'changed'}"


def _word(value: Any) -> str:
    return "none" if value is None else str(value)


def _mention_says(before: Any, after: Any) -> str:
    both = [_mention_words(mention) if isinstance(mention, dict) else "none" for mention in (before, after)]
    if "none" in both or both[0] != both[1]:
        return " → ".join(both)
    changed = sorted(name for name in {*before, *after} - {"by"} if before.get(name) != after.get(name))
    return f"{both[1]}: " + ", ".join(f"{n} {_word(before.get(n))} → {_word(after.get(n))}" for n in changed)


def _mention_words(mention: Mapping[str, Any]) -> str:
    return f"{mention.get('label')} “{mention.get('text')}” {mention.get('start')}–{mention.get('end')}"
