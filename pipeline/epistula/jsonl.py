"""Reading and writing annotation files: JSON Lines, one `Annotation` a line.

Files are written to a temporary name and renamed, so that a file is there whole or not at all.
"""

import json
import os
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Generic, TypeVar

import jsonlines
from pydantic import TypeAdapter, ValidationError

from epistula.errors import InputError, RecordError
from epistula.lines import lines_of
from epistula.model import SCHEMA, Annotation, Failure, Mention, Zone, mention_id, text_sha256

ANNOTATION = TypeAdapter(Annotation)
ZONES = TypeAdapter(tuple[Zone, ...])
FAILURE = TypeAdapter(Failure)
T = TypeVar("T", Annotation, Failure)

MentionCheck = Callable[[Mention], str | None]
"""Says what is wrong with a mention's label and attributes, or None."""


def read_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a file (or of a folder of shards, see `lines_of`) that are not empty, with numbers from 1.

    Raises:
        InputError: the file is not there or cannot be read.
    """
    try:
        yield from ((number, line) for number, line in enumerate(lines_of(path), start=1) if line.strip())
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: {reason}. Give a file that can be read.") from error


def parse_row(path: Path, number: int, line: bytes) -> dict[str, Any]:
    """Return the JSON object of a line.

    Raises:
        RecordError: it holds none.
    """
    try:
        with jsonlines.Reader([line.decode("utf-8-sig")]) as reader:
            row: dict[str, Any] = reader.read(type=dict)
        if b"\\u" in line:  # half a surrogate pair is JSON, but no text that could be written
            json.dumps(row, ensure_ascii=False).encode()
        return row
    except (jsonlines.InvalidLineError, UnicodeError, RecursionError) as error:
        reason = str(error).split(" (line ")[0]
        raise RecordError(path, number, f"no JSON object: {reason}", "Mend or remove the line.") from error


def row_zones(path: Path, number: int, row: Mapping[str, Any], text: str) -> tuple[Zone, ...]:
    """Return the `zones` of a row, which must cover its text; none when it has none.

    Raises:
        RecordError: they are no zones of the text.
    """
    try:
        zones = ZONES.validate_python(row.get("zones") or ())
    except ValidationError as error:
        raise RecordError(path, number, f"zones.{_first(error)}", "Mend the zones, or leave them out.") from error
    problem = _misplaced(zones, text) or (_uncovered(zones, text) if zones else None)
    if problem:
        raise RecordError(path, number, problem, "Mend the zones, or leave them out.")
    return zones


def _first(error: ValidationError) -> str:
    """Return the place and the message of the first thing that is wrong."""
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"


def read_annotations(path: Path, check: MentionCheck | None = None, *, bare: bool = False) -> Iterator[Annotation]:
    """Yield the annotations of a file, each one valid.

    Args:
        path: an annotation file.
        check: says what is wrong with a mention's label and attributes (`labels.problem_with`).
        bare: accept rows that have only `id`, `text` and `spans` without ids, as hand-labelled gold
            often has, and complete them.

    Raises:
        InputError: the file cannot be read.
        RecordError: a line that is not valid, with its number and the way out.
    """
    for number, line in read_lines(path):
        row = parse_row(path, number, line)
        if bare and "schema" not in row:
            row = _completed(path, number, row)
        yield _valid(path, number, row, check)


def _valid(path: Path, number: int, row: dict[str, Any], check: MentionCheck | None) -> Annotation:
    version = row.get("schema")
    if type(version) is not int or version != SCHEMA:
        raise RecordError(
            path,
            number,
            f"schema version {version!r} is not {SCHEMA}",
            "Annotate the letter again with this version.",
        )
    try:
        annotation = ANNOTATION.validate_python(row)
    except ValidationError as error:
        raise RecordError(path, number, _first(error), "See `epistula schema`.") from error
    problem = next((p for m in annotation.spans if (p := _problem(annotation, m, check))), None)
    problem = problem or _misplaced(annotation.zones, annotation.text) or _dangling(annotation)
    if problem:
        raise RecordError(path, number, problem, "Correct the record or annotate the letter again.")
    return annotation


def _problem(annotation: Annotation, mention: Mention, check: MentionCheck | None) -> str | None:
    name = f"span {mention.id} ({mention.label} {mention.start}–{mention.end})"
    if not mention.start < mention.end <= len(annotation.text):
        return f"{name} lies outside the text of {len(annotation.text)} characters"
    found = annotation.text[mention.start : mention.end]
    if found != mention.text:
        return f"{name} says {mention.text!r} but the text there is {found!r}"
    problem = check(mention) if check else None
    return f"{name}: {problem}" if problem else None


def _misplaced(zones: Iterable[Zone], text: str) -> str | None:
    before = 0
    for zone in zones:
        if not before <= zone.start < zone.end <= len(text):
            return f"zone {zone.kind} {zone.start}–{zone.end} lies outside the text or before the end of another"
        before = zone.end
    return None


def _uncovered(zones: Sequence[Zone], text: str) -> str | None:
    starts, ends = [zone.start for zone in zones], [zone.end for zone in zones]
    for start, end in zip([0, *ends], [*starts, len(text)], strict=True):
        if between := text[start:end].strip():
            return f"no zone holds the text at {start}–{end} ({between[:30]!r})"
    return None


def _dangling(annotation: Annotation) -> str | None:
    ids = {mention.id for mention in annotation.spans}
    if len(ids) < len(annotation.spans):
        return "two spans have the same id"
    for relation in annotation.relations:
        if not {relation.head, relation.tail} <= ids:
            return f"relation {relation.id} ({relation.label}) points at a span that is not there"
    return None


def _completed(path: Path, number: int, row: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return completed(row)
    except (AttributeError, KeyError, TypeError) as error:
        problem = f"no letter with id, text and spans of start, end and label ({type(error).__name__}: {error})"
        raise RecordError(path, number, problem, "See `epistula schema`.") from error


def completed(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a bare row (`id`, `text`, `spans` …) as a full record.

    Raises:
        KeyError: the row has no `spans`, or a span no label, start or end.

    Spans get their ids and texts; the evidence of case records, where it is quotations and not ids, becomes the
    ids of the mentions inside the quotation. Fields that the record does not know are kept under `meta`.
    """
    text = row.get("text", "")
    digest = text_sha256(text)
    spans = [
        {"id": mention_id(digest, s["label"], s["start"], s["end"]), "text": text[s["start"] : s["end"]], **s}
        for s in row["spans"]
    ]
    known = Annotation.__dataclass_fields__.keys()
    full: dict[str, Any] = {k: v for k, v in row.items() if k in known and k != "source"}
    full["meta"] = {
        **row.get("meta", {}),
        **{k: v for k, v in row.items() if k not in known or k == "source"},
    }
    records = [{**r, "evidence": _evidence(r.get("evidence", ()), text, spans)} for r in row.get("records", ())]
    return {**full, "id": str(row["id"]), "schema": SCHEMA, "spans": spans, "records": records}


