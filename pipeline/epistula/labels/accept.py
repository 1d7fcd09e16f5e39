"""Adding what a curator accepts to a concepts file: a new concept, or a name of one that is there."""

import json
import re
import tempfile
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonlines

from epistula.errors import DeclarationError, InputError
from epistula.jsonl import write_text
from epistula.labels.concepts import FIELDS, read_concepts

SOURCE = "accepted from letters"


def accept(path: Path, label: str, form: str, more: Mapping[str, str], alias_of: str | None = None) -> str:
    """Add a form to a concepts file and return the id of its concept.

    The file is written only when it is valid with the addition; its order by id is kept.

    Args:
        path: the concepts file; one that does not exist is made.
        label: the label that its concepts belong to.
        form: the name to add.
        more: fields of the label, such as `system` of ORGAN; those that all other concepts have must be there.
        alias_of: id of the concept that the form is another name of; a new concept without.

    Raises:
        InputError: no concept has the id, a field is missing, the form is a name already, or the file cannot be
            read or written.
    """
    rows = _rows(path)
    if alias_of:
        row = next((row for row in rows if row["id"] == alias_of), None)
        if row is None:
            raise InputError(f"{path}: no concept has the id {alias_of!r}. Give one that is there, or leave it out.")
        row["aliases"] = sorted({*row.get("aliases", ()), form}, key=str.casefold)
    else:
        row = {"id": f"{label.casefold()}:{slug(form)}", "name": form, "aliases": [], **more, "source": SOURCE}
        rows.append(row)
    _require(path, rows, row)
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in sorted(rows, key=lambda row: str(row["id"])))
    _check(path, text, {name for row in rows for name in row} - FIELDS)
    write_text(path, text)
    return str(row["id"])


def slug(form: str) -> str:
    """Return a form as it stands in an id: small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", form.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _rows(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    try:
        with jsonlines.open(path) as reader:
            return list(reader.iter(type=dict))
    except (OSError, jsonlines.InvalidLineError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error


def _require(path: Path, rows: list[dict[str, Any]], new: Mapping[str, Any]) -> None:
    """Refuse a concept without the fields that all others of the file have.

    Raises:
        InputError: naming them.
    """
    others = [{*row} for row in rows if row is not new]
    missing = set.intersection(*others) - set(new) if others else set()
    if missing:
        fields = " ".join(f"--set {name}=…" for name in sorted(missing))
        raise InputError(f"{path}: its concepts have {', '.join(sorted(missing))}. Give {fields}.")


def _check(path: Path, text: str, more: set[str]) -> None:
    """Refuse a text that is no valid concepts file.

    Raises:
        InputError: saying why.
    """
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / path.name
        trial.write_text(text, encoding="utf-8")
        try:
            read_concepts(trial, more)
        except DeclarationError as error:
            raise InputError(str(error).replace(str(trial), str(path))) from error
