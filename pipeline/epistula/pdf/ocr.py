"""Text recognition (OCR) for letters that were scanned, by OCRmyPDF, where it is installed.

OCRmyPDF adds the words it sees as invisible text to a copy of the PDF; the copy is read as any other.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from epistula.errors import ReadError
from epistula.model import FailureCategory, Letter, content_id
from epistula.pdf.isolated import read_pdf_isolated

Read = Callable[[Path], Letter]
"""Reads a letter from a PDF file, or raises ReadError."""

MIXED, WHOLE = "--skip-text", "--force-ocr"
"""Recognise the pages without text only, or all, when what text there is cannot be read."""
OPTIONS = ("--quiet", "--output-type=pdf", "--optimize=0", "--invalidate-digital-signatures", "--language=eng")
ENCRYPTED = 8
"""OCRmyPDF's exit code for a file that it would need a password for."""


def read_pdf_ocr(path: Path, read: Read = read_pdf_isolated, seconds: float = 600) -> Letter:
    """Read a letter from a PDF; text is recognised on pages that have none.

    Path, hash and id are those of the file itself; `source.ocr` tells whether text was recognised.

    Args:
        path: the file.
        read: reads a PDF.
        seconds: time after which recognition is broken off.

    Raises:
        ReadError: as `read_pdf`; NO_TEXT also when OCRmyPDF or Tesseract is missing.
    """
    try:
        letter = read(path)
    except ReadError as error:
        if error.category is not FailureCategory.NO_TEXT:
            raise
        require_tools(error.reason)
        return recognise(path, read, seconds, (MIXED, WHOLE))
    bare = pages_without_text(letter)
    if not bare:
        return letter
    require_tools(f"page{'s' * (len(bare) > 1)} {', '.join(map(str, bare))} without text")
    recognised = recognise(path, read, seconds, (MIXED,))
    return letter if recognised.text == letter.text else recognised


def pages_without_text(letter: Letter) -> list[int]:
    """Return the numbers of the pages that none of the letter's characters stand on."""
    used = set(letter.char_pages.tolist())
    return [page.number for page in letter.pages if page.number not in used]


def require_tools(why: str) -> None:
    """Refuse to go on without the programs that recognise text.

    Raises:
        ReadError: NO_TEXT, with what to install.
    """
    missing = []
    if find_spec("ocrmypdf") is None:
        missing.append("OCRmyPDF (pip install 'epistula[ocr]')")
    if shutil.which("tesseract") is None:
        missing.append("Tesseract (Debian, Ubuntu: apt-get install tesseract-ocr; macOS: brew install tesseract)")
    if missing:
        reason = f"{why}. To recognise its text, install {' and '.join(missing)}."
        raise ReadError(FailureCategory.NO_TEXT, reason)


def recognise(path: Path, read: Read, seconds: float, modes: tuple[str, ...]) -> Letter:
    """Read a copy of a PDF with recognised text, in the first mode that gives any.

    Raises:
        ReadError: no text was recognised (NO_TEXT), the file is encrypted (ENCRYPTED), OCRmyPDF fails on
            it (BROKEN) or takes too long (LIMIT).
    """
    with tempfile.TemporaryDirectory(prefix="epistula-ocr-") as folder:
        copy = Path(folder) / "recognised.pdf"
        for mode in modes:
            run_ocrmypdf(path, copy, mode, seconds)
            try:
                return as_read_from(path, read(copy))
            except ReadError as error:
                if error.category is not FailureCategory.NO_TEXT:
                    raise
    raise ReadError(FailureCategory.NO_TEXT, "no text was recognised on its pages")


def as_read_from(path: Path, letter: Letter) -> Letter:
    """Return a letter that was read from a copy as the letter of the file itself."""
    digest = sha256(path.read_bytes()).hexdigest()
    source = replace(letter.source, path=str(path.absolute()), sha256=digest, ocr=True)
    return replace(letter, id=content_id("letter", digest), source=source)


def run_ocrmypdf(path: Path, copy: Path, mode: str, seconds: float) -> None:
    """Write a copy of a PDF with recognised text, in a process of its own.

    Raises:
        ReadError: ENCRYPTED, BROKEN or LIMIT.
    """
    command = [sys.executable, "-m", "ocrmypdf", *OPTIONS, mode, str(path.absolute()), str(copy)]
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},  # OCRmyPDF already runs a Tesseract for each processor
        start_new_session=True,
    ) as process:
        try:
            said = process.communicate(timeout=seconds)[1].decode("utf-8", "replace")
        except subprocess.TimeoutExpired:
            end(process)
            raise ReadError(FailureCategory.LIMIT, f"its text was not recognised within {seconds:g} seconds") from None
        except BaseException:
            end(process)
            raise
    if process.returncode == ENCRYPTED:
        raise ReadError(FailureCategory.ENCRYPTED, "no text can be recognised in an encrypted file; save it without")
    if process.returncode:
        last = (said.strip().splitlines() or ["no reason given"])[-1]
        raise ReadError(FailureCategory.BROKEN, f"OCRmyPDF fails on it (exit code {process.returncode}): {last}")


def end(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process and, where the system can, those that it started."""
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
