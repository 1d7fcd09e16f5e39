"""`epistula review` and `epistula review-user`: annotations reviewed in the browser."""

import getpass
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from epistula.errors import InputError
from epistula.lines import SHARDS
from epistula.version import __version__

if TYPE_CHECKING:
    from rich.console import Console
    from starlette.applications import Starlette

    from epistula.review.options import Options
    from epistula.review.store import Store

NEEDED = ("starlette", "uvicorn", "sqlalchemy", "argon2", "python_multipart")
SHORTEST_PASSWORD = 10
File = Annotated[Path, typer.Argument(metavar="ANNOTATIONS.jsonl", help="Annotation file.")]
Where = Annotated[
    str | None,
    typer.Option(
        "--store", metavar="URL|FILE",
        help="Where decisions are kept: an SQLite file (ANNOTATIONS.jsonl.review.sqlite unless said), or the URL of a"
        " database (postgresql://…).",
    ),
]  # fmt: skip


def review(
    annotations: File,
    pdfs: Annotated[
        Path | None, typer.Option("--pdfs", metavar="DIR", help="Folder with the letters' PDFs, to show their pages.")
    ] = None,
    name: Annotated[str | None, typer.Option("--as", metavar="NAME", help="Who reviews, when alone.")] = None,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help="8765, or any, unless said.")] = None,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; others than this machine's need names and passwords.")
    ] = "127.0.0.1",
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser.")] = True,
    store: Where = None,
    blind: Annotated[bool, typer.Option("--blind", help="Each reviewer sees own decisions only.")] = False,
    accounts: Annotated[
        bool, typer.Option("--accounts", help="Names and passwords on this machine too (`epistula review-user`).")
    ] = False,
    certificate: Annotated[
        Path | None, typer.Option("--certificate", metavar="PEM", help="Certificate, to speak https.")
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", metavar="PEM", help="Key of the certificate.")] = None,
    behind_tls_proxy: Annotated[
        bool, typer.Option("--behind-tls-proxy", help="A proxy in front speaks https with the browsers.")
    ] = False,
    known_as: Annotated[
        list[str] | None,
        typer.Option("--name", metavar="HOST", help="Name by which browsers reach it; may be repeated."),
    ] = None,
    uploads: Annotated[bool, typer.Option("--uploads", help="Let PDFs be sent through the browser.")] = False,
    lexicon: Annotated[
        Path | None,
        typer.Option(
            "--lexicon",
            metavar="FILE",
            help="Write forms learnt from the review there; ANNOTATIONS.jsonl.lexicon.jsonl unless said.",
        ),
    ] = None,
) -> None:
    """Review annotations in the browser: the page beside the text, a key for each decision, gold at the end.

    Every decision is kept at once; the same command goes on from there. Ctrl-C ends it.
    """
    _check_extra()
    from rich.console import Console

    from epistula.cli.progress import stoppable
    from epistula.review.app import create_app
    from epistula.review.serve import listen, serve

    learnt = lexicon or annotations.with_name(f"{annotations.name}.lexicon.jsonl")
    asked = _options(host, pdfs, name, known_as, certificate, key, behind_tls_proxy, accounts, blind, uploads, learnt)
    console = Console(stderr=True)
    with stoppable(), _opened(store, annotations) as opened:
        if asked.accounts and not opened.users():
            raise InputError(f"nobody can log in yet. Add somebody: epistula review-user NAME {annotations}")
        try:
            _take_in(opened, annotations, console)
            listening = listen(host, port)
            app = create_app(opened, replace(asked, port=listening.getsockname()[1]))
            serve(
                app, listening, lambda _: _ready(console, app, browser),
                certificate=certificate, key=key, proxy=behind_tls_proxy,
            )  # fmt: skip
        except KeyboardInterrupt:
            console.print("Stopped. The same command goes on from there.", highlight=False)


def review_user(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the reviewer.")],
    annotations: File,
    store: Where = None,
) -> None:
    """Let a reviewer log in with a password that is asked for, or give one a new password."""
    _check_extra()
    from epistula.review.people import hashed

    _check_name(name)
    if sys.stdin.isatty():
        password = getpass.getpass("Password: ")
        if getpass.getpass("Again: ") != password:
            raise InputError("the two passwords differ. Try again.")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if len(password) < SHORTEST_PASSWORD:
        raise InputError(f"a password needs at least {SHORTEST_PASSWORD} characters. Choose a longer one.")
    with _opened(store, annotations) as opened:
        opened.add_user(name, hashed(password))
    typer.echo(f"{name} can log in.", err=True)


def _check_extra() -> None:
    if missing := [module for module in NEEDED if find_spec(module) is None]:
        raise InputError(f"the review needs {', '.join(missing)}. Install them: pip install 'epistula[review]'")


