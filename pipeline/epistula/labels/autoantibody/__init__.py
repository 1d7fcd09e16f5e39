"""AUTOANTIBODY: an autoantibody of a named specificity, or a named class of them."""

from epistula.labels.autoantibody.finder import HERE, canonical_antigen, entries, find, is_other_target
from epistula.labels.label import Attribute, Label
from epistula.model import Assertion

LABEL = Label(
    name="AUTOANTIBODY",
    description="An autoantibody of a named specificity or a named class of autoantibodies.",
    find=find,
    entries=entries,
    folder=HERE,
    rejects=is_other_target,
    attributes=(
        Attribute("antigen", canonical=canonical_antigen),
        Attribute("status", ("positive", "negative", "unspecified")),
    ),
    # a negative test is status negative, assertion present (guideline, AUTOANTIBODY)
    assertions=(Assertion.PRESENT, Assertion.POSSIBLE, Assertion.HYPOTHETICAL),
    after=("DRUG",),
    colour="#c5b0d5",
)
