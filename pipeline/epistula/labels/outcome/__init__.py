"""OUTCOME: what became of patients, an organ or the disease."""

from epistula.labels.label import Attribute, Label
from epistula.labels.outcome.finder import find

LABEL = Label(
    name="OUTCOME",
    description="The words that say what became of patients, an organ or the disease.",
    find=find,
    attributes=(
        Attribute(
            "category",
            (
                "remission", "improvement", "limited_response", "stable", "no_response", "worsening", "relapse",
                "death", "adverse_event", "good_prognosis", "poor_prognosis",
            ),
        ),
    ),
    relations={"response_to": "DRUG", "affects": "ORGAN", "observed_in": "PATIENTS"},
    after=("DRUG", "ORGAN"),
    colour="#f7b6d2",
)  # fmt: skip
