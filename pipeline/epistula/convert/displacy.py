"""A letter as an HTML page by displaCy, spaCy's own viewer; overlapping mentions are stacked."""

import warnings
from functools import lru_cache
from html import escape

import spacy
from spacy import displacy
from spacy.language import Language

from epistula.labels import all_labels
from epistula.model import Annotation
from epistula.text.docs import SPANS_KEY, set_mentions


def to_html(annotation: Annotation) -> str:
    """Return a page that shows the letter's mentions."""
    doc = _tokenizer().make_doc(annotation.text)
    doc.user_data["title"] = escape(annotation.source.title or annotation.id)  # displaCy does not
    set_mentions(doc, annotation.spans)
    colours = {name: label.colour for name, label in all_labels().items()}
    options = {"spans_key": SPANS_KEY, "colors": colours}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "\\[W117\\]", UserWarning)  # a letter may hold no mention
        page: str = displacy.render(doc, style="span", page=True, jupyter=False, options=options)
    return page


@lru_cache(maxsize=1)
def _tokenizer() -> Language:
    return spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "epistula.clinical_tokenizer.v1"}}})
