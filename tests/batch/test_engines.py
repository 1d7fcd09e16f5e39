"""Worker processes: a letter that takes its process down, hangs or eats memory costs only itself."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from epistula.batch.engines import Processes
from epistula.batch.observer import Tally
from epistula.batch.run import Run
from epistula.batch.target import Target
from epistula.batch.worklist import work_list
from epistula.jsonl import read_annotations, read_failures
from epistula.nlp import describe

from .hostile import Hostile

ROOT = Path(__file__).parents[2]

# first word of the letter, category and words of its failure
HOSTILE = [
    ("ABORT", "internal", "exit code -6"),
    ("EXIT", "internal", "exit code 7"),
    ("KILLED", "limit", "memory runs out"),
    ("SLEEP", "limit", "not annotated within 3 seconds"),
    ("PATTERN", "limit", "not annotated within 3 seconds"),
    ("MEMORY", "limit", "memory"),
    ("RAISES", "internal", "no patients"),
]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    for number in range(30):
        (tmp_path / "in" / f"{number:02}.txt").write_text(f"Patient {number} took rituximab.")
    return tmp_path


@pytest.mark.parametrize("workers", [1, 2])
def test_a_hostile_letter_costs_only_itself(nlp, folder, workers):
    for number, (word, _, _) in enumerate(HOSTILE):
        (folder / "in" / f"{3 * number:02} hostile.txt").write_text(f"{word} she took rituximab.")
    settings, tally = Hostile(memory_mb=1024), Tally()
    run = Run(Target("out.jsonl"), settings, describe(nlp), observer=tally)
    run.annotate(work_list(["in"]), lambda total, died: Processes(settings, workers))
    assert len(list(read_annotations(Path("out.jsonl")))) == tally.letters == 30
    failures = {Path(f.path).name: f for f in read_failures(Path("out.jsonl"))}
    assert len(failures) == len(HOSTILE)
    for number, (_, category, words) in enumerate(HOSTILE):
        failure = failures[f"{3 * number:02} hostile.txt"]
        assert (failure.category, words in failure.reason) == (category, True), failure


# ── the command, stopped and killed ───────────────────────────────────────────────────────────────


def start(*more):
    return subprocess.Popen(
        [sys.executable, "-m", "epistula", "annotate", "in", "-o", "out.jsonl", "--workers", "2", *more],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(*more):
    process = start(*more)
    said = process.communicate(timeout=120)[1]
    assert process.returncode == 0, said
    return said


def members(session):
    """Return the processes of a session that live."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are counted in /proc")
@pytest.mark.parametrize("with_signal", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_stopped_leaves_no_process_and_goes_on(folder, with_signal):
    for number in range(300):
        (folder / "in" / f"{number:03}.txt").write_text(f"Patient {number} took rituximab. " * 40)
    log = folder / "log.jsonl"
    process = start("--log-json", str(log))
    while not log.exists() or log.read_text().count('"annotated"') < 40:
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    os.kill(process.pid, with_signal)
    said = process.communicate(timeout=30)[1]
    assert not (folder / "out.jsonl").exists()
    if with_signal is not signal.SIGKILL:
        assert process.returncode == 130
        assert "The same command goes on from there." in said
    for _ in range(100):
        if not members(process.pid):
            break
        time.sleep(0.1)
    assert members(process.pid) == []
    said = finish()
    assert "of an earlier run kept" in said
    found = (folder / "out.jsonl").read_bytes()
    finish("--no-resume")
    assert (folder / "out.jsonl").read_bytes() == found
    assert found.count(b"\n") == 330


def test_two_commands_at_once_are_one_too_many(folder):
    for number in range(300):
        (folder / "in" / f"{number:03}.txt").write_text(f"Patient {number} took rituximab. " * 40)
    first = start()
    while not (folder / ".out.jsonl.run").exists():
        time.sleep(0.02)
    second = start()
    said = second.communicate(timeout=60)[1]
    assert second.returncode == 1
    assert "another run is writing to the same output" in said
    assert first.wait(120) == 0
    first.stderr.close()
    assert len((folder / "out.jsonl").read_bytes().splitlines()) == 330
