"""Watching folders: what is written is what `epistula annotate` writes, whatever happens to the files and to us."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from epistula.batch.engines import InProcess
from epistula.batch.folders import AwayError, Folders
from epistula.batch.run import Run
from epistula.batch.still import Files
from epistula.batch.store import Store
from epistula.batch.target import Target
from epistula.batch.watch import Watch
from epistula.batch.work import Settings
from epistula.batch.worklist import work_list
from epistula.errors import InputError
from epistula.nlp import describe

LETTERS = Path(__file__).parents[2] / "corpus" / "letters"
PDF = (LETTERS / "no-drug.pdf").read_bytes()
SETTLE = 0.4
PATIENCE = 30


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    put("1.txt", "Patient 1 improved under rituximab.")
    put("2.txt", "Patient 2 died under tofacitinib.")
    return tmp_path


def put(name, text):
    Path("in", name).write_bytes(text if isinstance(text, bytes) else text.encode())


def annotate(nlp, output, shards=None):
    """Do what `epistula annotate in` does."""
    settings, target = Settings(), Target(output, shards)
    run = Run(target, settings, describe(nlp))
    run.annotate(work_list(["in"], written=target.written()), lambda total, died: InProcess(settings, nlp))


def files(output):
    """Return what is written, by what it is: an output of several files, or a folder."""
    path = Path(output)
    if path.is_dir():
        return {p.name: p.read_bytes() for p in path.iterdir() if not p.name.startswith(".")}
    found = path.parent.glob(f"{path.name}*")
    return {p.name.removeprefix(path.name): p.read_bytes() for p in found}


class Watching:
    """A process that watches."""

    def __init__(self, output, *more):
        self.output, self.log = output, Path("log.jsonl")
        self.log.unlink(missing_ok=True)
        arguments = ["watch", "in", "-o", output, "--settle", str(SETTLE), "--log-json", str(self.log), *more]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "epistula", *arguments], stderr=subprocess.PIPE, text=True, start_new_session=True
        )

    def events(self, name):
        lines = self.log.read_text().splitlines(keepends=True) if self.log.exists() else []
        rows = [json.loads(line) for line in lines if line.endswith("\n")]
        return [row for row in rows if row["event"] == name]

    def wait(self, reached):
        end = time.monotonic() + PATIENCE
        while not reached():
            assert self.process.poll() is None, self.process.communicate()[1]
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.02)

    def stop(self, number=signal.SIGTERM):
        os.kill(self.process.pid, number)
        said = self.process.communicate(timeout=PATIENCE)[1]
        return self.process.returncode, said

    def holds(self, *paths):
        """Wait until exactly these letters are in the output."""
        self.wait(lambda: self.paths() == sorted(f"in/{path}" for path in paths))

    def paths(self):
        path = Path(self.output)
        parts = sorted(path.glob("letters-*")) if path.is_dir() else [path] if path.exists() else []
        return sorted(json.loads(line)["source"]["path"] for part in parts for line in part.read_bytes().splitlines())


@contextmanager
def watching(output, *more):
    watched = Watching(output, *more)
    try:
        yield watched
    finally:
        watched.process.kill()
        watched.process.communicate()


def slowly(path, data, *, mode="wb"):
    """Write to a file in pieces, with less than the settle time between them, for longer than it."""
    with path.open(mode, buffering=0) as file:
        for start in range(0, len(data), len(data) // 8 + 1):
            file.write(data[start : start + len(data) // 8 + 1])
            time.sleep(SETTLE / 4)


def test_letters_that_come_change_and_go(nlp, folder):
    ours = os.fsencode("in") + b"/caf\xe9.txt"
    with watching("in/out.jsonl", "--workers", "0") as watched:
        watched.holds("1.txt", "2.txt")
        # one comes in pieces: it is read when it is whole
        slowly(Path("in/slow.pdf"), PDF)
        watched.holds("1.txt", "2.txt", "slow.pdf")
        assert [e["path"] for e in watched.events("annotated")].count("in/slow.pdf") == 1
        assert not watched.events("failed")
        # one is renamed into place, one is replaced, one goes; what is hidden or unfinished is none
        put("new.txt.part", "Patient 3 took infliximab.")
        put(".new.txt", "Patient 3 took")
        Path("in/new.txt.part").rename("in/new.txt")
        Path("other").write_text("Patient 1 died under rituximab.")
        Path("other").replace("in/1.txt")
        Path("in/2.txt").unlink()
        watched.holds("1.txt", "new.txt", "slow.pdf")
        watched.wait(lambda: b"Patient 1 died" in Path("in/out.jsonl").read_bytes())
        # ten at once, a folder with more, a broken one
        for number in range(10):
            put(f"t{number}.txt", f"Patient {number} took azathioprine.")
        put("broken.pdf", b"%PDF-1.7\n" + b"\0" * 50)
        Path("more/deep").mkdir(parents=True)
        Path("more/deep/a.txt").write_text("She improved under tacrolimus.")
        Path("more").rename("in/more")
        Path("in/made").mkdir()
        put("made/b.txt", "He took prednisone.")
        ten = [f"t{number}.txt" for number in range(10)]
        watched.holds("1.txt", "new.txt", "slow.pdf", *ten, "more/deep/a.txt", "made/b.txt")
        assert {e["path"] for e in watched.events("failed")} == {"in/broken.pdf"}
        # a name that is no UTF-8, which the watcher cannot tell, and what comes after it
        Path(os.fsdecode(ours)).write_text("She had lupus.")
        watched.wait(lambda: any(path.startswith("file:") for path in watched.paths()))
        shutil.rmtree("in/more")
        watched.wait(lambda: "in/more/deep/a.txt" not in watched.paths())
        # at rest nothing runs, and nobody else may write
        time.sleep(2 * SETTLE)
        runs = len(watched.events("finished"))
        time.sleep(1.5)
        assert len(watched.events("finished")) == runs
        with pytest.raises(InputError, match="another run is writing"):
            annotate(nlp, "in/out.jsonl")
        code, said = watched.stop()
    assert (code, "Stopped: 18 letters annotated, 1 failed" in said) == (0, True), said
    found = files("in/out.jsonl")
    for path in Path("in").glob("out.jsonl*"):
        path.rename(path.name)
    annotate(nlp, "fresh.jsonl")
    assert found == files("fresh.jsonl")


def test_a_letter_that_is_being_written_again_is_kept_as_it_was(nlp, folder):
    row = '{"id": "r1", "text": "She took rituximab."}\n'
    put("rows.jsonl", row)
    with watching("out.jsonl", "--workers", "0", "--poll", "0.1") as watched:
        watched.wait(lambda: len(watched.events("finished")) == 1)
        with Path("in/1.txt").open("wb") as letter, Path("in/rows.jsonl").open("a") as rows:
            end = time.monotonic() + PATIENCE
            put("other.txt", "Patient 5 took infliximab.")
            while "in/other.txt" not in watched.paths() and time.monotonic() < end:
                for file, more in ((letter, b"Patient 1 died. "), (rows, " ")):
                    file.write(more)
                    file.flush()
                time.sleep(SETTLE / 4)
            assert watched.paths() == ["in/1.txt", "in/2.txt", "in/other.txt", "in/rows.jsonl"]
            assert b"Patient 1 improved" in Path("out.jsonl").read_bytes()
            rows.write("\n" + row.replace("r1", "r2"))
        watched.holds("1.txt", "2.txt", "other.txt", "rows.jsonl", "rows.jsonl")
        watched.wait(lambda: b"Patient 1 died" in Path("out.jsonl").read_bytes())
        assert watched.stop(signal.SIGINT)[0] == 0
    annotate(nlp, "fresh.jsonl")
    assert files("out.jsonl") == files("fresh.jsonl")


def test_killed_in_the_middle_nothing_is_lost(nlp, folder):
    for number in range(80):
        put(f"m{number:03}.txt", f"Patient {number} took rituximab. " * 20)
    with watching("out", "--workers", "0", "--shards", "30") as watched:
        watched.wait(lambda: len(watched.events("annotated")) >= 24)
        assert watched.stop(signal.SIGKILL)[0] == -signal.SIGKILL
    Path("in/m000.txt").unlink()
    put("m001.txt", "Patient 1 took something else.")
    with watching("out", "--workers", "1", "--shards", "30") as watched:
        watched.wait(lambda: len(watched.events("finished")) == 1)
        assert watched.events("finished")[0]["kept"] >= 20
        put("z.txt", "She took tacrolimus.")
        watched.wait(lambda: "in/z.txt" in watched.paths() and len(watched.events("finished")) == 2)
        assert watched.stop()[0] == 0
    annotate(nlp, "fresh", 30)
    assert files("out") == files("fresh")


def test_a_folder_that_is_not_there_is_waited_for(nlp, folder):
    with watching("out.jsonl", "--workers", "0") as watched:
        watched.holds("1.txt", "2.txt")
        before = files("out.jsonl")
        Path("in").rename("elsewhere")
        watched.wait(lambda: watched.events("away"))
        Path("in").mkdir()  # the place of a disk that is not mounted
        time.sleep(2 * SETTLE)
        assert (files("out.jsonl"), watched.events("back")) == (before, [])
        Path("in").rmdir()
        Path("elsewhere/3.txt").write_text("Patient 3 took infliximab.")
        Path("elsewhere").rename("in")
        watched.holds("1.txt", "2.txt", "3.txt")
        put("4.txt", "Patient 4 took rituximab.")
        watched.holds("1.txt", "2.txt", "3.txt", "4.txt")
        assert [e["path"] for e in watched.events("annotated")] == [f"in/{n}.txt" for n in (1, 2, 3, 4)]
        code, said = watched.stop()
    assert code == 0
    assert "in: the folder is not there" in said
    annotate(nlp, "fresh.jsonl")
    assert files("out.jsonl") == files("fresh.jsonl")


# ── the parts ─────────────────────────────────────────────────────────────────────────────────────


def test_a_file_is_still_when_it_has_not_changed_for_a_while(folder):
    known, path = Files(0.2), "in/1.txt"
    assert not known.look(path)
    assert not known.settled()
    time.sleep(0.15)
    put("1.txt", "more")
    time.sleep(0.15)
    assert not known.look(path)
    time.sleep(0.25)
    assert known.settled()
    assert known.look(path)
    assert not known.settled()
    Path(path).unlink()
    assert not known.look(path)
    time.sleep(0.25)
    assert known.settled()


def test_a_file_is_hashed_once(folder, monkeypatch):
    read = []
    monkeypatch.setattr("epistula.batch.still.file_sha256", lambda path: read.append(path) or "0" * 64)
    known, path = Files(0), "in/1.txt"
    known.look(path)
    known.sha256(path)
    known.sha256(path)
    assert len(read) == 2  # written just now: another change might bear the same time
    os.utime(path, (0, 0))
    known.look(path)
    known.sha256(path)
    known.sha256(path)
    assert len(read) == 3
    put("1.txt", "other")
    known.look(path)
    known.sha256(path)
    assert len(read) == 4


def test_an_empty_folder_in_the_place_of_another_is_none(folder):
    with closing(Store(Path("state"))) as store:
        Folders(["in"], store).note()
        Path("in").rename("elsewhere")
        folders = Folders(["in"], store)  # as after a start
        with pytest.raises(AwayError):
            folders.check()
        Path("in").mkdir()
        assert folders.away() == ["in"]
        put("1.txt", "a letter")
        assert (folders.away(), folders.exchanged()) == ([], True)
        folders.note()
        Path("in/1.txt").unlink()
        assert (folders.away(), folders.exchanged()) == ([], False)


def test_what_cannot_be_watched(nlp, folder):
    pipeline, settings = describe(nlp), Settings()
    engine = InProcess(settings, nlp)
    with pytest.raises(InputError, match="missing: there is no such folder"):
        Watch(["missing"], Target("out.jsonl"), settings, pipeline, engine).annotate()
    with pytest.raises(InputError, match="device or a pipe"):
        Watch(["in"], Target(os.devnull), settings, pipeline, engine)


def test_hidden_files_are_no_letters(folder):
    Path("in/.trash").mkdir()
    put(".trash/a.txt", "He took rituximab.")
    put("._1.txt", "\0")
    assert [ref.name for ref in work_list(["in"])] == ["in/1.txt", "in/2.txt"]
