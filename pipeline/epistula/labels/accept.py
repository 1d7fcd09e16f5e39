"""Adding what a curator accepts to a concepts file: a new concept, or a name of one that is there."""

import json
import re
import tempfile
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from epistula.errors import DeclarationError, InputError
from epistula.jsonl import parse_row, read_lines, write_text
from epistula.labels import all_labels
from epistula.labels.concepts import FIELDS, read_concepts
from epistula.text.words import GREEK

SOURCE = "accepted from letters"


def accept(
    path: Path, label: str, forms: Sequence[str], more: Mapping[str, str], alias_of: str | None = None
) -> list[str]:
    """Add forms to a concepts file and return the ids of their concepts.

    The file is written once, and only when it is valid with all of them; its order by id is kept.

    Args:
        path: the concepts file; one that does not exist is made.
        label: the label that its concepts belong to.
        forms: the names to add.
        more: fields of the label, such as `system` of ORGAN; those that all other concepts have must be there.
        alias_of: id of the concept that the forms are other names of; new concepts without.

    Raises:
        InputError: no concept has the id, a field is missing, unknown or has a value that it cannot have, a form is a
            name already, or the file cannot be read or written.
    """
    rows = _rows(path)
    values = _values(path, rows, label, more, alias_of)
    accepted = []
    for form in forms:
        if alias_of:
            row = next((row for row in rows if row.get("id") == alias_of), None)
            if row is None:
                raise InputError(f"{path}: no concept has the id {alias_of!r}. Give one that is there.")
            row["aliases"] = sorted({*row.get("aliases", ()), form}, key=str.casefold)
        else:
            row = {"id": f"{label.casefold()}:{slug(form)}", "name": form, "aliases": [], **values, "source": SOURCE}
            rows.append(row)
        accepted.append(str(row["id"]))
        _require(path, rows, row)
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in sorted(rows, key=lambda row: str(row["id"])))
    _check(path, text, {name for row in rows for name in row} - FIELDS)
    write_text(path, text)
    return accepted


def _values(
    path: Path, rows: Sequence[Mapping[str, Any]], label: str, more: Mapping[str, str], alias_of: str | None
) -> dict[str, Any]:
    """Return the fields of new concepts as they stand in the file.

    A field must be one that concepts of the file have, or an attribute of the label, and where its values are a
    fixed few, or those of an attribute, the value must be one of them.

    Raises:
        InputError: it is not.
    """
    if more and alias_of:
        raise InputError("--set is for new concepts. Leave it out with --alias-of.")
    declared = {a.name: set(a.values) for a in all_labels()[label].attributes} if label in all_labels() else {}
    known = {name for row in rows for name in row if name not in FIELDS} | set(declared)
    found: dict[str, Any] = {}
    for name, value in more.items():
        if name not in known:
            raise InputError(
                f"{path}: its concepts have no field {name!r} to set. Choose of: {', '.join(sorted(known))}."
            )
        used = [row[name] for row in rows if name in row]
        if used and all(isinstance(one, bool) for one in used):
            if value not in ("true", "false"):
                raise InputError(f"{path}: {name} is true or false, not {value!r}.")
            found[name] = value == "true"
            continue
        few = declared.get(name) or (set(map(str, used)) if 0 < len(set(map(str, used))) <= len(used) // 10 else set())
        if few and value not in few:
            raise InputError(f"{path}: {name} cannot be {value!r}. Choose of: {', '.join(sorted(few))}.")
        found[name] = value
    return found


def slug(form: str) -> str:
    """Return a form as it stands in an id: small letters, digits and hyphens.

    Raises:
        InputError: nothing of it can stand there.
    """
    spelled = "".join(GREEK.get(c, c) for c in form.casefold())
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    found = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if not found:
        raise InputError(f"{form!r} has no letter for an id. Add it by hand, with an id of your own.")
    return found


def _rows(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    rows = [parse_row(path, number, line) for number, line in read_lines(path)]
    for number, row in enumerate(rows, start=1):
        if not isinstance(row.get("id"), str):
            raise InputError(f"{path}, concept {number}: has no id. Mend it first.")
    return rows


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
