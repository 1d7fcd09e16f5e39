"""DIAGNOSIS: the underlying immune-mediated disease."""

from epistula.labels.diagnosis.finder import find
from epistula.labels.label import Label

LABEL = Label(
    name="DIAGNOSIS",
    description="The underlying immune-mediated disease, with its qualifiers of kind.",
    find=find,
    after=("AUTOANTIBODY",),
    colour="#a1d99b",
)
