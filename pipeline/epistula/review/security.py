"""What stands between the network and the routes: headers, hosts, sizes, origins.

Each is a plain ASGI wrapper. Against: scripts and frames of others (Content-Security-Policy), DNS rebinding (the Host
header), requests that exhaust memory (size), requests that other sites make in a reviewer's name (Origin,
Sec-Fetch-Site; the CSRF token is checked by `auth`).
"""

import ipaddress
import logging
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from epistula.review.options import LOOPBACK, Options

logger = logging.getLogger(__name__)
BODY_LIMIT = 2**20
"""Bytes of a request; uploads have a limit of their own."""
READS = frozenset({"GET", "HEAD", "OPTIONS"})
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with no-referrer, browsers send forms with `Origin: null`
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

Refuse = Callable[[Request, int, str], Response]
"""Makes the answer to a request that is refused: request, status, what to tell."""

Trouble = Callable[[Exception], tuple[int, str] | None]
"""Status and message for an exception that may come; None for any other."""


class TooLargeError(Exception):
    """The body of a request is larger than it may be."""


class SafeHeaders:
    """Gives the headers to every answer; what no route says may be kept is not kept."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, with_headers)


class NoTracebacks:
    """Turns whatever the application did not expect into a page, and writes it to the log."""

    def __init__(self, app: ASGIApp, refuse: Refuse, trouble: Trouble) -> None:
        self._app, self._refuse, self._trouble = app, refuse, trouble

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except TooLargeError:
            answer = too_large(Request(scope), self._refuse)
        except Exception as error:
            if scope["type"] != "http" or begun:
                raise
            answer = self._answer(Request(scope), error)
        else:
            return
        if not begun:
            await answer(scope, receive, send)

    def _answer(self, request: Request, error: Exception) -> Response:
        known = self._trouble(error)
        if known is None:
            logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return self._refuse(request, *(known or (500, "Something went wrong on the server; its log says what.")))


def too_large(request: Request, refuse: Refuse) -> Response:
    """Return the answer to a request that is too large; the connection is not used again."""
    answer = refuse(request, 413, "That is more than the server takes at once.")
    answer.headers["Connection"] = "close"
    return answer


class BodyLimit:
    """Refuses a body that is too large: by its Content-Length at once, else when so much has come.

    Args:
        app: what answers.
        refuse: makes the refusal.
        limits: path → bytes, where another limit than `BODY_LIMIT` holds.
    """

    def __init__(self, app: ASGIApp, refuse: Refuse, limits: Mapping[str, int]) -> None:
        self._app, self._refuse, self._limits = app, refuse, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limits.get(scope["path"], BODY_LIMIT)
        length = Headers(scope=scope).get("content-length", "0")
        if not (length.isascii() and length.isdigit()) or int(length[:20]) > limit:
            await too_large(Request(scope), self._refuse)(scope, receive, send)
            return
        await self._app(scope, counted(receive, limit), send)


def counted(receive: Receive, limit: int) -> Receive:
    """Return a `receive` that raises TooLargeError when more than `limit` bytes have come."""
    come = 0

    async def counting() -> Message:
        nonlocal come
        message = await receive()
        come += len(message.get("body", b""))
        if come > limit:
            raise TooLargeError
        return message

    return counting


class KnownOrigins:
    """Refuses a Host that is not ours, and everything but reading that another origin asks for."""

    def __init__(self, app: ASGIApp, refuse: Refuse, options: Options) -> None:
        self._app, self._refuse, self._options = app, refuse, options

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; there are no web sockets here."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not host_is_ours(hosts[0], self._options):
            known = "under the address that it printed"
            answer = self._refuse(Request(_hostless(scope)), 400, f"This server answers only {known}.")
        elif scope["method"] not in READS and not same_origin(headers, self._options.https):
            answer = self._refuse(Request(scope), 403, "This request came from another site.")
        else:
            await self._app(scope, receive, send)
            return
        await answer(scope, receive, send)


def _hostless(scope: Scope) -> dict[str, Any]:
    """Return the scope without the Host header, which nothing may be built on."""
    return {**scope, "headers": [(name, value) for name, value in scope["headers"] if name != b"host"]}


def host_is_ours(host: str, options: Options) -> bool:
    """Say whether a Host header names this server.

    With accounts any address in figures is: rebinding takes a name.
    """
    try:
        parts = urlsplit(f"//{host}")
        name, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return False
    if parts.netloc != host or "@" in host or parts.path or parts.query or parts.fragment:
        return False
    if options.alone:
        return name in LOOPBACK and options.port in {0, port or 80}
    return name in {n.lower() for n in (options.host, "localhost", *options.names)} or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def same_origin(headers: Mapping[str, str], https: bool) -> bool:
    """Say whether a request was made by a page of ours; browsers say so themselves, and must."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site != "same-origin":
        return False
    if origin is None:
        return site == "same-origin"
    return origin == f"{'https' if https else 'http'}://{headers.get('host', '')}"
