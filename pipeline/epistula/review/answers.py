"""Answers: pages from templates, JSON, and refusals as either, with a way out."""

import json
from collections.abc import Mapping
from functools import lru_cache
from hashlib import file_digest
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from epistula.labels import all_labels
from epistula.review.auth import csrf_of
from epistula.review.options import Options

STATIC = Path(__file__).parent / "static"
JSON = "application/json"
OUT_OF_SCRIPT = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}
"""What could end a script block or a JavaScript string, as JSON writes it too."""


def script_json(value: Any) -> Markup:
    """Return JSON that may stand in a script block of a page."""
    return Markup(json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(OUT_OF_SCRIPT))


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return the templates; what they are given is text and is escaped, a variable that is not there an error."""
    return Environment(
        loader=PackageLoader("epistula.review"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


@lru_cache(maxsize=100)
def static(name: str) -> str:
    """Return the address of a file of `static`, another one when it has changed."""
    with (STATIC / name).open("rb") as file:
        return f"/static/{quote(name)}?v={file_digest(file, 'sha256').hexdigest()[:12]}"


def labels() -> list[dict[str, Any]]:
    """Return the labels in alphabetical order, with the keys 1 to 9."""
    return [
        {
            "name": name,
            "key": str(number) if number < 10 else "",
            "colour": label.colour,
            "description": label.description,
            "attributes": [{"name": a.name, "values": list(a.values), "count": a.count} for a in label.attributes],
            "assertions": [*label.assertions],
            "relations": dict(label.relations),
        }
        for number, (name, label) in enumerate(sorted(all_labels().items()), start=1)
    ]


def page(request: Request, template: str, code: int = 200, /, **variables: Any) -> Response:
    """Return the page of a template with what every page gets."""
    options: Options = request.app.state.options
    session = getattr(request.state, "session", "")
    who = getattr(request.state, "who", "")
    common = {
        "page": template, "title": "", "who": who, "csrf": csrf_of(session) if session else "", "labels": labels(),
        "track": who if options.blind else "", "blind": options.blind, "accounts": options.accounts,
        "uploads": options.uploads, "static": static,
    }  # fmt: skip
    text = environment().get_template(f"{template}.html").render({**common, **variables})
    return HTMLResponse(text.encode("utf-8", "replace"), code)


def data(value: Any, status: int = 200) -> Response:
    """Return a value as JSON; half a surrogate pair as an escape, as JSON allows."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        return Response(text.encode(), status, media_type=JSON)
    except UnicodeEncodeError:
        return Response(json.dumps(value).encode(), status, media_type=JSON)


def wants_json(request: Request) -> bool:
    """Say whether a script asks and not a person."""
    kinds = request.headers.get("accept", ""), request.headers.get("content-type", "")
    return request.headers.get("sec-fetch-mode") in {"cors", "same-origin"} or any(JSON in kind for kind in kinds)


def refusal(request: Request, status: int, message: str, **more: str) -> Response:
    """Return an error for a script as JSON, for a person as a page with a way out."""
    if wants_json(request):
        return data({"message": message, **more}, status)
    title = HTTPStatus(status).phrase
    way = {"back": "/", "back_name": "To the letters", **more}
    try:
        return page(request, "error", status, status=status, title=title, message=message, **way)
    except Exception:  # without templates the message is still told
        return Response(f"{title}: {message}", status, media_type="text/plain; charset=utf-8")


def see_other(path: str, **query: str | int | None) -> Response:
    """Return a redirection to a path of ours."""
    asked = urlencode({name: value for name, value in query.items() if value not in (None, "")})
    return RedirectResponse(f"{path}?{asked}" if asked else path, 303)


def letter_url(letter_id: str, filters: Mapping[str, object] | None = None) -> str:
    """Return the address of a letter, with the filters of the queue."""
    path = f"/letter/{id_in_url(letter_id)}"
    asked = urlencode({name: str(value) for name, value in (filters or {}).items() if value})
    return f"{path}?{asked}" if asked else path


def id_in_url(letter_id: str) -> str:
    """Return an id as one part of an address, whatever stands in it.

    Servers undo one level of quoting before they look for slashes and dots, and so do browsers; hence there are two for
    what they would take for more than a name.
    """
    inner = letter_id.replace("%", "%25").replace("/", "%2F")
    return quote(inner if inner.strip(".") else inner.replace(".", "%2E"), safe="")


def id_from_url(part: str) -> str:
    """Return the id of a part of an address whose outer quoting the server has undone."""
    return unquote(part, errors="surrogatepass")


def labels_css() -> str:
    """Return a stylesheet with the colours of the labels."""
    return "".join(f'[data-label="{la["name"]}"] {{ --label: {la["colour"]}; }}\n' for la in labels())
