"""What the lexicons can learn from the review: forms that were rejected and added."""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from epistula.errors import EpistulaError, InputError
from epistula.review import learn
from epistula.review.answers import letter_url, page, see_other
from epistula.review.asking import store_of, track_of
from epistula.review.bodies import form_post
from epistula.review.store import Store
from epistula.review.views import Form

AROUND = 60


class Scoring:
    """Scores without the lexicon and with it, computed in the background, one at a time."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self.scores: dict[str, Any] | None = None
        self.says: str | None = None

    def start(self, store: Store, lexicon: Path) -> None:
        """Begin to score, unless that is being done."""
        if self._thread is None or not self._thread.is_alive():
            self.says = "The letters that are done are being scored. Load the page again in a while."
            self._thread = threading.Thread(target=self._work, args=(store, lexicon), daemon=True)
            self._thread.start()

    def wait(self) -> None:
        """Wait until nothing is being scored."""
        if self._thread is not None:
            self._thread.join()

    def _work(self, store: Store, lexicon: Path) -> None:
        try:
            found = learn.scores(store, lexicon)
        except (EpistulaError, SQLAlchemyError) as error:
            self.says = str(error)
            return
        when = datetime.now(UTC).isoformat(timespec="seconds")
        rows = [{"label": row.label, "before": row.before, "after": row.after} for row in found.rows]
        self.scores, self.says = {"rows": rows, "when": when, "letters": found.letters}, None


def show(request: Request) -> Response:
    """The forms that were rejected and added, the commonest first."""
    return _page(request, None)


def _page(request: Request, problem: str | None, status: int = 200) -> Response:
    store, lexicon = store_of(request), request.app.state.options.lexicon
    _check_open(request)
    try:
        accepted = learn.accepted(lexicon) if lexicon else set()
    except InputError as error:
        accepted, problem = set(), problem or str(error)
    track, scoring = track_of(request), request.app.state.scoring
    forms = [_row(form, store, track, accepted) for form in store.forms()]
    return page(
        request, "learn", status, title="Learn", forms=forms, lexicon=str(lexicon or ""),
        problem=problem or scoring.says, scores=scoring.scores,
    )  # fmt: skip


def _check_open(request: Request) -> None:
    if request.app.state.options.blind:
        raise HTTPException(403, "What was decided shows others' decisions. Start the review without --blind for it.")


def key_of(form: Form) -> str:
    """Return what a form is known by on the page."""
    return json.dumps([form.kind, form.label, form.form], ensure_ascii=False)


def _row(form: Form, store: Store, track: str, accepted: set[tuple[str, str, str]]) -> dict[str, Any]:
    examples = [_example(store, track, *place) for place in zip(form.letters, form.places, strict=True)]
    return {
        "key": key_of(form), "form": form.form, "label": form.label, "kind": form.kind, "count": form.count,
        "kept": form.kept, "examples": [example for example in examples if example],
        "accepted": (form.kind, form.label, form.form) in accepted,
    }  # fmt: skip


def _example(store: Store, track: str, letter_id: str, place: tuple[int, int]) -> dict[str, Any] | None:
    view = store.letter(letter_id, track)
    if view is None:
        return None
    start, end = place
    return {
        "id": letter_id, "url": letter_url(letter_id), "start": start, "match": view.text[start:end],
        "before": view.text[max(0, start - AROUND) : start], "after": view.text[end : end + AROUND],
    }  # fmt: skip


def act(request: Request, form: dict[str, Any]) -> Response:
    """Write forms to the lexicon, or score the gold with it and without."""
    lexicon = request.app.state.options.lexicon
    _check_open(request)
    if lexicon is None:
        raise HTTPException(404, "The review was started without a lexicon.")
    try:
        if form.get("action") == ["score"]:
            request.app.state.scoring.start(store_of(request), lexicon)
        else:
            wanted = set(form.get("key", []))
            chosen = [found for found in store_of(request).forms() if key_of(found) in wanted]
            learn.accept(lexicon, chosen)
    except InputError as error:
        return _page(request, str(error), 422)
    return see_other("/learn")


ROUTES = [Route("/learn", show), Route("/learn", form_post(act), methods=["POST"])]