def _evidence(evidence: Iterable[str], text: str, spans: Iterable[Mapping[str, Any]]) -> list[str]:
    ids: list[str] = []
    known = {s["id"] for s in spans}
    for quotation in evidence:
        if quotation in known:
            ids.append(quotation)
            continue
        start = text.find(quotation)
        end = start + len(quotation)
        ids += [s["id"] for s in spans if start >= 0 and start <= s["start"] and s["end"] <= end]
    return list(dict.fromkeys(ids))


def write_text(path: Path, text: str) -> None:
    """Write a text file, whole or not at all.

    Raises:
        InputError: the place cannot be written.
    """
    with replacing(path) as file:
        file.write(text.encode("utf-8"))


def is_special(path: Path) -> bool:
    """Say whether a path is a device or a pipe, such as /dev/stdout: written to, never replaced."""
    return path.exists() and not path.is_file() and not path.is_dir()


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a temporary file beside `path`; flush, sync and rename it when all went well, else remove it."""
    if path.is_dir() or not path.name:
        raise InputError(f"{path}: is a folder. Name a file, such as {path / 'out.jsonl'}.")
    if is_special(path):
        with path.open("wb") as file:
            yield file
        return
    target = path.resolve()  # a link stays a link
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"{path}: cannot be written: {reason}. Name a file in a folder that exists.") from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


class RecordWriter(Generic[T]):
    """Writes records to an open file, one a line, and counts them."""

    def __init__(self, file: BinaryIO, adapter: TypeAdapter[T]) -> None:
        self._file = file
        self._adapter: TypeAdapter[T] = adapter
        self.count = 0

    def write(self, record: T) -> None:
        """Add one record as one line."""
        self._file.write(self._adapter.dump_json(record) + b"\n")
        self.count += 1


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_annotations(path: Path, annotations: Iterable[Annotation]) -> int:
    """Write annotations to a file, whole or not at all; return how many."""
    with replacing(path) as file:
        writer = RecordWriter(file, ANNOTATION)
        for annotation in annotations:
            writer.write(annotation)
    return writer.count


@contextmanager
def writers(path: Path) -> Iterator[tuple[RecordWriter[Annotation], RecordWriter[Failure]]]:
    """Open the writers of an annotation file and of the failures beside it; both appear at the end.

    The failures file is removed when there was no failure, so that an old one cannot mislead.
    """
    failures = failures_path(path)
    with replacing(path) as good_file, replacing(failures) as bad_file:
        bad = RecordWriter(bad_file, FAILURE)
        yield RecordWriter(good_file, ANNOTATION), bad
    if not bad.count and not is_special(failures):
        failures.unlink(missing_ok=True)


def failures_path(path: Path) -> Path:
    """Return where the failures of an annotation file stand; nowhere for a device or a pipe."""
    if is_special(path):
        return Path(os.devnull)
    return path.with_name(f"{path.name}.failures.jsonl")


def read_failures(path: Path) -> list[Failure]:
    """Return the failures beside an annotation file; none when there is no such file."""
    beside = failures_path(path)
    if not beside.is_file():
        return []
    return [FAILURE.validate_python(parse_row(beside, number, line)) for number, line in read_lines(beside)]
