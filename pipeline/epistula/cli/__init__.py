"""The command line: a file a command.

Heavy imports happen inside the commands, so that `--help` answers at once.
"""

import signal
import sys

import typer

from epistula.cli.adjudicate import adjudicate
from epistula.cli.agreement import agreement
from epistula.cli.annotate import annotate
from epistula.cli.benchmark import benchmark
from epistula.cli.evaluate import evaluate
from epistula.cli.gaps import accept, gaps
from epistula.cli.review import review, review_user
from epistula.cli.schema import schema
from epistula.cli.show import show
from epistula.cli.text import text
from epistula.cli.vocabulary import vocabulary
from epistula.cli.watch import watch
from epistula.errors import EpistulaError
from epistula.version import __version__

app = typer.Typer(
    name="epistula",
    help="Read clinical letters: who was treated with what, with which autoantibody, in which organs, "
    "and what became of them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich would double the time of --help
)
for command in (
    annotate, watch, text, review, review_user, evaluate, benchmark, agreement, adjudicate, show, gaps, accept, schema,
):  # fmt: skip
    app.command()(command)
app.add_typer(vocabulary)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"epistula {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """Take the options that stand before a command."""


def _stop(number: int, frame: object) -> None:
    typer.echo("epistula: stopped.", err=True)
    sys.exit(128 + number)


def main() -> None:
    """Run the command line; a known error is told in one line, with exit code 1.

    A run that is told to stop cleans up behind it like one that is interrupted.
    """
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _stop)
    try:
        app()
    except EpistulaError as error:
        typer.echo(f"epistula: {error}", err=True)
        sys.exit(1)
