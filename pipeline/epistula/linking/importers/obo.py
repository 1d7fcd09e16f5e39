"""Ontologies such as HPO, MONDO and UBERON, in OBO or OBO Graphs JSON, read by pronto."""

import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from epistula.errors import InputError, RecordError
from epistula.linking.importers._files import Term, lines

if TYPE_CHECKING:
    from pronto.ontology import Ontology
    from pronto.term import Term as OntologyTerm

DATE = re.compile(r"\d{4}-\d\d-\d\d")


def read(path: Path, *, under: Sequence[str] = (), related: bool = False) -> Iterator[Term]:
    """Yield the terms that are not obsolete, with their exact synonyms.

    The ids of terms that were merged into one are its other identifiers.

    Args:
        path: the ontology; what it imports is not fetched.
        under: ids of terms of which only the descendants by is_a are wanted, these terms themselves not.
        related: take related synonyms too.

    Raises:
        InputError: pronto is not installed, or the file or one of its terms cannot be read.
    """
    ontology = _load(path)
    source = _source(ontology, path)
    scopes = {"EXACT", "RELATED"} if related else {"EXACT"}
    for term in _below(ontology, under, path) if under else ontology.terms():
        if term.name and not term.obsolete:
            aliases = sorted(synonym.description for synonym in term.synonyms if synonym.scope in scopes)
            yield Term(term.id, term.name, tuple(aliases), source, tuple(sorted(term.alternate_ids)))


def _load(path: Path) -> "Ontology":
    try:
        from pronto.ontology import Ontology
        from pronto.utils.warnings import ProntoWarning
    except ImportError as error:
        raise InputError("OBO files need pronto. Run: pip install 'epistula[vocabulary]'.") from error
    next(lines(path), None)  # pronto would take a path that is not there for an address
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ProntoWarning)  # clauses that we have no use for
        warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"pronto\.")  # is_a as a relationship
        try:
            return Ontology(path, import_depth=0, encoding="utf-8")
        except BaseException as error:
            # a document without a graph makes fastobo, which is Rust, panic: that is no Exception
            if isinstance(error, Exception) or type(error).__name__ == "PanicException":
                raise _refusal(path, error) from error
            raise


def _refusal(path: Path, error: BaseException) -> InputError:
    if isinstance(error, SyntaxError):
        return RecordError(path, error.lineno or 1, f"no OBO: {error.msg}", "Mend the line.")
    if isinstance(error, KeyError):
        return InputError(f"{path}: {error} is named by a term and not there. Give the full release, not a part of it.")
    return InputError(f"{path}: no OBO or OBO Graphs JSON: {error}. Give a file of one of the two.")


def _source(ontology: "Ontology", path: Path) -> str:
    """Return the name of the ontology and its release by the header: hp 2015-01-27."""
    name = re.split(r"[/.]", ontology.metadata.ontology or path.name)[0]
    version = ontology.metadata.data_version or ""
    date = DATE.search(version)
    return f"{name} {date[0] if date else version}".strip()


def _below(ontology: "Ontology", under: Iterable[str], path: Path) -> Iterator["OntologyTerm"]:
    for term_id in under:
        try:
            term = ontology.get_term(term_id)
        except KeyError as error:
            raise InputError(
                f"{path}: has no term {term_id!r} to look under. Give an id such as HP:0000118."
            ) from error
        yield from term.subclasses(with_self=False)
