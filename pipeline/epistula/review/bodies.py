"""Reading what a request carries: JSON objects and forms, checked before anything is done with them."""

import json
import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, NoReturn

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from epistula.review.answers import JSON
from epistula.review.auth import csrf_is_right

UNKEEPABLE = re.compile("[\0\ud800-\udfff]")
"""What no database keeps: NUL, and half a surrogate pair."""
FORM = "application/x-www-form-urlencoded"

Handler = Callable[[Request, dict[str, Any]], Response]


def json_post(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint that gives a JSON object to a handler, which runs in a thread."""

    async def endpoint(request: Request) -> Response:
        _only(request, JSON)
        if not csrf_is_right(request, request.headers.get("x-csrf", "")):
            raise HTTPException(403, "The page is not of this session. Load it again.")
        return await run_in_threadpool(handler, request, _json_object(await request.body()))

    return endpoint


def form_post(handler: Handler, *, csrf: bool = True) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint that gives the fields of a form, each a list of texts, to a handler in a thread."""

    async def endpoint(request: Request) -> Response:
        _only(request, FORM)
        async with request.form(max_files=0, max_fields=1000) as form:
            fields = {name: [str(value) for value in form.getlist(name)] for name in form}
        if any(UNKEEPABLE.search(value) for values in fields.values() for value in values):
            raise HTTPException(400, "That has characters that cannot be kept.")
        if csrf and not csrf_is_right(request, "".join(fields.get("csrf", []))):
            raise HTTPException(403, "The page is not of this session. Load it again.")
        return await run_in_threadpool(handler, request, fields)

    return endpoint


def _only(request: Request, kind: str) -> None:
    """Refuse any other content type: those of simple forms are what other sites could send unasked."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != kind:
        raise HTTPException(415, f"Send {kind}.")


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise HTTPException(400, "That is no JSON.") from None
    if not isinstance(found, dict):
        raise HTTPException(400, "That is no JSON object.")
    if any(UNKEEPABLE.search(text) for text in _texts(found)):
        raise HTTPException(400, "That has characters that cannot be kept.")
    return found


def _texts(value: Any) -> Iterator[str]:
    """Yield all texts of a JSON value, names of fields too."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, str):
            yield found
        elif isinstance(found, dict):
            waiting += [*found, *found.values()]
        elif isinstance(found, list):
            waiting += found


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def text_of(body: dict[str, Any], name: str, most: int = 200) -> str:
    """Return a text of a JSON object, "" when it is not there."""
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > most:
        raise HTTPException(400, f"{name} is no text of up to {most} characters.")
    return value


def number_of(given: str | None, name: str, default: int, most: int = 10**9) -> int:
    """Return a whole number of a query, 0 or more."""
    if given is None or given == "":
        return default
    if not (given.isascii() and given.isdigit() and len(given) <= 10) or int(given) > most:
        raise HTTPException(400, f"{name} is no number that can be used.")
    return int(given)
