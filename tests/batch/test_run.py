"""Runs: the same bytes whoever does the work, nothing done twice, nothing lost, nothing kept that is not as it was."""

import gzip
import json
import os
import shutil
import sqlite3
import tarfile
import warnings
import zipfile
import zlib
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from epistula.batch.codecs import CODECS
from epistula.batch.engines import InProcess, Processes
from epistula.batch.observer import Passed, Tally
from epistula.batch.run import Redo, Run
from epistula.batch.target import Target
from epistula.batch.work import Result, Settings
from epistula.batch.worklist import work_list
from epistula.errors import InputError
from epistula.jsonl import read_annotations
from epistula.nlp import describe

LETTERS = Path(__file__).parents[2] / "corpus" / "letters"
DRUGS = ("rituximab", "tofacitinib", "methotrexate", "azathioprine", "tacrolimus", "prednisone", "infliximab")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with letters of all kinds, some of which fail and one of which is there twice."""
    monkeypatch.chdir(tmp_path)
    there = tmp_path / "in"
    there.mkdir()
    for number, drug in enumerate(DRUGS):
        (there / f"{number}.txt").write_text(f"Patient {number} improved under {drug} and had no rash.")
    (there / "2 again.txt").write_bytes((there / "2.txt").read_bytes())
    rows = [{"id": f"r{n}", "text": f"She took {drug}."} for n, drug in enumerate(DRUGS)]
    lines = [*map(json.dumps, rows), "{", json.dumps(rows[3])]
    (there / "rows.jsonl").write_text("\n".join(lines) + "\n")
    shutil.copy(LETTERS / "no-drug.pdf", there / "letter.pdf")
    (there / "broken.pdf").write_bytes(b"%PDF-1.7\n" + b"\0" * 50)
    (there / "broken again.pdf").write_bytes(b"%PDF-1.7\n" + b"\0" * 50)
    return tmp_path


GOOD, BAD, SAME = 7 + 7 + 1, 4, 1
"""Of the folder: letters that can be annotated, that fail (one as the duplicate of another), that are duplicates."""


class StoppedError(Exception):
    """A run that a test breaks off."""


def run(
    nlp, paths=("in",), output="out.jsonl", *, workers=0, shards=None, form=None, settings=None, stop=None, engine=None,
    **more,
):  # fmt: skip
    """Annotate into an output; break off after `stop` letters. Returns what there is then, and the tally."""
    settings, tally = settings or Settings(), Tally()
    target = Target(output, shards, form)
    if stop is not None:
        count = iter(range(stop))

        def annotated(result, name, tell=tally.annotated):
            tell(result, name)
            if next(count, None) is None:
                raise StoppedError

        tally.annotated = annotated
    made = Run(target, settings, describe(nlp), observer=tally, **more)
    refs = work_list(paths, written=target.written())
    engine = engine or (Processes(settings, workers) if workers else InProcess(settings, nlp))
    return made.annotate(refs, lambda total, died: engine), tally


def files(folder=Path()):
    """Return the files of a folder that are not inputs or state, by name."""
    found = [p for p in folder.rglob("*") if p.is_file() and p.relative_to(folder).parts[0] != "in"]
    return {str(p.relative_to(folder)): p.read_bytes() for p in found if ".run" not in p.name}


@pytest.fixture
def undisturbed(nlp, folder):
    """What a run that nothing disturbs writes."""
    run(nlp)
    found = files()
    for path in folder.iterdir():
        if path.is_file():
            path.unlink()
    return found


def test_what_is_written(nlp, folder):
    outcome, tally = run(nlp)
    assert (outcome.letters, outcome.pages, outcome.duplicates) == (GOOD, 2, SAME)
    assert outcome.failures == {"broken": 2, "invalid_record": 2}
    assert (tally.letters, sum(tally.failures.values()), tally.passes) == (GOOD, BAD - 1, {Passed.DUPLICATE: 2})
    letters = list(read_annotations(Path("out.jsonl")))
    paths = [letter.source.path for letter in letters]
    assert paths == sorted(paths)
    assert len({letter.id for letter in letters}) == GOOD
    assert all(
        any(m.label == "DRUG" for m in letter.spans) for letter in letters if letter.source.path != "in/letter.pdf"
    )
    failures = [json.loads(line) for line in Path("out.jsonl.failures.jsonl").read_text().splitlines()]
    assert [(f["path"], f["line"]) for f in failures] == [
        ("in/broken again.pdf", None), ("in/broken.pdf", None), ("in/rows.jsonl", 8), ("in/rows.jsonl", 9),
    ]  # fmt: skip
    (same,) = map(json.loads, Path("out.jsonl.duplicates.jsonl").read_text().splitlines())
    assert (same["path"], same["duplicates"]) == ("in/2 again.txt", ["in/2.txt"])
    assert same["id"] in {letter.id for letter in letters}


@pytest.mark.parametrize("workers", [1, 2])
def test_the_same_bytes_whoever_does_the_work(nlp, undisturbed, workers):
    run(nlp, workers=workers)
    assert files() == undisturbed


def test_the_order_of_finish_changes_nothing_but_the_order(nlp, undisturbed):
    run(nlp, order="finish", workers=2)
    found = files()
    assert sorted(found["out.jsonl"].splitlines()) == sorted(undisturbed["out.jsonl"].splitlines())
    assert {k: v for k, v in found.items() if k != "out.jsonl"} == {
        k: v for k, v in undisturbed.items() if k != "out.jsonl"
    }


# ── resuming ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("stop", [0, 1, 8, 12])
def test_a_run_that_is_broken_off_goes_on(nlp, folder, undisturbed, stop):
    with pytest.raises(StoppedError):
        run(nlp, stop=stop)
    assert "out.jsonl" not in files()
    outcome, tally = run(nlp)
    assert files() == undisturbed
    assert outcome.letters == GOOD
    assert tally.letters + tally.passes[Passed.KEPT] >= GOOD
    assert tally.letters < GOOD or stop == 0


def test_a_second_run_does_nothing_again(nlp, undisturbed):
    run(nlp)
    before = Path("out.jsonl").stat().st_mtime_ns
    _, tally = run(nlp)
    assert (tally.letters, tally.passes[Passed.KEPT]) == (0, GOOD + 2)
    assert files() == undisturbed
    assert Path("out.jsonl").stat().st_mtime_ns == before


def write(name, text):
    return lambda: Path(name).write_text(text)


# what changes between two runs; how many letters are annotated in the second
CHANGES = [
    ("a letter", write("in/3.txt", "She died under rituximab."), 1),
    ("a letter more", write("in/00.txt", "He took rituximab."), 1),
    ("a letter less", Path("in/3.txt").unlink, 0),
    ("the first of two that are the same", Path("in/2 again.txt").unlink, 0),
    ("a row", lambda: _replace("in/rows.jsonl", "tacrolimus", "ciclosporin"), 1),
    (
        "a row that was broken",
        lambda: _replace("in/rows.jsonl", "{\n", '{"id": "x", "text": "He took rituximab."}\n'),
        1,
    ),
    ("the first of two rows with one id", lambda: _replace("in/rows.jsonl", '"r3"', '"r33"'), 2),
    ("another path of the same letter", lambda: Path("in/2 again.txt").rename("in/2 once more.txt"), 0),
]


def _replace(name, old, new):
    path = Path(name)
    path.write_text(path.read_text().replace(old, new, 1))


@pytest.mark.parametrize(("what", "change", "count"), CHANGES, ids=[row[0] for row in CHANGES])
@pytest.mark.parametrize("shards", [None, 4])
def test_what_has_changed_is_done_again_and_nothing_else(nlp, folder, what, change, count, shards):
    output = "out.jsonl" if shards is None else "out"
    run(nlp, output=output, shards=shards)
    change()
    _, tally = run(nlp, output=output, shards=shards)
    # a duplicate whose first has gone, or comes under another name, has to be annotated itself
    assert tally.letters == count + (what in ("the first of two that are the same", "another path of the same letter"))
    found = files()
    for name in found:
        Path(name).unlink()
    for path in folder.rglob(".*.run"):
        path.unlink()
    run(nlp, output=output, shards=shards)
    assert files() == found


def test_all_is_done_again_when_what_annotates_has_changed(nlp, folder):
    run(nlp)
    _, tally = run(nlp, settings=Settings(reader="pdfplumber"))
    assert tally.letters == GOOD


@pytest.mark.parametrize(
    ("redo", "letters", "failures"), [(Redo.CHANGED, 0, 1), (Redo.FAILED, 0, 3), (Redo.ALL, GOOD, 3)]
)
def test_what_is_to_be_done_again(nlp, undisturbed, redo, letters, failures):
    run(nlp)
    _, tally = run(nlp, redo=redo)
    # the later of two rows with one id is looked at in each run: which is the later may change
    assert (tally.letters, sum(tally.failures.values())) == (letters, failures)
    assert files() == undisturbed


def test_doing_all_again_goes_on_where_it_was_broken_off(nlp, undisturbed):
    run(nlp)
    with pytest.raises(StoppedError):
        run(nlp, redo=Redo.ALL, stop=1)
    _, tally = run(nlp, redo=Redo.ALL)
    assert 0 < tally.letters < GOOD
    _, tally = run(nlp, redo=Redo.ALL)
    assert tally.letters == GOOD
    with pytest.raises(StoppedError):
        run(nlp, redo=Redo.ALL, stop=1)
    _, tally = run(nlp, resume=False)
    assert tally.letters == GOOD
    assert files() == undisturbed


@pytest.mark.parametrize("gone", ["unlisted", "unread"])
def test_a_letter_does_not_fail_by_another_that_is_no_longer_there(nlp, folder, gone):
    Path("in/a.txt").write_text("He took rituximab.")
    shutil.copy("in/a.txt", "in/b.txt")
    if gone == "unlisted":
        run(nlp, paths=["in/a.txt", "in/b.txt"])
        Path("in/a.txt").unlink()
    engine = Unreading(InProcess(Settings(), nlp)) if gone == "unread" else None
    outcome, _ = run(nlp, paths=["in/a.txt", "in/b.txt"], engine=engine)
    assert (outcome.letters, outcome.failures) == (1, {"missing": 1})
    assert [letter.source.path for letter in read_annotations(Path("out.jsonl"))] == ["in/b.txt"]


class Unreading:
    """An engine whose letter in/a.txt is removed before it is read."""

    def __init__(self, engine):
        self._engine = engine

    def run(self, batches):
        for batch in batches:
            Path("in/a.txt").unlink(missing_ok=True)
            yield from self._engine.run([batch])


# ── what lies on the disk ─────────────────────────────────────────────────────────────────────────


def tear(path):
    path.write_bytes(path.read_bytes()[:-9])


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


DAMAGES = [("torn", tear), ("flipped", flip), ("gone", Path.unlink), ("emptied", lambda p: p.write_bytes(b""))]


@pytest.mark.parametrize(("what", "damage"), DAMAGES, ids=[row[0] for row in DAMAGES])
def test_a_damaged_output_is_mended(nlp, undisturbed, what, damage):
    run(nlp)
    damage(Path("out.jsonl"))
    _, tally = run(nlp)
    assert files() == undisturbed
    assert tally.letters == (1 if what in ("torn", "flipped") else GOOD)


@pytest.mark.parametrize("form", CODECS)
@pytest.mark.parametrize(("what", "damage"), DAMAGES, ids=[row[0] for row in DAMAGES])
def test_a_damaged_shard_is_mended_and_the_others_are_left_alone(nlp, folder, form, what, damage):
    run(nlp, output="out", shards=4, form=form)
    whole = files()
    damaged = Path("out") / f"letters-00001{CODECS[form].suffix}"
    other = Path("out") / f"letters-00000{CODECS[form].suffix}"
    before = other.stat().st_mtime_ns
    damage(damaged)
    _, tally = run(nlp, output="out", shards=4, form=form)
    assert files() == whole
    assert tally.letters <= 4
    assert other.stat().st_mtime_ns == before


def test_a_line_that_is_damaged_in_the_store_is_done_again(nlp, folder, undisturbed):
    with pytest.raises(StoppedError):
        run(nlp, stop=12)
    db = sqlite3.connect(".out.jsonl.run")
    key, data = db.execute("SELECT key, data FROM letters WHERE state = 1 AND data IS NOT NULL").fetchone()
    db.execute("UPDATE letters SET data = ? WHERE key = ?", (zlib.compress(zlib.decompress(data)[:-3]), key))
    db.commit()
    db.close()
    run(nlp)
    assert files() == undisturbed


@pytest.mark.parametrize("content", [b"", b"not a database" * 100])
def test_a_state_that_is_none(nlp, folder, undisturbed, content):
    Path(".out.jsonl.run").write_bytes(content)
    if not content:
        run(nlp)
        assert files() == undisturbed
    else:
        with pytest.raises(InputError, match="Remove it to begin anew"):
            run(nlp)


def test_two_runs_at_once_are_one_too_many(nlp, folder):
    from epistula.batch.store import Store

    store = Store(Path(".out.jsonl.run"))
    with pytest.raises(InputError, match="another run is writing"):
        run(nlp)
    store.close()
    run(nlp)


def test_the_last_shard_is_filled_before_another_is_begun(nlp, folder):
    for number in range(6):
        (folder / "in" / f"z{number}.txt").write_text(f"Patient z{number} took rituximab.")
        run(nlp, output="out", shards=10, order="finish")
    manifest = json.loads(Path("out/manifest.json").read_text())
    assert [shard["letters"] for shard in manifest["shards"]] == [10, 10, GOOD + 6 - 20]
    before = {path: path.stat().st_mtime_ns for path in Path("out").glob("letters-*")}
    run(nlp, output="out", shards=10, order="finish")
    assert before == {path: path.stat().st_mtime_ns for path in Path("out").glob("letters-*")}


def test_a_run_that_was_killed_as_it_wrote_leaves_nothing(nlp, undisturbed):
    for name in (".out.jsonl.ab3_defg.part", ".out.jsonl.failures.jsonl.abcdefgh.part"):
        Path(name).write_bytes(b"{")
    other = Path(".out.jsonl.gz.abcdefgh.part")
    other.write_bytes(b"of another run")
    run(nlp)
    assert files() == {**undisturbed, other.name: b"of another run"}


def test_what_was_kept_leaves_the_state_small(nlp, folder):
    for number in range(40):
        Path(f"in/long {number}.txt").write_text("".join(f" {number}.{n * n * n}" for n in range(1500)))
    run(nlp)
    db = sqlite3.connect(".out.jsonl.run")
    assert db.execute("PRAGMA freelist_count").fetchone() == (0,)
    db.close()


class Full(InProcess):
    """An engine beside which the disk becomes full."""

    def run(self, batches):
        for _ in batches:
            raise self.error
        yield []


@pytest.mark.parametrize("error", [OSError(28, "No space left"), sqlite3.OperationalError("disk is full")], ids=str)
def test_a_full_disk_is_told_in_a_line_and_costs_nothing(nlp, undisturbed, error):
    engine = Full(Settings(), nlp)
    engine.error = error
    with pytest.raises(InputError, match=r"out\.jsonl: cannot be written: .*\. Make room"):
        run(nlp, engine=engine)
    run(nlp)
    assert files() == undisturbed


def test_two_links_to_one_output_are_one_output(folder):
    Path("link.jsonl").symlink_to("out.jsonl")
    assert Target("link.jsonl").state == folder.resolve() / ".out.jsonl.run"


@pytest.mark.parametrize(("output", "shards"), [(b"o\xff.jsonl", None), (b"o\xff", 4)])
def test_an_output_whose_name_is_no_utf8(nlp, folder, undisturbed, output, shards):
    output = os.fsdecode(output)
    run(nlp, output=output, shards=shards)
    _, tally = run(nlp, output=output, shards=shards)
    assert tally.letters == 0


def steps(nlp, letters, shards):
    """Return the steps that the queries of a run over so many rows of a file take."""
    from epistula.batch.store import Store

    Path("many.jsonl").write_text("".join(f'{{"id": "{n}", "text": "x{n}"}}\n' for n in range(letters)))
    Path("many.csv").write_text("path\n" + "".join(f"same/{n}.txt\n" for n in range(letters)))
    Path("same").mkdir(exist_ok=True)
    for number in range(letters):
        Path(f"same/{number}.txt").write_text(f"He took rituximab {number // 2}.")
    count = 0

    def tick():
        nonlocal count
        count += 1

    target = Target(f"many {letters}", shards)
    store = Store(target.state)
    store.db.set_progress_handler(tick, 100)
    refs = work_list(["many.jsonl", "many.csv"])
    Run(target, Settings(), describe(nlp), order="finish").annotate(refs, lambda n, died: Instant(), store)
    store.close()
    return count


class Instant:
    """An engine that annotates without looking."""

    def run(self, batches):
        for batch in batches:
            yield [replace(BLANK, key=task.key, letter=str(task.key)) for task in batch]


BLANK = Result(0, zlib.compress(b"{}"), sha256(b"{}").digest(), 2)


@pytest.mark.parametrize("shards", [None, 10])
def test_the_work_of_the_store_grows_as_the_letters(nlp, folder, shards):
    assert steps(nlp, 1600, shards) < 1.5 * 4 * steps(nlp, 400, shards)


# ── shards ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("form", CODECS)
@pytest.mark.parametrize("order", ["input", "finish"])
def test_shards_hold_each_letter_once_and_the_manifest_says_so(nlp, folder, undisturbed, form, order):
    run(nlp, output="out", shards=4, form=form, order=order, workers=2)
    manifest = json.loads(Path("out/manifest.json").read_text())
    shards = [Path("out") / shard["file"] for shard in manifest["shards"]]
    assert sorted(shards) == sorted(Path("out").glob("letters-*"))
    counts = [len(list(read_annotations(shard))) for shard in shards]
    assert counts == [shard["letters"] for shard in manifest["shards"]]
    assert (
        (manifest["letters"], manifest["failures"], manifest["duplicates"])
        == (GOOD, BAD, SAME)
        == (sum(counts), BAD, SAME)
    )
    found = [letter.id for letter in read_annotations(Path("out"))]
    wanted = [json.loads(line)["id"] for line in undisturbed["out.jsonl"].splitlines()]
    assert sorted(found) == sorted(wanted) if order == "finish" else found == wanted
    assert Path("out/failures.jsonl").read_bytes() == undisturbed["out.jsonl.failures.jsonl"]


def test_shards_of_another_form_take_the_place_of_those_that_were(nlp, folder):
    run(nlp, output="out", shards=4)
    _, tally = run(nlp, output="out", shards=3, form="jsonl.gz")
    assert tally.letters == 0
    assert {path.suffix for path in Path("out").glob("letters-*")} == {".gz"}
    assert len(list(read_annotations(Path("out")))) == GOOD


def test_shards_that_were_copied_do_not_touch_those_they_were_copied_from(nlp, folder):
    run(nlp, output="out", shards=4)
    shutil.copytree("out", "copy")
    before = files(Path("out"))
    _, tally = run(nlp, output="copy", shards=3, form="jsonl.gz")
    assert tally.letters == 0
    assert files(Path("out")) == before
    assert not list(Path("copy").glob("*.jsonl.part")) + list(Path("copy").glob("letters-*.jsonl"))


def test_a_target_is_the_same_from_another_folder(nlp, folder, monkeypatch):
    run(nlp, paths=[str(folder / "in")], output="out", shards=4)
    monkeypatch.chdir("in")
    _, tally = run(nlp, paths=[str(folder / "in")], output="../out", shards=4)
    assert tally.letters == 0


@pytest.mark.parametrize("output", ["out", "memory://bucket/out"])
def test_shards_whose_state_is_gone_do_not_stay_beside_new_ones(nlp, folder, monkeypatch, tmp_path, output):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    run(nlp, output=output, shards=2)
    target = Target(output, 4, "jsonl.gz")
    target.state.unlink()
    run(nlp, output=output, shards=4, form="jsonl.gz")
    there = target._files.ls("/bucket/out", detail=False) if target.remote else map(str, Path("out").iterdir())
    shards = [name for name in there if "letters-" in name]
    assert len(shards) == -(-(GOOD + BAD + SAME) // 4)
    assert all(name.endswith(".gz") for name in shards)
    if target.remote:
        target._files.rm("/bucket", recursive=True)


def test_a_compressed_file(nlp, undisturbed):
    run(nlp, output="out.jsonl.gz")
    assert gzip.decompress(Path("out.jsonl.gz").read_bytes()) == undisturbed["out.jsonl"]


def test_shards_in_object_storage(nlp, folder, undisturbed, monkeypatch, tmp_path):
    import fsspec

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    run(nlp, output="memory://bucket/out/", shards=100)
    store = fsspec.filesystem("memory")
    assert store.cat("/bucket/out/letters-00000.jsonl") == undisturbed["out.jsonl"]
    assert json.loads(store.cat("/bucket/out/manifest.json"))["letters"] == GOOD
    _, tally = run(nlp, output="memory://bucket/out/", shards=100)
    assert tally.letters == 0
    store.rm("/bucket", recursive=True)


@pytest.mark.parametrize(
    ("output", "shards", "form", "said"),
    [
        ("out", 4, "csv", "no form 'csv'"),
        ("memory://bucket/out.jsonl", None, None, "Say how large with --shards"),
        ("nothing://bucket/out", 4, None, "nothing://bucket/out"),
        ("in/0.txt/out", 4, None, "Name a folder"),
        ("out.jsonl", None, "parquet", "does not end in .parquet"),
    ],
)
def test_targets_that_cannot_be(folder, output, shards, form, said):
    with pytest.raises(InputError, match=said):
        Target(output, shards, form)


def test_two_entries_of_one_name_are_two_letters(nlp, folder):
    with zipfile.ZipFile("in/letters.zip", "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        for drug in ("cyclosporin", "leflunomide"):
            archive.writestr("a.txt", f"He took {drug}.")
    run(nlp, paths=["in/letters.zip"])
    letters = list(read_annotations(Path("out.jsonl")))
    assert [letter.text for letter in letters] == ["He took cyclosporin.", "He took leflunomide."]
    assert {letter.source.path for letter in letters} == {"in/letters.zip::a.txt"}
    _, tally = run(nlp, paths=["in/letters.zip"])
    assert tally.letters == 0


def test_letters_of_archives_manifests_and_urls_leave_nothing_behind(nlp, folder, tmp_path):
    import fsspec

    with tarfile.open("in/letters.tar.gz", "w:gz") as archive:
        archive.add("in/letter.pdf", "deep/letter.pdf")
    fsspec.filesystem("memory").pipe("/store/a.txt", b"She took anakinra.")
    Path("list.csv").write_text("path\nin/5.txt\nmemory://store/a.txt\nmissing.pdf\n")
    outcome, _ = run(nlp, paths=["in/letters.tar.gz", "list.csv"])
    assert (outcome.letters, outcome.failures) == (3, {"missing": 1})
    paths = [letter.source.path for letter in read_annotations(Path("out.jsonl"))]
    assert paths == ["in/letters.tar.gz::deep/letter.pdf", "in/5.txt", "memory://store/a.txt"]
    assert not list(tmp_path.glob(".*spool*"))
    fsspec.filesystem("memory").rm("/store", recursive=True)
