"""`epistula annotate`: PDFs in, annotations out."""

from typing import TYPE_CHECKING, Annotated

import typer

from epistula.cli import options
from epistula.readers import ReaderName

if TYPE_CHECKING:
    from spacy.language import Language

    from epistula.batch.cluster import Dask
    from epistula.batch.engines import Engine
    from epistula.batch.work import Settings

FAILED = 3
"""Exit code of a run in which some letters failed."""
GOES_ON = "The same command goes on from there."
GOES_ON_RESUMED = "The same command without --no-resume goes on from there."
HANDFUL = 8
"""Letters up to which no other process is started: they would be done before it is ready."""


def annotate(
    paths: Annotated[
        list[str],
        typer.Argument(
            help="PDF, .txt or .jsonl files ({id, text} a line), folders, quoted globs, .zip and .tar archives,"
            " manifests (.csv, .tsv or .jsonl with a column path), or URLs of them."
        ),
    ],
    output: options.Output,
    workers: options.Workers = None,
    shards: options.ShardSize = None,
    form: options.Form = None,
    order: options.Order = "input",
    resume: Annotated[
        bool, typer.Option("--resume/--no-resume", help="Go on from what an earlier run has done, or begin anew.")
    ] = True,
    redo: options.RedoWhat = "changed",
    engine: Annotated[str, typer.Option("--engine", help="Who does the work: local processes, or dask.")] = "local",
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="ADDRESS", help="Of the Dask scheduler, such as tcp://host:8786."),
    ] = None,
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
    """Annotate letters; those that fail are listed in OUTPUT.failures.jsonl, and the exit code is 3.

    A run may be stopped at any moment: the same command goes on from there. What is done is kept as long as neither
    the letter nor what it is annotated with has changed.
    """
    from rich.console import Console

    from epistula.batch.observer import Several, Tally
    from epistula.batch.run import Redo, Run
    from epistula.batch.target import Target
    from epistula.batch.worklist import work_list
    from epistula.cli.progress import bar_on, log_to, print_summary, stoppable
    from epistula.nlp import describe

    settings = options.settings_of(output, reader, ocr, link, vocabulary, model, model_label, seconds, memory, lexicon)
    options.one_of("--order", order, ("input", "finish"))
    options.one_of("--redo", redo, [*Redo])
    options.one_of("--engine", engine, ("local", "dask"))
    _check_cluster(engine, scheduler, shards, order)
    target = Target(output, shards, form)
    nlp = settings.load()
    pipeline = describe(nlp)
    console, tally = Console(stderr=True), Tally()
    refs = work_list(paths, written=target.written())

    def workers_for(total: int, died: bool) -> "Engine | Dask":
        if scheduler is not None:
            from epistula.batch.cluster import Dask

            return Dask(scheduler, settings, pipeline, target)
        return _engine(settings, nlp, workers, total, died)

    with stoppable(), log_to(log_json) as log, bar_on(console) as bar:
        run = Run(
            target,
            settings,
            pipeline,
            order=order,
            redo=Redo(redo),
            resume=resume,
            observer=Several(tally, bar, *([log] if log else [])),
        )
        try:
            outcome = run.annotate(refs, workers_for)
        except KeyboardInterrupt:
            done = tally.letters + sum(tally.failures.values()) + sum(tally.passes.values())
            console.print(f"Stopped after {done} of {tally.total}. {GOES_ON if resume else GOES_ON_RESUMED}")
            raise typer.Exit(130) from None
        if log:
            log.finished(outcome, tally)
    print_summary(console, outcome, tally, target)
    if outcome.failures:
        raise typer.Exit(FAILED)


def _check_cluster(engine: str, scheduler: str | None, shards: int | None, order: str) -> None:
    from epistula.errors import InputError

    if engine == "local" and scheduler is not None:
        raise InputError("--scheduler is for --engine dask. Give both or neither.")
    if engine == "local":
        return
    if not scheduler:
        raise InputError("--engine dask needs the address of a scheduler: --scheduler tcp://host:8786.")
    if shards is None:
        raise InputError("--engine dask writes shards. Say how large with --shards, such as --shards 1000.")
    if order != "input":
        raise InputError("--engine dask writes shards whole. Leave out --order finish.")


def _engine(settings: "Settings", nlp: "Language", workers: int | None, letters: int, died: bool) -> "Engine":
    """Return who does the work: this process for a handful of letters, unless it died of them before."""
    from epistula.batch.engines import InProcess, Processes

    if workers is None:
        workers = 0 if letters <= HANDFUL and not died else options.processors()
    return Processes(settings, workers) if workers else InProcess(settings, nlp)
