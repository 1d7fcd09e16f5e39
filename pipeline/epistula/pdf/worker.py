"""The process that reads PDFs for `epistula.pdf.isolated`: paths come in, letters go out.

Each request is a line of JSON, `{"path": …, "memory_mb": …, "reader": …}`; each answer is what `wire.send` writes.
The process ends when its input does.
"""

import json
import os
import sys
from pathlib import Path
from typing import BinaryIO

from epistula.errors import ReadError
from epistula.memory import limit_memory
from epistula.model import FailureCategory, Letter
from epistula.pdf import read_pdf
from epistula.pdf.wire import send


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more."""
    for line in requests:
        request = json.loads(line)
        limit_memory(int(request["memory_mb"]))
        send(answers, attempt(Path(request["path"]), int(request["memory_mb"]), request["reader"]))


def attempt(path: Path, memory_mb: int, reader: str) -> Letter | ReadError:
    """Read a letter; whatever goes wrong becomes a ReadError."""
    try:
        return read_pdf(path, reader)
    except ReadError as error:
        return error
    except MemoryError:
        return ReadError(FailureCategory.LIMIT, f"needs more than {memory_mb:,} MB of memory")
    except RecursionError:
        return ReadError(FailureCategory.LIMIT, "nested too deeply")
    except Exception as error:  # a bug of ours must not stop the run over many letters
        return ReadError(FailureCategory.INTERNAL, f"{type(error).__name__}: {error}")


def main() -> None:
    """Serve standard input and output; what libraries print goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
