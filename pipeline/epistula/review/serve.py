"""Serving the review: the socket, the address to open, the browser, the end."""

import errno
import os
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from epistula.errors import InputError
from epistula.review.app import close
from epistula.review.options import Options

PORT = 8765
"""The same each time: what a browser keeps of a page is kept by address, port included."""


def listen(host: str, port: int | None) -> socket.socket:
    """Return a socket that listens on a port; on `PORT` when none is asked for, or on any other that is free.

    Raises:
        InputError: the address or the port cannot be had.
    """
    address = "127.0.0.1" if host == "localhost" else host
    for wanted in [PORT, 0] if port is None else [port]:
        try:
            return _bound(address, wanted)
        except OSError as error:
            if wanted != PORT or port is not None or error.errno != errno.EADDRINUSE:
                raise InputError(
                    f"{host}:{wanted}: {error.strerror or error}. Give another --host or --port."
                ) from error
    raise AssertionError


def _bound(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name != "nt":
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((address, port))
    except BaseException:
        found.close()
        raise
    return found


def address_of(options: Options) -> str:
    """Return the address that browsers open."""
    host = options.host
    if options.accounts and options.names:
        host = options.names[0]
    elif host in {"0.0.0.0", "::"}:
        host = socket.gethostname()
    scheme = "https" if options.https else "http"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{options.port}/"


Ready = Callable[[uvicorn.Server], None]
"""Called when the first request would be answered."""


class Server(uvicorn.Server):
    """Uvicorn that says when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Ready) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        if self.started:
            self._ready(self)


def serve(
    app: Starlette, listening: socket.socket, ready: Ready, *,
    certificate: Path | None = None, key: Path | None = None, proxy: bool = False,
) -> None:  # fmt: skip
    """Serve until SIGINT or SIGTERM; requests that are being answered are answered first.

    Args:
        app: the application.
        listening: the socket.
        ready: called with the server when the first request would be answered.
        certificate, key: for https.
        proxy: believe a proxy on this machine whom it speaks for.
    """
    config = uvicorn.Config(
        app, http="h11", ws="none", lifespan="on", log_level="error", access_log=False, server_header=False,
        proxy_headers=proxy, forwarded_allow_ips="127.0.0.1,::1", timeout_keep_alive=30, timeout_graceful_shutdown=3,
        ssl_certfile=certificate, ssl_keyfile=key,
    )  # fmt: skip
    try:
        Server(config, ready).run(sockets=[listening])
    finally:
        close(app)
        listening.close()


def warm_up(app: Starlette) -> None:
    """Make ready in the background what the first letter will need."""

    def work() -> None:
        app.state.pages.warm()
        app.state.concepts.warm()

    threading.Thread(target=work, daemon=True, name="warm-up").start()


def open_browser(address: str) -> None:
    """Open the user's browser, where there is a screen for it: never one that takes over the terminal."""
    if sys.platform in {"win32", "darwin"} or _any(("DISPLAY", "WAYLAND_DISPLAY")):
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()


def _any(names: Sequence[str]) -> bool:
    return any(os.environ.get(name) for name in names)
