"""Somebody else's disease, or one long past: words that keep a finding out of the patient's illness.

The guideline counts the presenting illness of the patients; relatives, past history and childhood are
left out, except where a history is denied. Diagnoses are left out for relatives alone.
"""

import re

from epistula.text.reading import Reading

CLAUSE_START = re.compile(
    r"[;:]\s|,\s(?:but|while|whereas|although)\b|\bbut\b|\bwith no\b|\bpresent(?:ed|ing)\b"
    r"|\badmitted\b|\bthat\b|\bwho\b(?! (?:had|has|was))"
)
RELATIVE = re.compile(
    r"\bfamily\s(?:and\s\w+\s)?histor(?:y|ies)\b"
    r"|\b(?:mother|father|brother|sister|aunt|uncle|grandmother|grandfather|cousin|parents?|son|daughter|donor|relatives?|family)"
    r"(?:'s)?\s(?:who\s)?(?:had|has|have|was|were|is|are|suffers?|suffered|with|died|followed|did)\b"
    r"|\b(?:mother|father|sister|brother|grandmother|grandfather)\swas\s\w+\sfor\b",
    re.IGNORECASE,
)
PAST = re.compile(
    r"\b(?:past|medical|previous|prior|remote|surgical|personal|known|clinical)\s(?:medical\s|surgical\s|clinical\s)?history\b"
    r"|\bco-?morbidit(?:y|ies)\b|\brisk\sfactors?\b|\bantecedents\b|\bhad\s(?:once\s)?suffered\sfrom\b",
    re.IGNORECASE,
)
LONG_AGO = re.compile(
    r"[^.;,]{0,40}?\b(?:as\sa\s(?:child|teenager|boy|girl)|in\s(?:childhood|adolescence|(?:his|her)\s(?:youth|teens|childhood)))\b",
    re.IGNORECASE,
)
DENIED = re.compile(r"\b(?:no|not|without|denied|negative|non-?contributory|unremarkable|neither)\b", re.IGNORECASE)


def is_relatives(reading: Reading, start: int) -> bool:
    """Say whether a disease is a relative's."""
    return RELATIVE.search(CLAUSE_START.split(reading.before(start))[-1]) is not None


def is_elsewhere(reading: Reading, start: int, end: int) -> bool:
    """Say whether a finding belongs to a relative, or to a past that is not the illness told."""
    if is_relatives(reading, start):
        return True
    clause = CLAUSE_START.split(reading.before(start))[-1]
    if LONG_AGO.match(reading.after(end)):
        return True
    return PAST.search(clause) is not None and DENIED.search(clause) is None
