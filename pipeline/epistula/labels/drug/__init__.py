"""DRUG: a therapeutic substance or class of substances."""

from epistula.labels.drug.finder import find
from epistula.labels.label import Label

LABEL = Label(
    name="DRUG",
    description="A therapeutic substance or class of substances.",
    find=find,
    colour="#9ecae1",
)
