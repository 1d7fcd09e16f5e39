"""Assembling the spaCy pipeline: `epistula.load()`."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from epistula.errors import InputError
from epistula.labels import all_labels
from epistula.model import Annotation, Letter, Pipeline
from epistula.text.offsets import place, superscripts
from epistula.version import __version__

MAX_LENGTH = 10_000_000
"""Characters of a text; spaCy's limit is for models that need memory, which rules do not."""
DATA = frozenset({".json", ".jsonl", ".py"})
ROOMS = ("pdf", "text", "labels", "context", "linking", "relations")
"""Where annotations are made; how they are scored, run or shown changes nothing in them."""
NO_LABELS: Mapping[str, str] = {}


def load(
    *,
    exclude: Collection[str] = (),
    link: bool = False,
    vocabularies: Sequence[Path | str] = (),
    model: str | Path | None = None,
    model_labels: Mapping[str, str] = NO_LABELS,
    lexicon: Sequence[Path | str] = (),
) -> Language:
    """Return a pipeline that annotates clinical letters in English.

    Sentences, one component for each label, abbreviations, assertion, attribution; nothing is downloaded.

    Args:
        exclude: names of components to leave out, such as "attribution" or "drug".
        link: give concepts by likeness to mentions that no lexicon knows.
        vocabularies: files that `epistula vocabulary build` made, to link to as well.
        model: a spaCy model, by package or path, whose entities count beside our rules (see `linking.outside`).
        model_labels: labels of the model → labels of ours.
        lexicon: files of names that count beside our lexicons, and of names that do not (see `labels.additions`).

    Raises:
        InputError: `exclude` holds a name that no component has, or a vocabulary, a lexicon or the model is not there.
        DeclarationError: a lexicon is broken.
    """
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "epistula.clinical_tokenizer.v1"}}})
    nlp.meta.update(name="epistula", version=__version__)
    nlp.max_length = MAX_LENGTH
    parts: list[tuple[str, str, dict[str, Any]]] = [
        ("epistula_sentences", "sentences", {}),
        *(("epistula_label", label.lower(), {"label": label}) for label in all_labels()),
        *([("epistula_model", "model", {"model": str(model), "labels": dict(model_labels)})] if model else []),
        *([("epistula_lexicon", "lexicon", {"lexicons": [str(path) for path in lexicon]})] if lexicon else []),
        *((f"epistula_{name}", name, {}) for name in ("abbreviations", "assertion", "attribution")),
    ]
    if link or vocabularies:
        parts.append(("epistula_linking", "linking", {"vocabularies": [str(path) for path in vocabularies]}))
    names = [name for _, name, _ in parts]
    if isinstance(exclude, str) or not set(exclude) <= set(names):
        raise InputError(f"exclude={exclude!r} names no components. Give a list of some of {', '.join(names)}.")
    for factory, name, config in parts:
        if name not in exclude:
            nlp.add_pipe(factory, name=name, config=config)
    return nlp


def annotate(nlp: Language, letters: Iterable[Letter]) -> Iterator[Annotation]:
    """Yield the annotation of each letter, in order; every mention with its page and boxes."""
    pipeline = describe(nlp)
    for letter in letters:
        yield to_annotation(nlp(to_doc(nlp, letter)), letter, pipeline)


def to_doc(nlp: Language, letter: Letter) -> Doc:
    """Return the Doc of a letter's text with its zones, not yet annotated."""
    doc = nlp.make_doc(letter.text)
    doc._.zones = list(letter.zones)
    doc._.superscripts = list(superscripts(letter))
    return doc


def to_annotation(doc: Doc, letter: Letter, pipeline: Pipeline) -> Annotation:
    """Return what an annotated Doc holds as a record of its letter."""
    return Annotation(
        id=letter.id,
        source=letter.source,
        pipeline=pipeline,
        text=letter.text,
        zones=letter.zones,
        spans=tuple(place(mention, letter) for mention in doc._.mentions),
        relations=tuple(doc._.relations),
        records=tuple(doc._.records),
    )


def describe(nlp: Language) -> Pipeline:
    """Return name, version and configuration hash of a pipeline."""
    meta = nlp.meta
    return Pipeline(
        name=f"{meta['lang']}_{meta['name']}",
        version=__version__,
        config_sha256=sha256("".join([_config(nlp), _data_sha256(), *_outside(nlp)]).encode()).hexdigest(),
    )


def _config(nlp: Language) -> str:
    """Return the configuration without the places of files, which are the same files elsewhere."""
    config = nlp.config.copy()
    for component in config["components"].values():
        for name in ("vocabularies", "model", "lexicons"):
            component.pop(name, None)
    return str(config.to_str())


def _outside(nlp: Language) -> list[str]:
    """Return what the vocabularies, the lexicons and the model hold that components were given."""
    return [found for _, pipe in nlp.pipeline for found in getattr(pipe, "contents", ())]


@lru_cache(maxsize=1)
def _data_sha256() -> str:
    """Return a hash over the lexicons, rules, cues and code that decide what is annotated."""
    root = Path(__file__).parent
    files = sorted(path for room in ROOMS for path in (root / room).rglob("*") if path.suffix in DATA)
    files += [root / name for name in ("model.py", "nlp.py")]
    return sha256(b"".join(path.name.encode() + path.read_bytes() for path in files)).hexdigest()