def _options(
    host: str, pdfs: Path | None, name: str | None, known_as: list[str] | None, certificate: Path | None,
    key: Path | None, behind_tls_proxy: bool, accounts: bool, blind: bool, uploads: bool, lexicon: Path,
) -> "Options":  # fmt: skip
    """Return what the review is started with, when its options go together."""
    from epistula.review.options import LOOPBACK, Options

    if (certificate is None) != (key is None):
        raise InputError("--certificate and --key go together. Give both or neither.")
    if missing := next((f for f in (certificate, key) if f is not None and not f.is_file()), None):
        raise InputError(f"{missing}: no such file. Give a PEM file.")
    if pdfs is not None and not pdfs.is_dir():
        raise InputError(f"{pdfs}: is no folder. Give the folder with the PDFs.")
    if uploads and pdfs is None:
        raise InputError("--uploads keeps the PDFs in the folder of --pdfs. Give one.")
    https = certificate is not None or behind_tls_proxy
    if host not in LOOPBACK and not https:
        raise InputError(
            f"--host {host}: passwords and letters would go over the network for all to read. Give --certificate and"
            " --key, or --behind-tls-proxy when a proxy in front speaks https."
        )
    named = accounts or https
    if named and name is not None:
        raise InputError("--as is for whoever is alone on this machine; here reviewers log in. Leave it out.")
    names = (*(known_as or ()), *((socket.gethostname(),) if named else ()))
    who = "" if named else _check_name(_login_name() if name is None else name)
    return Options(
        who=who, host=host, names=names, accounts=named, https=https, blind=blind, pdfs=pdfs,
        uploads=uploads, lexicon=lexicon,
    )  # fmt: skip


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a user without a name, as in some containers
        return "reviewer"


def _check_name(name: str) -> str:
    from epistula.review.rows import ADJUDICATED

    if not (0 < len(name) <= 64 and name.isprintable() and name == name.strip()) or name == ADJUDICATED:
        raise InputError(f"{name!r} cannot be a reviewer's name. Give up to 64 letters, not {ADJUDICATED!r}.")
    return name


@contextmanager
def _opened(store: str | None, annotations: Path) -> "Iterator[Store]":
    """Open the store: a URL, a file, or the file beside the annotations."""
    from contextlib import closing

    from epistula.review.store import Store

    if not store or "://" not in store:
        file = Path(store) if store else annotations.with_name(f"{annotations.name}.review.sqlite")
        store = f"sqlite:///{file.absolute()}"
    with closing(Store(store)) as opened:
        yield opened


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file; of the shards of a folder together; nothing of what is not there."""
    from epistula.batch.spool import file_sha256

    found = sha256()
    for part in sorted(path.glob(SHARDS)) if path.is_dir() else [path]:
        if part.is_file():
            found.update(file_sha256(str(part)).encode())
    return found.hexdigest()


def _take_in(store: "Store", annotations: Path, console: "Console") -> None:
    """Take in the annotations, with a bar where there is somebody to see it."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from epistula.cli.progress import letters
    from epistula.jsonl import read_annotations, read_lines
    from epistula.labels import problem_with

    digest = f"{__version__} {_digest(annotations)}"
    if digest == store.taken_in():
        console.print(f"{annotations}: as it was taken in before.", soft_wrap=True, highlight=False, markup=False)
        return
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        total = sum(1 for _ in read_lines(annotations)) if console.is_terminal else None
        task = progress.add_task("Taking in letters", total=total)
        found = store.take_in(read_annotations(annotations, problem_with, bare=True), lambda: progress.advance(task))
        store.note_taken_in(digest)
    said = [
        f"{count} {what}"
        for count, what in (
            (found.new, "new"), (found.unchanged, "unchanged"), (found.changed, "changed"),
            (found.continued, "with decisions of an earlier export"),
        )
        if count
    ]  # fmt: skip
    total = found.new + found.unchanged + found.changed + found.continued
    console.print(f"{letters(total)}: {', '.join(said) or 'none'}.", highlight=False, markup=False)
    if found.reanchored or found.orphaned:
        console.print(
            f"Decisions on texts that have changed: {found.reanchored} carried over, {found.orphaned} kept beside their"
            " letters, as their words are gone.", highlight=False, soft_wrap=True,
        )  # fmt: skip


def _ready(console: "Console", app: "Starlette", browser: bool) -> None:
    """Tell the address, and open the browser; each address with a token opens one."""
    from epistula.review.options import Options
    from epistula.review.serve import address_of, open_browser, warm_up

    options: Options = app.state.options

    def address() -> str:
        return address_of(options) + (f"enter?token={app.state.tokens.new()}" if options.alone else "")

    console.print(f"Review at {address()}", highlight=False, markup=False, soft_wrap=True)
    if options.alone:
        console.print("The address lets one browser in, once. Ctrl-C ends the review.", highlight=False)
    if browser and options.loopback:
        open_browser(address())
    warm_up(app)
