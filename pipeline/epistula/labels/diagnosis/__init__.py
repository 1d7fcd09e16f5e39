"""DIAGNOSIS: the underlying immune-mediated disease."""

from epistula.labels.diagnosis.finder import HERE, entries, find
from epistula.labels.label import Label

LABEL = Label(
    name="DIAGNOSIS",
    description="The underlying immune-mediated disease, with its qualifiers of kind.",
    find=find,
    entries=entries,
    folder=HERE,
    after=("AUTOANTIBODY",),
    colour="#a1d99b",
)
