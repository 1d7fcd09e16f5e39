"""The spaCy component that sets sentences, and the tokenizer that all components expect."""

from collections.abc import Callable

import numpy as np
from spacy.attrs import SENT_START
from spacy.lang.char_classes import ALPHA, HYPHENS
from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc
from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex, registry

from epistula.text.docs import reading_of

SPLITS = [
    rf"(?<=[\w)\]])(?:{HYPHENS}|[‐‑/+,;:()\[\]])(?=[\w(\[])",
    rf"(?<=[{ALPHA}])[./](?=[A-Z])",
    r"[()\[\]/]",
]


class Sentences:
    """Sets sentence starts by the rules of `text.sentences`."""

    def __call__(self, doc: Doc) -> Doc:
        """Mark the first token of each sentence."""
        starts = {start for start, _ in reading_of(doc).sentences}
        marks = np.array([1 if token.i == 0 or token.idx in starts else -1 for token in doc], dtype=np.int64)
        # all at once: token.is_sent_start looks at the whole Doc each time it is set
        marked: Doc = doc.from_array([SENT_START], marks.astype(np.uint64).reshape(-1, 1))  # type: ignore[arg-type]
        return marked


@Language.factory("epistula_sentences", assigns=["token.is_sent_start"])
def make_sentences(nlp: Language, name: str) -> Sentences:
    """Build the sentence component."""
    return Sentences()


@registry.tokenizers("epistula.clinical_tokenizer.v1")
def make_clinical_tokenizer() -> Callable[[Language], Tokenizer]:
    """Return the builder of the tokenizer (spaCy's registered function)."""
    return clinical_tokenizer


def clinical_tokenizer(nlp: Language) -> Tokenizer:
    """Return the language's tokenizer, splitting at every hyphen, slash, plus and bracket as well, so
    that the borders of mentions are borders of tokens."""
    defaults = nlp.Defaults
    return Tokenizer(
        nlp.vocab,
        rules=defaults.tokenizer_exceptions,
        prefix_search=compile_prefix_regex([*(defaults.prefixes or []), r"[-–/+~<>≥≤=]"]).search,
        suffix_search=compile_suffix_regex([*(defaults.suffixes or []), r"[-–/+]"]).search,
        infix_finditer=compile_infix_regex([*(defaults.infixes or []), *SPLITS]).finditer,
        token_match=defaults.token_match,
        url_match=defaults.url_match,
    )
