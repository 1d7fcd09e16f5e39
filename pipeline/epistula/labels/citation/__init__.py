"""CITATION: one bibliographic reference."""

from epistula.labels.citation.finder import find
from epistula.labels.label import Label

LABEL = Label(
    name="CITATION",
    description="One bibliographic reference, by author and year or by number.",
    find=find,
    assertions=(),
    colour="#d9d9d9",
)
