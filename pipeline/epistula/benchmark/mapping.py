"""What the labels of another corpus stand for: a TOML file a corpus, those of `mappings/` by name."""

import tomllib
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from epistula.convert.formats import FORMATS
from epistula.errors import DeclarationError, InputError
from epistula.labels import all_labels
from epistula.model import STRICT, Assertion

SHIPPED = Path(__file__).parent / "mappings"


@dataclass(frozen=True, config=STRICT)
class AssertionMapping:
    """Where a corpus says whether a mention is true of the patient.

    Args:
        attribute: what the corpus calls it.
        values: value of theirs → assertion of ours.
        also: assertion of ours that the corpus does not know → the one it counts as.
    """

    attribute: str
    values: Mapping[str, Assertion]
    also: Mapping[Assertion, Assertion] = field(default_factory=dict)

    def folded(self, assertion: Assertion | None) -> Assertion | None:
        """Return an assertion of ours as the corpus would tell it."""
        return self.also.get(assertion, assertion) if assertion else None


@dataclass(frozen=True, config=STRICT)
class CorpusMapping:
    """How a corpus is read and scored.

    Args:
        name: what the corpus is called.
        format: in which it is published, one of `FORMATS`.
        labels: label of theirs → label of ours; several may stand for one, those not named are left out.
        scored: labels of ours that are scored; predictions of others are left out.
        files: which files of a folder, when not those usual for the format.
        published, licence, citation: where it is to be had, under what terms, and what to cite.
        note: what a figure on it does not say.
        given: whether its mentions are given and only their assertion is asked for.
        assertion: where it states assertions, if it does.
        system: label of a system → label of ours, beside our labels and those of the corpus.
    """

    name: str
    format: str
    labels: Mapping[str, str]
    scored: tuple[str, ...]
    files: str | None = None
    published: str = ""
    licence: str = ""
    citation: str = ""
    note: str = ""
    given: bool = False
    assertion: AssertionMapping | None = None
    system: Mapping[str, str] = field(default_factory=dict)

    @property
    def of_systems(self) -> dict[str, str]:
        """What labels of a system stand for: our names, the names of the corpus, and those named for systems."""
        return {**{label: label for label in all_labels()}, **self.labels, **self.system}


MAPPING = TypeAdapter(CorpusMapping)


def shipped() -> dict[str, Path]:
    """Return the mappings that come with epistula, by name."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.toml"), key=lambda path: path.stem)}


def load_mapping(name: str) -> CorpusMapping:
    """Return a mapping by its name, or from a file.

    Raises:
        InputError: there is no such mapping or file.
        DeclarationError: the file is no TOML, has unknown fields, or names labels or a format that do not exist.
    """
    path = shipped().get(name.casefold(), Path(name))
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        names = ", ".join(shipped())
        raise InputError(f"{name}: no such mapping. Use one of {names}, or give a TOML file.") from error
    except ValueError as error:
        raise DeclarationError(f"{path}: no TOML: {error}. Mend it.") from error
    try:
        mapping = MAPPING.validate_python(data)
    except ValidationError as error:
        # a field that is written wrongly is missing too: say what was written
        first = min(error.errors(), key=lambda e: e["type"] != "unexpected_keyword_argument")
        place = ".".join(map(str, first["loc"]))
        raise DeclarationError(f"{path}: {place}: {first['msg']}. See docs/benchmarks.md.") from error
    if problem := _problem(mapping):
        raise DeclarationError(f"{path}: {problem}")
    return mapping


def _problem(mapping: CorpusMapping) -> str | None:
    if mapping.format not in FORMATS:
        return f"there is no format {mapping.format!r}. Use one of {', '.join(FORMATS)}."
    if problem := unknown_label([*mapping.labels.values(), *mapping.scored, *mapping.system.values()]):
        return problem
    if not mapping.scored:
        return "scored names no label. Name those of ours that the corpus can tell."
    if idle := set(mapping.scored) - set(mapping.labels.values()):
        return f"scored names {min(idle)}, but no label of the corpus stands for it. Add one to labels, or take it out."
    if mapping.given and mapping.assertion is None:
        return "given mentions need [assertion], or nothing is left to ask for. Add it."
    return None


def unknown_label(names: list[str]) -> str | None:
    """Say which of the names is no label of ours, and what to do, or None."""
    known = all_labels()
    unknown = sorted(set(names) - set(known))
    return f"there is no label {unknown[0]!r}. Choose of: {', '.join(known)}." if unknown else None
