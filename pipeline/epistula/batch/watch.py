"""Annotating letters as they come: a run each time that files have changed and are still."""

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep

from watchfiles import Change, watch

from epistula.batch.engines import Engine
from epistula.batch.fetch import Fetched, Fetcher
from epistula.batch.folders import AwayError, Folders
from epistula.batch.observer import Observer
from epistula.batch.ref import ARCHIVES, LETTERS, Kind, Ref, local_path, name_of, suffix_of
from epistula.batch.run import Outcome, Redo, Run
from epistula.batch.still import Files
from epistula.batch.store import Store
from epistula.batch.target import Target
from epistula.batch.walk import Disk, Entry, Found, walk
from epistula.batch.work import Settings
from epistula.batch.worklist import Item, Outputs, is_hidden, plain_path, work_list
from epistula.errors import InputError, ReadError
from epistula.model import Pipeline

RESCAN = 300.0
"""Seconds after which folders are looked through though nothing was told: systems drop what they cannot queue."""
PAUSE = 1.0
"""Seconds between looks at the folders, at least, when nothing can be told."""
STEP = 50
"""Milliseconds without a change that end a burst of them."""


class WatchObserver(Observer):
    """Is told what happens while folders are watched; does nothing."""

    def ran(self, outcome: Outcome) -> None:
        """The output is what the folders are."""

    def away(self, folders: Sequence[str]) -> None:
        """Folders are not there and are waited for."""

    def back(self) -> None:
        """All folders are there again."""


class Watch:
    """Keeps a target as a run of what is in folders would write it.

    Args:
        folders: what is watched, with all that is below.
        target: what is written; locked as long as this goes on.
        settings, pipeline: as for `Run`.
        engine: who does the work; may keep its processes between runs.
        order: as for `Run`.
        redo: what of an earlier run is done again at the start.
        settle: seconds for which a file must not have changed before it is read.
        poll: seconds between looks at the folders where the system tells of no changes; None where it does.
        observer: is told what happens.

    Raises:
        InputError: one of the folders is none, or the output cannot be kept.
    """

    def __init__(
        self,
        folders: Sequence[str],
        target: Target,
        settings: Settings,
        pipeline: Pipeline,
        engine: Engine,
        *,
        order: str = "input",
        redo: Redo = Redo.CHANGED,
        settle: float = 1.0,
        poll: float | None = None,
        observer: WatchObserver | None = None,
    ) -> None:
        if target.special:
            raise InputError(f"{target.output}: is a device or a pipe. Name a file that can be written again.")
        self._paths, self._target, self._settings, self._pipeline = list(folders), target, settings, pipeline
        self._engine, self._order, self._redo = engine, order, redo
        self._settle, self._poll = settle, poll
        self._observer = observer or WatchObserver()
        self._files, self._maker = Files(settle), settings.fingerprint(pipeline)
        self._listens, self._next_look = poll is None, 0.0

    def annotate(self) -> None:
        """Annotate what is there, and then what comes, until this is interrupted.

        Raises:
            InputError: another run writes to the target, it cannot be written, or a folder cannot be watched.
            DeclarationError: a lexicon or rule file is broken.
        """
        with closing(Store(self._target.state)) as store:
            folders = Folders(self._paths, store)
            while True:
                self._wait(folders)
                try:
                    self._follow(folders, store)
                except AwayError:
                    continue

    def _wait(self, folders: Folders) -> None:
        """Return when all folders are there."""
        told: list[str] = []
        while away := folders.away():
            if away != told:
                self._observer.away(away)
            told = away
            sleep(self._poll or min(self._settle, 1.0))
        if told:
            self._observer.back()
        folders.note()

    def _follow(self, folders: Folders, store: Store) -> None:
        """Run when something has changed; return when the folders have to be watched anew."""
        self._listens, self._next_look = self._poll is None, 0.0
        due: float | None = None
        done = False
        with closing(self._bursts(list(folders.roots))) as bursts:
            for burst in bursts:
                if folders.away() or folders.exchanged() or _is_lost(burst, folders):
                    return
                if monotonic() >= self._next_look:
                    self._look_everywhere()
                due = due or monotonic() + self._settle
                self._look_at([path for _, path in burst], folders.roots)
                settled = self._files.settled()
                if monotonic() >= due and (settled or not done):
                    self._run(folders, store)
                    done = True

    def _bursts(self, roots: list[str]) -> Generator[set[tuple[Change, str]], None, None]:
        """Yield what has changed since the last time, as far as it is told, again and again.

        Names that are no UTF-8 are beyond watchfiles: after one of them nothing is told, and all is looked at.

        Raises:
            InputError: the folders cannot be watched.
        """
        tick = min(max(self._settle / 4, 0.05), 0.25)
        if self._listens:
            try:
                yield from watch(
                    *roots, watch_filter=None, debounce=int(4000 * tick), step=STEP, rust_timeout=int(1000 * tick),
                    yield_on_timeout=True, ignore_permission_denied=True,
                )  # fmt: skip
            except FileNotFoundError as error:
                raise AwayError from error
            except OSError as error:
                reason = f"cannot be watched: {error}. Allow more watches, or have it looked at with --poll."
                raise InputError(f"{', '.join(self._paths)}: {reason}") from error
            except RuntimeError:  # a name it cannot tell
                self._listens, self._next_look = False, 0.0
        while True:
            yield set()
            sleep(tick)

    def _look_everywhere(self) -> None:
        begun = monotonic()
        self._files.look_again()
        for folder in self._paths:
            self._look_below(plain_path(local_path(folder)))
        ended = monotonic()
        pause = self._poll or max(PAUSE, 20 * (ended - begun))
        self._next_look = ended + (RESCAN if self._listens else pause)

    def _look_below(self, folder: str) -> None:
        for found in walk(Disk(), folder, self._skip()):
            if not found.error and _is_wanted(found.path):
                self._files.look(found.path)

    def _skip(self) -> Callable[[Found], bool]:
        """Return what says which files and folders are left out."""
        outputs = Outputs(self._target.written())
        return lambda found: is_hidden(found) or outputs.hold(found)

    def _look_at(self, paths: Sequence[str], roots: dict[str, str]) -> None:
        """Look at what is said to have changed: files, folders, or what was one of them."""
        if not paths:
            return
        gone = set()
        skip = self._skip()
        for path in _named(paths, roots):
            if skip(Found(path, Entry(Path(path).name, False))):
                continue
            if Path(path).is_dir():
                if not Path(path).is_symlink():
                    self._look_below(path)
            elif _is_wanted(path):
                self._files.look(path)
            elif not Path(path).exists():
                gone.add(path)
        self._files.look_below(gone)

    def _run(self, folders: Folders, store: Store) -> None:
        held: set[str] = set()
        run = Run(
            self._target, self._settings, self._pipeline, order=self._order, redo=self._redo, observer=self._observer,
            fetcher=lambda spool: WatchFetcher(spool, self._files, folders, store, held),
        )  # fmt: skip
        outcome = run.annotate(self._refs(folders, store, held), lambda total, died: self._engine, store=store)
        self._redo = Redo.CHANGED
        self._observer.ran(outcome)

    def _refs(self, folders: Folders, store: Store, held: set[str]) -> Iterator[Item]:
        """Yield the work list: of a file that is being written, what was last known.

        Raises:
            AwayError: a folder is gone: nothing of the list may be believed.
        """

        def known(path: str) -> list[Ref] | None:
            if not _is_wanted(path) or self._files.is_still(path):
                return None
            held.add(name_of(path))
            return store.known(name_of(path), self._maker)

        yield from work_list(self._paths, written=self._target.written(), instead=known)
        folders.check()


