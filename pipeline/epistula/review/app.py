"""The web application of the review: what serves which address, and what stands before it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from epistula.review.answers import STATIC, refusal
from epistula.review.auth import Limiter, Tokens, WithSession
from epistula.review.concepts import ConceptSearch
from epistula.review.deciding import Tabs
from epistula.review.drawing import Drawing
from epistula.review.options import Options
from epistula.review.pages import Pages
from epistula.review.pdfs import Pdfs
from epistula.review.places import Places
from epistula.review.routes import comparing, learning, letters, lists, people, uploading
from epistula.review.security import BodyLimit, KnownOrigins, NoTracebacks, SafeHeaders
from epistula.review.store import Store

SAYS = {404: "There is nothing at this address.", 405: "This address does not do that.", 400: "That cannot be read."}


class Static(StaticFiles):
    """Files of ours; browsers ask each time whether they have changed."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """Return a file."""
        answer = super().file_response(*args, **kwargs)
        answer.headers["Cache-Control"] = "no-cache"
        return answer

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file of a path; a path that no file can have is not there."""
        if "\0" in path:
            raise HTTPException(404)
        return await super().get_response(path, scope)


def create_app(store: Store, options: Options, drawing: Drawing | None = None) -> Starlette:
    """Return the application.

    Args:
        store: the state of the review; whoever made it closes it.
        options: what the review is started with.
        drawing: what draws pages; closed with the application.
    """
    doors = ("/login",) if options.accounts else ("/enter",)
    app = Starlette(
        routes=routes_of(options),
        middleware=[
            Middleware(SafeHeaders),
            Middleware(NoTracebacks, refuse=refusal, trouble=trouble),
            Middleware(KnownOrigins, refuse=refusal, options=options),
            Middleware(BodyLimit, refuse=refusal, limits={"/upload": uploading.LIMIT} if options.uploads else {}),
            Middleware(WithSession, store=store, options=options, doors=doors, unknown=people.unknown),
        ],
        exception_handlers={HTTPException: told},
        lifespan=lifespan,
    )
    pdfs = Pdfs(options.pdfs)
    app.state.store, app.state.options, app.state.pdfs = store, options, pdfs
    app.state.pages, app.state.places = Pages(drawing or Drawing()), Places(pdfs)
    app.state.concepts, app.state.tabs, app.state.tokens = ConceptSearch(), Tabs(), Tokens()
    app.state.scoring = learning.Scoring()
    app.state.token_tries = Limiter(free=10, longest=60)
    app.state.logins = {
        "pair": Limiter(free=3, longest=300), "client": Limiter(free=30, longest=60),
        "name": Limiter(free=20, longest=30),
    }  # fmt: skip
    return app


def routes_of(options: Options) -> list[BaseRoute]:
    """Return the routes that there are with some options."""
    return [
        Mount("/static", Static(directory=STATIC)),
        *lists.ROUTES,
        *letters.ROUTES,
        *comparing.ROUTES,
        *learning.ROUTES,
        *(people.NAMED if options.accounts else people.ALONE),
        *(uploading.ROUTES if options.uploads else ()),
    ]


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """End the processes that draw and read when the server ends."""
    try:
        yield
    finally:
        await run_in_threadpool(close, app)


def close(app: Starlette) -> None:
    """End what the application started."""
    app.state.pages.close()
    app.state.places.close()


async def told(request: Request, error: Exception) -> Response:
    """Answer an error that a route raised on purpose."""
    if not isinstance(error, HTTPException):
        raise error
    ours = error.detail.endswith(".")  # Starlette's own say the name of the status and nothing else
    answer = refusal(request, error.status_code, error.detail if ours else SAYS.get(error.status_code, "No."))
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    return answer


def trouble(error: Exception) -> tuple[int, str] | None:
    """Return status and message for a store that is not well."""
    if isinstance(error, SQLAlchemyError):
        why = str(getattr(error, "orig", None) or type(error).__name__).partition("\n")[0][:200]
        return 503, f"The store cannot be used just now ({why}). Nothing of what was saved is lost. Try again."
    return None
