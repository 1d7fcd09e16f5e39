"""Drawing pages in processes of their own, which a hostile PDF may hang, exhaust or crash."""

import json
import os
import queue
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from epistula.pdf.isolated import pipe

SECONDS = 10.0
MEMORY_MB = 1024
Size = tuple[float, float]


class DrawingError(Exception):
    """A page cannot be drawn; the message says why, for the reviewer."""


class DrawingProcess:
    """A process that draws and the right to kill it; one request at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "subprocess.Popen[bytes]":
        """Return a living process."""
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = _start()
        return self._process

    def ask(self, request: dict[str, Any], seconds: float, memory_mb: int) -> tuple[dict[str, Any], bytes]:
        """Return what the process answers.

        Raises:
            DrawingError: it says that it cannot, or does not answer in time, or dies.
        """
        process = self.start()
        timer = threading.Timer(seconds, process.kill)
        timer.start()
        try:
            stream = pipe(process.stdin)
            stream.write(json.dumps({**request, "memory_mb": memory_mb}).encode() + b"\n")
            stream.flush()
            said, picture = _receive(pipe(process.stdout))
        except (EOFError, OSError, ValueError) as error:
            process.kill()
            code = process.wait()
            raise DrawingError(_explain(code, timer.finished.is_set(), seconds, memory_mb)) from error
        finally:
            timer.cancel()
        if said.get("problem"):
            raise DrawingError(f"The PDF {said['problem']}.")
        return said, picture

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                with suppress(BrokenPipeError):  # it died with something unsaid
                    pipe(stream).close()


def _start() -> "subprocess.Popen[bytes]":
    root = str(Path(__file__).parents[2])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.Popen(
        [sys.executable, "-m", "epistula.review.drawing_worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        start_new_session=True,  # Ctrl-C in the terminal is for the server, which ends this one
    )


def _receive(stream: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    line = stream.readline()
    if not line:
        raise EOFError
    said: dict[str, Any] = json.loads(line)
    picture = stream.read(said["bytes"])
    if len(picture) < said["bytes"]:
        raise EOFError
    return said, picture


def _explain(code: int, timed_out: bool, seconds: float, memory_mb: int) -> str:
    if timed_out:
        return f"The page could not be drawn within {seconds:g} seconds."
    if code in {-6, -9, 134, 137}:
        return f"The page needs more than {memory_mb:,} MB of memory."
    return "The page crashed what draws it."


class Drawing:
    """Some drawing processes, started when they are first needed.

    Args:
        processes: how many draw at once.
        seconds: time that an answer may take before its process is killed.
        memory_mb: memory that it may use.
    """

    def __init__(self, processes: int = 2, seconds: float = SECONDS, memory_mb: int = MEMORY_MB) -> None:
        self._seconds, self._memory_mb = seconds, memory_mb
        self._all = [DrawingProcess() for _ in range(processes + 1)]
        self._sizing = threading.Lock()
        self._idle: queue.LifoQueue[DrawingProcess] = queue.LifoQueue()
        for process in self._all[1:]:
            self._idle.put(process)

    def warm(self) -> None:
        """Start what will be needed first."""
        with self._sizing:
            self._all[0].start()
        process = self._idle.get()
        try:
            process.start()
        finally:
            self._idle.put(process)

    def sizes(self, path: Path) -> list[Size]:
        """Return width and height of each page of a PDF; never behind a page that is drawn.

        Raises:
            DrawingError: it cannot be opened.
        """
        with self._sizing:
            said, _ = self._all[0].ask({"path": str(path)}, min(self._seconds, 3.0), self._memory_mb)
        return [(float(width), float(height)) for width, height in said["sizes"]]

    def picture(self, path: Path, page: int, width: int) -> bytes:
        """Return the PNG of a page, counted from 1.

        Raises:
            DrawingError: it cannot be drawn.
        """
        process = self._idle.get()
        try:
            asked = {"path": str(path), "page": page, "width": width}
            return process.ask(asked, self._seconds, self._memory_mb)[1]
        finally:
            self._idle.put(process)

    def close(self) -> None:
        """End the processes."""
        for process in self._all:
            process.close()
