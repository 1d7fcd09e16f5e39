"""The spaCy component that finds the mentions of one label."""

from collections.abc import Callable, Iterable
from typing import Any

from spacy.language import Language
from spacy.scorer import Scorer
from spacy.tokens import Doc, Span
from spacy.training import Example
from spacy.util import registry

from epistula.errors import DeclarationError
from epistula.labels import all_labels
from epistula.labels.label import Label, Match, longest
from epistula.model import Mention, Provenance, mention_id
from epistula.text.docs import SPANS_KEY, reading_of, set_mentions
from epistula.text.reading import Reading
from epistula.version import __version__


class LabelComponent:
    """Adds the mentions of one label to `doc._.mentions` and `doc.spans["epistula"]`.

    Args:
        name: the component's name in the pipeline.
        label: the declaration.
        scorer: called by `nlp.evaluate`.
    """

    def __init__(self, name: str, label: Label, scorer: Callable[..., dict[str, Any]] | None) -> None:
        self.name, self.label, self.scorer = name, label, scorer

    def __call__(self, doc: Doc) -> Doc:
        """Find the label's mentions in a Doc."""
        reading = reading_of(doc)
        others = [m for m in doc._.mentions if m.label != self.label.name]
        matches = longest(self.label.find(reading, others))
        replacing = [match for match in matches if match.replaces]
        kept = (m for m in others if not any(_takes_back(match, m) for match in replacing))
        set_mentions(doc, [*kept, *(self._mention(reading, match) for match in matches)])
        return doc

    def score(self, examples: Iterable[Example], **config: Any) -> dict[str, Any]:
        """Score examples by the component's scorer (spaCy calls this in `nlp.evaluate`)."""
        return self.scorer(examples, **config) if self.scorer else {}

    def _mention(self, reading: Reading, match: Match) -> Mention:
        return Mention(
            id=mention_id(reading.sha256, self.label.name, match.start, match.end),
            start=match.start,
            end=match.end,
            label=self.label.name,
            text=reading.whole[match.start : match.end],
            concept=match.concept,
            assertion=match.assertion,
            attributes=match.attributes,
            by=Provenance(component=self.name, version=__version__, rule=match.rule, cues=match.cues),
        )


def _takes_back(match: Match, mention: Mention) -> bool:
    return mention.label in match.replaces and match.start <= mention.start and mention.end <= match.end


@registry.scorers("epistula.mention_scorer.v1")
def make_mention_scorer() -> Callable[..., dict[str, Any]]:
    """Return the scorer of `doc.spans["epistula"]`: strict precision, recall and F1 by label."""
    return score_mentions


def score_mentions(examples: Iterable[Example], **config: Any) -> dict[str, Any]:
    """Score the mentions of predicted Docs against the reference spans (`Scorer.score_spans`)."""

    def spans(doc: Doc, _: str) -> Iterable[Span]:
        found: Iterable[Span] = doc.spans.get(SPANS_KEY, [])
        return found

    return Scorer.score_spans(
        examples,
        f"spans_{SPANS_KEY}",
        getter=spans,
        has_annotation=lambda doc: SPANS_KEY in doc.spans,
        allow_overlap=True,
        **config,
    )


@Language.factory(
    "epistula_label",
    assigns=["doc._.mentions", "doc.spans"],
    requires=["token.is_sent_start"],
    default_config={"scorer": {"@scorers": "epistula.mention_scorer.v1"}},
)
def make_label_component(
    nlp: Language, name: str, label: str, scorer: Callable[..., dict[str, Any]] | None
) -> LabelComponent:
    """Build the component of a label.

    Raises:
        DeclarationError: no folder declares the label.
    """
    labels = all_labels()
    if label not in labels:
        raise DeclarationError(f"no label {label!r} is declared. Choose from {', '.join(labels)}.")
    return LabelComponent(name, labels[label], scorer)
