"""Coming in and going out: with the address that the program printed, or with name and password."""

import math
import re
import threading
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from epistula.review import people
from epistula.review.answers import page, refusal, see_other
from epistula.review.asking import query_text, store_of
from epistula.review.auth import begin_session, end_session
from epistula.review.bodies import form_post

OURS = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*\Z")
"""A path on this server: never another server's address, nor what browsers take for one."""
USED = (
    "This address has been used, or is not whole. Each address opens one browser: start `epistula review` again to get"
    " a new one. Nothing that was decided is lost."
)
LONGEST = 1000
AT_ONCE = threading.Semaphore(2)
"""Passwords that are checked at once: each check takes memory."""


def enter(request: Request) -> Response:
    """Let in the browser that opens the address which was printed."""
    if request.state.who:
        return see_other("/")
    app = request.app.state
    if wait := app.token_tries.wait(_client(request)):
        return _slow_down(refusal(request, 429, _wait_says(wait)), wait)
    if not app.tokens.redeem(request.query_params.get("token", "")):
        return refusal(request, 401, USED)
    app.token_tries.forget(_client(request))
    answer = see_other("/")
    begin_session(answer, request, app.options.who)
    return answer


def login_page(request: Request) -> Response:
    """Ask for name and password."""
    return _login(request, "", query_text(request, "next", LONGEST))


def login(request: Request, form: dict[str, Any]) -> Response:
    """Let in whoever knows the password of a name; trying gets slower."""
    name, password, onward = (_field(form, field) for field in ("name", "password", "next"))
    limits = request.app.state.logins
    client = _client(request)
    keys = {"pair": f"{client} {name}", "client": client, "name": name}
    if wait := max(limits[kind].wait(key) for kind, key in keys.items()):
        return _slow_down(_login(request, _wait_says(wait), onward, name, 429), wait)
    with AT_ONCE:
        right = people.verified(store_of(request).password_hash(name) if name else None, password)
    if not right:
        return _login(request, "Name or password is wrong.", onward, name, 401)
    for kind in ("pair", "name"):  # not the client's: who knows one password may still guess others'
        limits[kind].forget(keys[kind])
    answer = see_other(onward if OURS.match(onward) else "/")
    begin_session(answer, request, name)
    return answer


def logout(request: Request, form: dict[str, Any]) -> Response:
    """End the session."""
    answer = see_other("/login" if request.app.state.options.accounts else "/")
    end_session(answer, request)
    return answer


def unknown(request: Request) -> Response:
    """Answer whoever is not let in."""
    if request.app.state.options.alone:
        says = "Open the address that `epistula review` printed; it lets this browser in."
        return refusal(request, 401, says, back="/", back_name="Try again")
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
        return see_other("/login", next=here if OURS.match(here) and here != "/" else None)
    return refusal(request, 401, "Your session has ended. Log in again.", login="/login")


def _login(request: Request, problem: str, onward: str, name: str = "", status: int = 200) -> Response:
    return page(request, "login", status, title="Log in", problem=problem, next=onward, name=name)


def _field(form: dict[str, list[str]], name: str) -> str:
    return "".join(form.get(name, []))[:LONGEST]


def _client(request: Request) -> str:
    return request.client.host if request.client else ""


def _wait_says(wait: float) -> str:
    seconds = math.ceil(wait)
    return f"Too many tries. Wait {seconds} second{'s' * (seconds != 1)}, then try again."


def _slow_down(answer: Response, wait: float) -> Response:
    answer.headers["Retry-After"] = str(math.ceil(wait))
    return answer


ALONE = [Route("/enter", enter), Route("/logout", form_post(logout), methods=["POST"])]
NAMED = [
    Route("/login", login_page),
    Route("/login", form_post(login, csrf=False), methods=["POST"]),
    Route("/logout", form_post(logout), methods=["POST"]),
]
