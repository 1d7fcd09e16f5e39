"""What a kill costs: a run that is killed with -9 again and again, beside one that nothing disturbs.

    python bench/kills.py [--letters N] [--kills N] [--hostile FOLDER] [--workers N] [--shards N]

The letters are PDFs of the corpus, each with a number of its own; those of a folder of hostile PDFs are mixed in. The
run is started and killed at random moments, then left to end; its files must be the same bytes as those of the
undisturbed run. Prints the seconds of both, what a kill cost, and the hostile files by outcome. Needs `kill` and
process groups (not Windows).
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import letters as made


def main() -> int:
    """Run, kill, compare and print; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--letters", type=int, default=500)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--hostile", type=Path)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--shards", type=int)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="epistula-kills-") as folder:
        return measure(Path(folder), options)


def measure(folder: Path, options: argparse.Namespace) -> int:
    """Measure in a folder."""
    source = folder / "in"
    made.make(source, options.letters)
    if options.hostile:
        _mix_in(source, options.hostile)
    started = time.perf_counter()
    _start(folder, "whole", options).wait()
    whole = time.perf_counter() - started
    print(f"undisturbed: {whole:.1f} s, {len(list(source.rglob('*.pdf')))} files", flush=True)
    chance = random.Random(options.seed)
    spent = 0.0
    for number in range(options.kills):
        moment = chance.uniform(0.2, 2.0) * whole / options.kills
        started = time.perf_counter()
        process = _start(folder, "killed", options)
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.wait()
        spent += time.perf_counter() - started
        print(f"kill {number + 1} after {moment:.1f} s", flush=True)
    started = time.perf_counter()
    _start(folder, "killed", options).wait()
    spent += time.perf_counter() - started
    same = _files(folder / "whole") == _files(folder / "killed")
    lost = (spent - whole) / options.kills
    print(f"killed {options.kills} times: {spent:.1f} s in all, {spent / whole:.2f} times; a kill cost {lost:.1f} s")
    print("the bytes are the same" if same else "THE BYTES DIFFER")
    left = [path.name for path in (folder / "killed").rglob(".*") if not path.name.endswith(".run")]
    print(f"left behind: {', '.join(left) or 'nothing'}")
    _print_outcomes(folder / "whole", source)
    return 1 if left or not same else 0


def _mix_in(source: Path, hostile: Path) -> None:
    for number, path in enumerate(sorted(hostile.rglob("*.pdf"))):
        shutil.copy(path, source / f"{37 * number:06} {path.name}")


def _start(folder: Path, name: str, options: argparse.Namespace) -> "subprocess.Popen[bytes]":
    output = folder / name / ("out" if options.shards else "out.jsonl")
    output.parent.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "epistula", "annotate", "in", "-o", str(output), "--workers", str(options.workers)]
    if options.shards:
        command += ["--shards", str(options.shards)]
    return subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL)


def _files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def _print_outcomes(folder: Path, source: Path) -> None:
    hostile = sum(" " in path.name for path in source.iterdir())
    lists = [*folder.rglob("*failures.jsonl")]
    rows = [json.loads(line) for path in lists for line in path.read_text("utf-8").splitlines()]
    failed = Counter(row["category"] for row in rows if " " in Path(row["path"]).name)
    print(f"hostile: {hostile} files; failed {dict(failed)}, the others are letters or duplicates;", end=" ")
    print(f"letters of ours that failed: {sum(' ' not in Path(row['path']).name for row in rows)}")


if __name__ == "__main__":
    sys.exit(main())
