"""The attributes of mentions as they are compared: assertion, attribution, and what a label declares."""

from collections.abc import Iterator

from epistula.labels import all_labels
from epistula.labels.label import Attribute
from epistula.model import Mention

CONTEXT = ("assertion", "attribution")
"""What mentions of every label have beside the attributes of the label."""


def declared(label: str) -> dict[str, Attribute]:
    """Return the attributes that a label declares, by name; none for a label that is not ours."""
    return {a.name: a for a in all_labels()[label].attributes} if label in all_labels() else {}


def value(mention: Mention, name: str) -> str | int | None:
    """Return an attribute of a mention, None where it has none."""
    found = getattr(mention, name) if name in CONTEXT else mention.attributes.get(name)
    return found if found is None or isinstance(found, int) else str(found)


def compared(gold: Mention, predicted: Mention) -> Iterator[tuple[str, str | int | None, str | int | None, bool]]:
    """Yield name, gold and predicted value of each attribute that counts, and whether they mean the same.

    Assertion and attribution count where gold states them, the label's own attributes where either side does.
    """
    known = declared(gold.label)
    for name in sorted({*gold.attributes, *predicted.attributes}):
        one, other = value(gold, name), value(predicted, name)
        yield name, one, other, known[name].same(one, other) if name in known else one == other
    for name in CONTEXT:
        if (one := value(gold, name)) is not None:
            yield name, one, value(predicted, name), one == value(predicted, name)


def closed(label: str) -> list[str]:
    """Return the attributes of a label that have fixed values."""
    return [*CONTEXT, *(name for name, attribute in declared(label).items() if attribute.values)]
