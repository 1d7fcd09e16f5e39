"""Reading a PDF in a process of its own, which a hostile file may hang, exhaust or crash.

The process is kept for the next letter and replaced when it died or was killed.
"""

import atexit
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

from epistula.errors import ReadError
from epistula.model import FailureCategory, Letter
from epistula.pdf.wire import receive
from epistula.readers import ReaderName


class ReadingProcess:
    """A reading process and the right to kill it; one letter at a time, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    @property
    def pid(self) -> int | None:
        """Number of the process, None when none lives."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def read(self, path: Path, seconds: float, memory_mb: int, reader: str = ReaderName.PDFIUM) -> Letter:
        """Read a letter; see `read_pdf_isolated`."""
        with self._lock:
            process = self._ready()
            timer = threading.Timer(seconds, process.kill)
            timer.start()
            try:
                ask(process, path, memory_mb, reader)
                return receive(pipe(process.stdout))
            except (EOFError, OSError, ValueError) as error:
                process.kill()
                code = process.wait()
                raise explain(code, timer.finished.is_set(), seconds, memory_mb) from error
            finally:
                timer.cancel()

    def close(self) -> None:
        """End the process."""
        process = self._process
        if process is not None and self._owner == os.getpid():
            process.kill()
            process.wait()
            pipe(process.stdin).close()
            pipe(process.stdout).close()
        self._process = None

    def _ready(self) -> "subprocess.Popen[bytes]":
        """Return a living process that belongs to this one and not to the process it was forked from."""
        if self._process is None or self._owner != os.getpid() or self._process.poll() is not None:
            self.close()
            self._process, self._owner = start(), os.getpid()
        return self._process


def start() -> "subprocess.Popen[bytes]":
    """Start a reading process."""
    root = str(Path(__file__).parents[2])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "epistula.pdf.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    )


def ask(process: "subprocess.Popen[bytes]", path: Path, memory_mb: int, reader: str) -> None:
    """Send a request."""
    request = {"path": str(Path(path).absolute()), "memory_mb": memory_mb, "reader": ReaderName(reader)}
    stream = pipe(process.stdin)
    stream.write(json.dumps(request).encode() + b"\n")
    stream.flush()


def pipe(stream: IO[bytes] | None) -> IO[bytes]:
    """Return a pipe that was asked for when the process was started."""
    if stream is None:
        raise OSError("the reading process has no pipe")
    return stream


def explain(code: int, timed_out: bool, seconds: float, memory_mb: int) -> ReadError:
    """Return the error for a process that gave no answer."""
    if timed_out:
        return ReadError(FailureCategory.LIMIT, f"not read within {seconds:g} seconds")
    if code in {-6, -9, 134, 137}:
        return ReadError(FailureCategory.LIMIT, f"needs more than {memory_mb:,} MB of memory")
    return ReadError(FailureCategory.BROKEN, f"reading it crashed the PDF library (exit code {code})")


READER = ReadingProcess()
atexit.register(READER.close)


def read_pdf_isolated(
    path: Path, seconds: float = 60, memory_mb: int = 2048, reader: str = ReaderName.PDFIUM
) -> Letter:
    """Read a letter from a PDF file in another process.

    Args:
        path: the file.
        seconds: time after which the process is killed.
        memory_mb: memory that reading may use, MB; not limited on Windows.
        reader: one of `ReaderName`.

    Raises:
        ReadError: as `read_pdf`; LIMIT also for time and memory, BROKEN for a crash.
        ValueError: there is no such reader.
    """
    return READER.read(path, seconds, memory_mb, ReaderName(reader))
