"""Who is asking: tokens in addresses, names and passwords, sessions, CSRF tokens, and how often one may try."""

import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from epistula.review.options import Options

if TYPE_CHECKING:
    from epistula.review.store import Store

ACCOUNT_SECONDS = 12 * 3600
ALONE_SECONDS = 7 * 86_400
TOKEN_SECONDS = 24 * 3600
OPEN = ("/static/", "/labels.css", "/healthz")
"""What anybody may read: it says nothing of letters."""


class Tokens:
    """Tokens that let one browser in, each once, for a day; only their hashes are kept."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._until: dict[bytes, float] = {}

    def new(self) -> str:
        """Return a new token of 256 bits."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._until[_digest(token)] = self._clock() + TOKEN_SECONDS
        return token

    def redeem(self, token: str) -> bool:
        """Say whether a token is good, and let it be good no more."""
        asked, found = _digest(token), None
        with self._lock:
            for known in self._until:
                if hmac.compare_digest(known, asked):
                    found = known
            return found is not None and self._until.pop(found) > self._clock()


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


class Limiter:
    """Lets somebody try so often, then makes them wait, twice as long after each try.

    Args:
        free: tries without waiting.
        longest: the longest wait, seconds; whoever has not tried for so long begins anew.
        clock: seconds that only go up.
    """

    KNOWN = 10_000

    def __init__(self, free: int, longest: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._free, self._longest, self._clock = free, longest, clock
        self._lock = threading.Lock()
        self._tries: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait(self, key: str) -> float:
        """Count a try, and return 0; or the seconds to wait when it comes too early, which is then no try."""
        with self._lock:
            now = self._clock()
            tries, last = self._tries.pop(key, (0, now))
            if now - last > 2 * self._longest:
                tries = 0
            due = last + min(2.0 ** min(tries - self._free, 30), self._longest) if tries >= self._free else now
            early = due - now
            self._tries[key] = (tries, last) if early > 0 else (tries + 1, now)
            while len(self._tries) > self.KNOWN:
                self._tries.popitem(last=False)
            return max(0.0, early)

    def forget(self, key: str) -> None:
        """Let somebody begin anew: they were right."""
        with self._lock:
            self._tries.pop(key, None)


def csrf_of(session: str) -> str:
    """Return the CSRF token of a session."""
    return hmac.new(session.encode(), b"csrf", hashlib.sha256).hexdigest()


def csrf_is_right(request: HTTPConnection, given: str) -> bool:
    """Say whether a CSRF token is that of the request's session."""
    session = request.state.session
    return bool(session) and hmac.compare_digest(csrf_of(session).encode(), given.encode("utf-8", "surrogatepass"))


def cookie_name(options: Options) -> str:
    """Return the cookie's name; servers on several ports of one machine must not take each other's."""
    return "__Host-epistula" if options.https else f"epistula-{options.port}"


def begin_session(answer: Response, request: Request, who: str) -> None:
    """Give the browser a session that nobody knew before, and end the one it had."""
    options: Options = request.app.state.options
    store: Store = request.app.state.store
    if request.state.session:
        store.end_session(request.state.session)
    seconds = ALONE_SECONDS if options.alone else ACCOUNT_SECONDS
    answer.set_cookie(
        cookie_name(options), store.new_session(who, seconds),
        max_age=seconds, path="/", secure=options.https, httponly=True, samesite="strict",
    )  # fmt: skip


def end_session(answer: Response, request: Request) -> None:
    """End the session of a request."""
    options: Options = request.app.state.options
    if request.state.session:
        request.app.state.store.end_session(request.state.session)
    answer.delete_cookie(cookie_name(options), path="/", secure=options.https, httponly=True, samesite="strict")


class WithSession:
    """Puts `session` and `who` on the state of each request; both are "" for whoever is not let in.

    Whoever is not let in gets what `unknown` answers, except for `OPEN` and the paths in `doors`.
    """

    def __init__(
        self, app: ASGIApp, store: "Store", options: Options, doors: tuple[str, ...],
        unknown: Callable[[Request], Response],
    ) -> None:  # fmt: skip
        self._app, self._store, self._options = app, store, options
        self._doors, self._unknown = doors, unknown

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["session"] = state["who"] = ""
        path = scope["path"]
        if not path.startswith(OPEN):
            session = HTTPConnection(scope).cookies.get(cookie_name(self._options), "")
            who = await run_in_threadpool(self._who, session) if session else None
            if who:
                state["session"], state["who"] = session, who
            elif path not in self._doors:
                await self._unknown(Request(scope))(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _who(self, session: str) -> str | None:
        """Return whose session it is; alone, only that of the reviewer whom the server was started for."""
        if len(session) > 200:
            return None
        who = self._store.who(session)
        return who if self._options.accounts or who == self._options.who else None
