"""A real Dask cluster on this machine: the same bytes as without it, whatever is lost on the way."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from epistula.batch.cluster import Dask
from epistula.batch.engines import Processes
from epistula.batch.job import DroppedError, Job, Setup, do
from epistula.batch.observer import Passed, Tally
from epistula.batch.ref import Ref
from epistula.batch.run import Redo, Run
from epistula.batch.target import Target
from epistula.batch.work import Settings
from epistula.batch.worklist import work_list
from epistula.errors import InputError
from epistula.jsonl import FAILURE, read_annotations
from epistula.nlp import describe

from .hostile import Patient

ROOT = Path(__file__).parents[2]
LETTERS = ROOT / "corpus" / "letters"
SIZE = 8
HOSTILE = [
    ("ABORT", "internal", "exit code -6"),
    ("KILLED", "limit", "memory runs out"),
    ("SLEEP", "limit", "within 4 s"),
]
"""First word of a letter, category and words of its failure."""


class OnThisMachine:
    """A scheduler and workers, each a process."""

    def __init__(self, folder, **config):
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.port = server.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.folder, self.processes = folder, []
        self.environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT / "pipeline"), str(ROOT)]),
            "PYTHONWARNINGS": "",
        }
        self.environment |= {f"DASK_DISTRIBUTED__{name}": str(value) for name, value in config.items()}

    def start(self, workers=2, threads=1):
        self.scheduler = self._dask("scheduler", "--host", "127.0.0.1", "--port", self.port)
        more = ("--nthreads", threads, "--local-directory", self.folder, "--host", "127.0.0.1")
        self.workers = [self._dask("worker", self.address, *more) for _ in range(workers)]
        return self

    def _dask(self, *arguments):
        command = [sys.executable, "-m", "dask", *map(str, arguments), "--no-dashboard"]
        with (self.folder / f"{arguments[0]}.log").open("ab") as log:
            process = subprocess.Popen(command, env=self.environment, cwd=self.folder, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def worker_process(self):
        """Return the process that does the work for the first nanny, once there is one."""
        while True:
            for child in psutil.Process(self.workers[0].pid).children():
                if any("spawn_main" in word for word in child.cmdline()):
                    return child
            time.sleep(0.05)

    def stop(self):
        for process in self.processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                for child in psutil.Process(process.pid).children(recursive=True):
                    child.kill()
            process.kill()
            process.wait()
        self.processes.clear()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    made = OnThisMachine(tmp_path_factory.mktemp("dask")).start()
    yield made
    made.stop()


@pytest.fixture
def another(tmp_path_factory):
    """Return a function that starts a cluster which a test may break."""
    started = []

    def start(workers=2, threads=1, **config):
        started.append(OnThisMachine(tmp_path_factory.mktemp("dask"), **config))
        return started[-1].start(workers, threads)

    yield start
    for made in started:
        made.stop()


@pytest.fixture(scope="module")
def made(nlp, tmp_path_factory):
    """Letters of all kinds, some of which fail and some of which are there twice, annotated without a cluster."""
    folder = tmp_path_factory.mktemp("made")
    there = folder / "in"
    there.mkdir()
    texts = [f"Patient {number} improved under rituximab and had no rash." for number in range(9)]
    for number, text in enumerate(texts):
        (there / f"{number}.txt").write_text(text)
    (there / "2 again.txt").write_text(texts[2])
    rows = [json.dumps({"id": f"r{number % 8}", "text": text}) for number, text in enumerate(texts)]
    (there / "rows.jsonl").write_text("\n".join([*rows, "{"]) + "\n")
    with zipfile.ZipFile(there / "some.zip", "w") as archive:
        for number, text in enumerate(texts[:3]):
            archive.writestr(f"{number}.txt", f"{text} He died.")
    shutil.copy(LETTERS / "no-drug.pdf", there / "letter.pdf")
    (there / "broken.pdf").write_bytes(b"%PDF-1.7\n" + b"\0" * 50)
    with contextlib.chdir(folder):
        run(nlp, None, "local")
    return folder


@pytest.fixture
def folder(made, tmp_path, monkeypatch):
    """A folder of its own for a test, with the letters in it."""
    shutil.copytree(made / "in", tmp_path / "in")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(nlp, cluster, output="out", *, settings=None, form=None, tell=None, pipeline=None, **more):
    """Annotate on a cluster, or with a process of this machine; return the tally."""
    settings, tally, pipeline = settings or Settings(), Tally(), pipeline or describe(nlp)
    target = Target(output, SIZE, form)
    if tell:

        def annotated(result, name, count=tally.annotated):
            count(result, name)
            tell()

        tally.annotated = annotated
    engine = Dask(cluster.address, settings, pipeline, target) if cluster else Processes(settings, 2)
    made = Run(target, settings, pipeline, observer=tally, **more)
    made.annotate(work_list(["in"], written=target.written()), lambda total, died: engine)
    return tally


def files(folder):
    return {p.name: p.read_bytes() for p in Path(folder).iterdir() if p.name != ".epistula.run"}


def failures_of(folder):
    failures = map(FAILURE.validate_json, Path(folder, "failures.jsonl").read_bytes().splitlines())
    return {failure.path: failure for failure in failures}


@pytest.fixture
def local(made, folder):
    """What is written without a cluster."""
    return files(made / "local")


# ── the same bytes ────────────────────────────────────────────────────────────────────────────────


def test_the_same_bytes_as_without_a_cluster(nlp, cluster, local):
    tally = run(nlp, cluster)
    assert files("out") == local
    assert json.loads(local["manifest.json"])["duplicates"] == 1
    assert (tally.letters, sum(tally.failures.values()), tally.passes) == (9 + 8 + 3 + 1, 3, {Passed.DUPLICATE: 1})
    before = {path.name: path.stat().st_mtime_ns for path in Path("out").glob("letters-*")}
    for engine in (cluster, None):  # whoever comes next finds nothing to do but the later of two rows with one id
        assert run(nlp, engine).letters == 0
        assert files("out") == local
    assert {path.name: path.stat().st_mtime_ns for path in Path("out").glob("letters-*")} == before


def test_what_has_changed_is_done_again_and_nothing_else(nlp, cluster, local):
    run(nlp, cluster, form="parquet")
    Path("in/3.txt").write_text("She died under rituximab.")
    Path("in/00.txt").write_text("He took rituximab.")  # all others move on by one
    shard = Path("out/letters-00001.parquet")
    shard.write_bytes(shard.read_bytes()[:-9])
    tally = run(nlp, cluster, form="parquet")
    assert 2 <= tally.letters <= 2 + SIZE
    run(nlp, None, "local", form="parquet")
    assert files("out") == files("local")
    assert run(nlp, cluster, form="parquet", redo=Redo.ALL).letters == 22
    assert files("out") == files("local")


def test_object_storage(nlp, cluster, local, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "out").mkdir()
    run(nlp, cluster, f"file://{tmp_path}/out")
    assert files("out") == local


# ── what is lost on the way ───────────────────────────────────────────────────────────────────────


def test_a_hostile_letter_costs_only_itself(nlp, cluster, folder):
    for word, _, _ in HOSTILE:
        Path(f"in/{word}.txt").write_text(f"{word} she took rituximab.")
    settings = Patient(memory_mb=1024)
    hostile = describe(settings.load())
    run(nlp, cluster, settings=settings, pipeline=hostile)
    failures = failures_of("out")
    for word, category, words in HOSTILE:
        failure = failures[f"in/{word}.txt"]
        assert (failure.category, words in failure.reason) == (category, True), failure
    run(nlp, None, "local", settings=settings, pipeline=hostile)
    assert files("out") == files("local")


def test_a_worker_that_is_killed_costs_nothing(nlp, cluster, local):
    killed = []

    def kill():
        if not killed:
            killed.append(cluster.worker_process())
            killed[0].kill()

    run(nlp, cluster, tell=kill)
    assert files("out") == local
    assert killed[0].pid != cluster.worker_process().pid


def test_a_letter_that_takes_workers_with_it_costs_only_itself(nlp, another, made, folder):
    Path("in/5 hostile.txt").write_text("PARENT she took rituximab.")
    settings = Patient()
    hostile = describe(settings.load())
    cluster = another(SCHEDULER__ALLOWED_FAILURES=0)
    run(nlp, cluster, settings=settings, pipeline=hostile)
    failures = failures_of("out")
    assert "memory runs out" in failures["in/5 hostile.txt"].reason
    assert set(failures) == {"in/5 hostile.txt", "in/broken.pdf", "in/rows.jsonl"}
    found = [{letter.id for letter in read_annotations(place)} for place in (Path("out"), made / "local")]
    assert found[0] == found[1]


def start(address):
    command = [sys.executable, "-m", "epistula", "annotate", "in", "-o", "out", "--shards", str(SIZE)]
    more = ["--engine", "dask", "--scheduler", address, "--log-json", "log.jsonl"]
    return subprocess.Popen([*command, *more], stderr=subprocess.PIPE, text=True)


def begun(process):
    log = Path("log.jsonl")
    while not log.exists() or '"annotated"' not in log.read_text():
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)


def test_a_scheduler_that_is_lost_is_started_again_and_so_is_the_command(nlp, another, folder):
    for number in range(32):
        Path(f"in/{number:02} more.txt").write_text(f"Patient {number} took rituximab. " * 60)
    cluster = another()
    process = start(cluster.address)
    begun(process)
    cluster.scheduler.kill()
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 1, said
    assert "the connection to the scheduler was lost" in said
    assert "the same command goes on from there" in said
    assert not Path("out/manifest.json").exists()
    cluster.stop()
    cluster.start()
    process = start(cluster.address)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 3, said
    assert "of an earlier run kept" in said
    run(nlp, None, "local")
    assert files("out") == files("local")


def test_a_command_that_is_stopped_goes_on(nlp, cluster, local):
    process = start(cluster.address)
    begun(process)
    process.terminate()
    said = process.communicate(timeout=60)[1]
    assert process.returncode in (130, 3), said
    run(nlp, cluster)
    assert files("out") == local


# ── what is refused ───────────────────────────────────────────────────────────────────────────────


def test_no_scheduler(nlp, folder, monkeypatch):
    monkeypatch.setattr("epistula.batch.cluster.SECONDS", 0.5)
    cluster = OnThisMachine(folder)
    with pytest.raises(InputError, match="no Dask scheduler answers"):
        run(nlp, cluster)
    cluster.address = "nonsense://"
    with pytest.raises(InputError, match="no Dask scheduler answers"):
        run(nlp, cluster)


def test_workers_of_several_threads(nlp, another, folder):
    with pytest.raises(InputError, match=r"has 2 threads.*--nthreads 1"):
        run(nlp, another(workers=1, threads=2), tell=None)


@pytest.mark.parametrize(
    ("change", "said"),
    [({"config_sha256": "0" * 64}, "worker tcp://.*code, lexicons"), ({"version": "9.9"}, "the command 9.9. Install")],
)
def test_workers_with_another_pipeline(nlp, cluster, folder, change, said):
    with pytest.raises(InputError, match=said):
        run(nlp, cluster, pipeline=replace(describe(nlp), **change))
    assert not list(Path("out").glob("letters-*"))


def test_workers_without_the_vocabulary(nlp, cluster, folder):
    with pytest.raises(InputError, match=r"worker tcp://.*nowhere.jsonl"):
        run(nlp, cluster, settings=Settings(vocabularies=("/nowhere.jsonl",)))


def test_memory_is_of_one_machine(nlp, folder):
    with pytest.raises(InputError, match="Name a folder or object storage"):
        Dask("tcp://127.0.0.1:1", Settings(), describe(nlp), Target("memory://out", 4))


@pytest.fixture
def setup(nlp, folder):
    Path("out").mkdir()
    Path("out/.epistula.run").touch()
    return Setup(Settings(), describe(nlp), ("out", 4, "jsonl"), "out/.epistula.run", str(folder))


def test_a_folder_that_is_not_shared(setup):
    job = Job(((1, Ref("in/0.txt")),), 0)
    with pytest.raises(InputError, match="is not the folder that the command writes to"):
        do(replace(setup, state="elsewhere/.epistula.run"), job, lambda: True)
    job = Job(((1, Ref("/elsewhere/0.txt")),), 0)
    with pytest.raises(InputError, match=r"no folder /elsewhere. Mount it"):
        do(setup, job, lambda: True)
    assert files("out") == {}


@pytest.mark.parametrize("times", [0, 1])
def test_a_shard_that_nobody_waits_for_is_not_written(setup, times):
    wanted = iter([True] * times)
    with pytest.raises(DroppedError):
        do(setup, Job(((1, Ref("in/0.txt")),), 0), lambda: next(wanted, False))
    assert files("out") == {}
