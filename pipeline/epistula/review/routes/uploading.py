"""PDFs sent through the browser, where that was asked for: kept in the folder, annotated, put into the queue."""

import hashlib
import re
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from epistula.jsonl import read_annotations, read_failures
from epistula.labels import problem_with
from epistula.review.answers import letter_url, refusal, see_other
from epistula.review.asking import store_of
from epistula.review.auth import csrf_is_right

LIMIT = 50 * 2**20
"""Bytes of a request with a PDF."""
SECONDS = 180
ONE_BY_ONE = threading.Lock()
NAME = re.compile(r"[^\w.-]+")


async def upload(request: Request) -> Response:
    """Take a PDF from a form."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "multipart/form-data":
        raise HTTPException(415, "Send a form with a PDF.")
    async with request.form(max_files=1, max_fields=5) as form:
        if not csrf_is_right(request, str(form.get("csrf", ""))):
            raise HTTPException(403, "The page is not of this session. Load it again.")
        file = form.get("file")
        data = await file.read() if isinstance(file, UploadFile) else b""
        name = file.filename or "" if isinstance(file, UploadFile) else ""
    if b"%PDF-" not in data[:1024]:
        return refusal(request, 422, "That is no PDF.")
    return await run_in_threadpool(_take_in, request, name, data)


def _take_in(request: Request, name: str, data: bytes) -> Response:
    folder: Path = request.app.state.options.pdfs
    path = folder / safe_name(name, data)
    with ONE_BY_ONE:
        new = not path.exists()
        path.write_bytes(data)
        problem, letter = _annotated(request, path)
        if problem and new:
            path.unlink(missing_ok=True)
    return refusal(request, 422, problem) if problem else see_other(letter_url(letter))


def safe_name(name: str, data: bytes) -> str:
    """Return the name under which a PDF is kept: nothing of it can be a path, no two files share one."""
    stem = NAME.sub("-", Path(name.replace("\\", "/")).stem)[:60].strip("-.") or "letter"
    return f"{stem}-{hashlib.sha256(data).hexdigest()[:12]}.pdf"


def _annotated(request: Request, path: Path) -> tuple[str, str]:
    """Annotate a PDF in a process that can be killed; return a problem, or "" and the letter's id."""
    with tempfile.TemporaryDirectory(prefix="epistula-upload-") as folder:
        output = Path(folder, "letter.jsonl")
        command = [sys.executable, "-m", "epistula", "annotate", str(path), "-o", str(output)]
        try:
            subprocess.run(command, capture_output=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            return f"It could not be annotated within {SECONDS} seconds.", ""
        found = list(read_annotations(output, problem_with)) if output.exists() else []
        reasons = [failure.reason for failure in read_failures(output)]
    if not found:
        return f"It could not be read: {'; '.join(reasons) or 'unknown reason'}.", ""
    store_of(request).take_in(found)
    return "", found[0].id


ROUTES = [Route("/upload", upload, methods=["POST"])]
