"""Words a second beside medspaCy and EDS-NLP, each doing sentences, the same lexicon and negation.

    python bench/peers.py        (pip install medspacy edsnlp, or one of them, beside epistula)

The texts are the running texts of the letters of the corpus; the lexicon is the names of our drugs,
short forms left out because the peers would match them in any case. Ours runs the whole drug component
(grammar and stems as well) and the whole assertion component. The best of several passes counts.
"""

import importlib.util
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from spacy.language import Language

from epistula.labels import all_labels
from epistula.labels.drug.finder import entries
from epistula.model import RUNNING_TEXT
from epistula.nlp import load
from epistula.pdf import read_pdf
from epistula.text.lexicon import is_short_form

LETTERS = sorted((Path(__file__).parents[1] / "corpus" / "letters").glob("*.pdf"))
PASSES = 3


def texts() -> list[str]:
    """Return the running text of each letter, one paragraph a line."""
    letters = [read_pdf(path) for path in LETTERS]
    return ["\n".join(le.text[z.start : z.end] for z in le.zones if z.kind in RUNNING_TEXT) for le in letters]


def names() -> list[str]:
    """Return the names of the lexicon that all can look up."""
    return sorted({name for entry in entries() for name in entry.names if not is_short_form(name)})


def ours() -> Language:
    """Return our pipeline for drugs with assertion."""
    others = [label.lower() for label in all_labels() if label != "DRUG"]
    return load(exclude=[*others, "abbreviations", "attribution"])


def medspacy() -> Language:
    """Return medspaCy's: PyRuSH sentences, target matcher, ConText."""
    import medspacy
    from loguru import logger
    from medspacy.ner import TargetRule

    logger.disable("PyRuSH")  # writes a line for each token, which would be measured

    nlp: Language = medspacy.load(medspacy_enable={"medspacy_pyrush", "medspacy_target_matcher", "medspacy_context"})
    nlp.get_pipe("medspacy_target_matcher").add([TargetRule(name, "DRUG") for name in names()])
    return nlp


def edsnlp() -> Language:
    """Return EDS-NLP's: sentences, matcher, negation."""
    import edsnlp

    nlp: Language = edsnlp.blank("eds")
    nlp.add_pipe("eds.sentences")
    nlp.add_pipe("eds.matcher", config={"terms": {"drug": names()}, "attr": "LOWER"})
    nlp.add_pipe("eds.negation")
    return nlp


def peers() -> Iterator[tuple[str, Callable[[], Language]]]:
    """Yield the peers that are installed."""
    for name, make in (("medspaCy", medspacy), ("EDS-NLP", edsnlp)):
        if importlib.util.find_spec(name.replace("-", "").lower()):
            yield name, make
        else:
            print(f"{name} is not installed")


def rate(nlp: Language, documents: list[str]) -> float:
    """Return words a second of the fastest pass."""
    seconds = []
    for _ in range(PASSES):
        started = time.perf_counter()
        for text in documents:
            nlp(text)
        seconds.append(time.perf_counter() - started)
    return sum(len(text.split()) for text in documents) / min(seconds)


def main() -> None:
    """Measure and print."""
    documents = texts()
    mine = rate(ours(), documents)
    print(f"epistula, drugs and assertion: {mine:,.0f} words/s")
    whole = rate(load(), documents)
    print(f"epistula, whole pipeline: {whole:,.0f} words/s")
    for name, make in peers():
        theirs = rate(make(), documents)
        ratios = f"ours {mine / theirs:.1f} times, our whole {whole / theirs:.1f} times as fast"
        print(f"{name}: {theirs:,.0f} words/s; {ratios}")


if __name__ == "__main__":
    main()