class WatchFetcher(Fetcher):
    """Fetches letters of watched folders: hashes again only what has changed, and reads nothing that is being written.

    Args:
        spool: as for `Fetcher`.
        files: what is known of files.
        folders: what is watched.
        store: what is known of letters.
        held: files that are being written, by their names.
    """

    def __init__(self, spool: Path, files: Files, folders: Folders, store: Store, held: set[str]) -> None:
        super().__init__(spool)
        self._files, self._folders, self._store, self._held_back = files, folders, store, held

    def fetch(self, ref: Ref) -> Fetched:
        """Return a letter's bytes, or the file that holds them.

        Raises:
            ReadError: as for `Fetcher`.
            AwayError: a folder is gone, and the letter perhaps only with it.
        """
        if (ref.container or ref.name) in self._held_back and (content := self._store.content_of(ref)):
            path = local_path(ref.name) if ref.kind is Kind.FILE else None
            return Fetched(ref, content, path)
        try:
            return super().fetch(ref)
        except ReadError:
            self._folders.check()
            raise

    def sha256(self, path: str) -> str:
        """Return the SHA-256 of a file."""
        return self._files.sha256(path)


def _is_lost(burst: Iterable[tuple[Change, str]], folders: Folders) -> bool:
    """Say whether one of the folders was moved or removed: what is there now is not what is watched."""
    return any(change is Change.deleted and path in folders.roots for change, path in burst)


def _is_wanted(path: str) -> bool:
    return suffix_of(path) in (*LETTERS, *ARCHIVES)


def _named(paths: Sequence[str], roots: dict[str, str]) -> Iterator[str]:
    """Yield paths as the work list names them, without those in hidden folders."""
    for path in paths:
        for root, folder in roots.items():
            within = path.removeprefix(root.rstrip(os.sep) + os.sep)
            if within != path and not any(part.startswith(".") for part in Path(within).parts):
                yield Disk().join(folder, within)
