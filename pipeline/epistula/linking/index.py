"""Finding the names most like a mention: scispaCy's candidates over TF-IDF weighted letter trigrams.

scispaCy searches approximately with nmslib, whose result depends on chance and threads; the same search is
done here exactly, by one sparse product, so that a letter gives the same record everywhere. The method is
that of Neumann et al., ScispaCy (2019), section 4.
"""

import json
import logging
import os
import tempfile
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from platformdirs import user_cache_dir
from scipy import sparse

from epistula.labels.concepts import Entry
from epistula.linking.knowledge import knowledge_base, likeness, normal_form
from epistula.model import Candidate

logger = logging.getLogger(__name__)
VERSION = 1
"""To be raised when the index of the same names would be another."""
NEIGHBOURS = 20


class ExactIndex:
    """The names of a knowledge base as rows of a matrix; asked as scispaCy asks nmslib."""

    def __init__(self, matrix: Any) -> None:
        self.matrix = matrix

    def knnQueryBatch(self, vectors: Any, k: int) -> list[tuple[Any, Any]]:  # noqa: N802 nmslib's name
        """Return the `k` nearest rows of each vector and their cosine distances, the nearest first."""
        product = (vectors @ self.matrix.T).tocsr()
        found = []
        for start, end in zip(product.indptr[:-1], product.indptr[1:], strict=True):
            rows, likeness = product.indices[start:end], product.data[start:end]
            order = np.lexsort((rows, -likeness))[:k]
            found.append((rows[order], 1.0 - likeness[order]))
        return found


class Linker:
    """The concepts of one label, looked up by likeness; built at first use, and kept on disk.

    Args:
        entries: the concepts, those that win ties first.
        cache: folder for indexes; the user's cache folder when None.
    """

    def __init__(self, entries: Iterable[Entry], cache: Path | None = None) -> None:
        from scispacy.candidate_generation import CandidateGenerator

        entries = list(entries)
        self._names = {entry.id: entry.name for entry in reversed(entries)}
        self._rank = {entry.id: -rank for rank, entry in enumerate(reversed(entries))}
        kb = knowledge_base(entries)
        aliases = sorted(kb.alias_to_cuis)
        vectorizer, matrix = indexed(aliases, cache or default_cache())
        self._generate = CandidateGenerator(ExactIndex(matrix), vectorizer, aliases, kb)
        self._known: dict[str, tuple[Candidate, ...]] = {}

    def candidates(self, texts: Sequence[str]) -> list[tuple[Candidate, ...]]:
        """Return for each text the concepts whose names are most like it, the best first; none for a text
        that shares no trigram with any name. The score is the likeness of the words (`knowledge.likeness`)."""
        new = sorted({text for text in texts if text not in self._known})
        normal = [normal_form(text) for text in new]
        for text, form, found in zip(new, normal, self._generate(normal, NEIGHBOURS) if new else [], strict=True):
            self._known[text] = self._ranked(form, found)
        return [self._known[text] for text in texts]

    def _ranked(self, form: str, found: Iterable[Any]) -> tuple[Candidate, ...]:
        """Return candidates of scispaCy with scores, by words and trigrams; our own concepts win ties."""
        ranked = []
        for concept in found:
            pairs = zip(concept.aliases, concept.similarities, strict=True)
            trigrams, words = max(
                (round((likeness(form, a) + s) / 2, 4), round(likeness(form, a), 4)) for a, s in pairs
            )
            ranked.append((-trigrams, self._rank[concept.concept_id], concept.concept_id, words))
        return tuple(Candidate(i, self._names[i], words) for _, _, i, words in sorted(ranked))


def default_cache() -> Path:
    """Return the folder where indexes are kept: $EPISTULA_CACHE, else the user's cache folder."""
    return Path(os.environ.get("EPISTULA_CACHE") or user_cache_dir("epistula")) / "linking"


def indexed(aliases: Sequence[str], cache: Path) -> tuple[Any, Any]:
    """Return vectorizer and matrix of some names, from the cache when these very names are there.

    A cache that cannot be written to is done without; a file in it that is broken is made anew.
    """
    name = sha256(json.dumps([VERSION, *aliases]).encode()).hexdigest()[:32]
    path = cache / f"{name}.npz"
    try:
        return _load(path)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        vectorizer, matrix = _build(aliases)
    try:
        _save(path, vectorizer, matrix)
    except OSError as error:
        logger.warning("the index is not kept: %s", error)
    return vectorizer, matrix


def _vectorizer(vocabulary: dict[str, int] | None = None) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), dtype=np.float32, vocabulary=vocabulary)


def _build(aliases: Sequence[str]) -> tuple[Any, Any]:
    vectorizer = _vectorizer()
    return vectorizer, vectorizer.fit_transform(aliases).tocsr()


def _save(path: Path, vectorizer: Any, matrix: Any) -> None:
    """Write plain arrays, no pickles: to a temporary file that is renamed when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    terms = sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.get)
    parts = {"data": matrix.data, "indices": matrix.indices, "indptr": matrix.indptr, "shape": matrix.shape}
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        try:
            np.savez(file, terms=np.array(terms), idf=vectorizer.idf_, **parts)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def _load(path: Path) -> tuple[Any, Any]:
    with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        vectorizer = _vectorizer({term: number for number, term in enumerate(stored["terms"].tolist())})
        vectorizer.idf_ = stored["idf"]
        parts = stored["data"], stored["indices"], stored["indptr"]
        return vectorizer, sparse.csr_matrix(parts, shape=tuple(stored["shape"].tolist()))
