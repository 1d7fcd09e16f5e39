"""DRUG: a therapeutic substance or class of substances."""

from epistula.labels.drug.finder import HERE, entries, find, is_no_drug
from epistula.labels.label import Label

LABEL = Label(
    name="DRUG",
    description="A therapeutic substance or class of substances.",
    find=find,
    entries=entries,
    folder=HERE,
    rejects=is_no_drug,
    colour="#9ecae1",
)
