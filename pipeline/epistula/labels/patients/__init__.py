"""PATIENTS: a group of patients or a single patient."""

from epistula.labels.label import Attribute, Label
from epistula.labels.patients.finder import find

LABEL = Label(
    name="PATIENTS",
    description="A group of patients or a single patient, from the count to the head noun.",
    find=find,
    attributes=(
        Attribute("n", count=True),
        Attribute("age_group", ("child", "adult", "unspecified")),
        Attribute("sex", ("female", "male")),
    ),
    assertions=(),
    relations={
        "treated_with": "DRUG",
        "has_antibody": "AUTOANTIBODY",
        "has_diagnosis": "DIAGNOSIS",
        "has_involvement": "ORGAN",
    },
    after=("AUTOANTIBODY", "CITATION", "DIAGNOSIS", "ORGAN", "OUTCOME"),
    colour="#ffe08a",
)
