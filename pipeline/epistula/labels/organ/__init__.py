"""ORGAN: involvement of an organ system."""

from epistula.labels.label import Attribute, Label
from epistula.labels.organ.finder import HERE, entries, find

LABEL = Label(
    name="ORGAN",
    description="A manifestation in an organ system, or an organ named as affected or responding.",
    find=find,
    entries=entries,
    folder=HERE,
    attributes=(
        Attribute(
            "system",
            (
                "lung", "skin", "muscle", "joint", "heart", "vessel", "kidney", "cns", "pns", "gut", "liver",
                "eye", "ent", "blood", "endocrine", "bone", "soft_tissue", "reproductive", "constitutional",
            ),
        ),
    ),
    after=("DIAGNOSIS",),
    colour="#fdae6b",
)  # fmt: skip
