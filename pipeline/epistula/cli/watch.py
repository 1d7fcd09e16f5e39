"""`epistula watch`: letters are annotated as they come."""

from typing import Annotated

import typer

from epistula.cli import options
from epistula.readers import ReaderName


def watch(
    folders: Annotated[list[str], typer.Argument(metavar="FOLDER", help="Folders, watched with all below them.")],
    output: options.Output,
    settle: Annotated[
        float, typer.Option("--settle", min=0.05, help="Seconds for which a file must not have changed to be read.")
    ] = 1.0,
    poll: Annotated[
        float | None,
        typer.Option("--poll", metavar="SECONDS", min=0.05, help="Look that often, where the system tells no changes."),
    ] = None,
    workers: options.Workers = None,
    shards: options.ShardSize = None,
    form: options.Form = None,
    order: options.Order = "input",
    redo: options.RedoWhat = "changed",
    seconds: options.Seconds = 60,
    memory: options.MemoryMb = 2048,
    log_json: options.LogJson = None,
    ocr: options.Ocr = False,
    reader: options.Reader = ReaderName.PDFIUM,
    link: options.Link = False,
    vocabulary: options.Vocabulary = None,
    model: options.Model = None,
    model_label: options.ModelLabel = None,
    lexicon: options.Lexicon = None,
) -> None:
    """Annotate the letters of folders, and those that come, change or go, until Ctrl-C or SIGTERM ends it.

    OUTPUT is at every moment what `epistula annotate` would write of the folders. It is written anew with each burst
    of changes, so give --shards for many letters: of these only those that change are written (with --order finish
    the last, with --order input all behind a letter that comes). Files that are being written are not read until they
    are still. While a folder is not there, what came of it is kept. Where the system does not tell of changes, such
    as those that others make on a network drive, give --poll.
    """
    from epistula.cli.progress import log_to, stoppable

    with stoppable(), log_to(log_json) as log:
        from contextlib import closing

        from rich.console import Console

        from epistula.batch.engines import InProcess, Processes
        from epistula.batch.run import Redo
        from epistula.batch.shards import ORDERS
        from epistula.batch.target import Target
        from epistula.batch.watch import Watch
        from epistula.cli.telling import Teller
        from epistula.nlp import describe

        settings = options.settings_of(
            output, reader, ocr, link, vocabulary, model, model_label, seconds, memory, lexicon
        )
        options.one_of("--order", order, [*ORDERS])
        options.one_of("--redo", redo, [*Redo])
        target = Target(output, shards, form)
        teller = Teller(Console(stderr=True), log, target)
        try:
            nlp = settings.load()
            count = options.processors() if workers is None else workers
            engine = Processes(settings, count, keep=True) if count else InProcess(settings, nlp)
            with closing(engine):
                teller.watching(folders)
                Watch(
                    folders, target, settings, describe(nlp), engine,
                    order=order, redo=Redo(redo), settle=settle, poll=poll, observer=teller,
                ).annotate()  # fmt: skip
        except KeyboardInterrupt:
            teller.ended()
