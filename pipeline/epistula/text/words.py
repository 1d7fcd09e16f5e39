"""Words in one normal form, for lexicons and letters alike.

A word is a run of letters or a run of digits; Greek letters and the prefix "anti" are words of their
own. So "MDA5", "MDA-5" and "MDA 5" are the same two words, "IFN-α" and "IFN alpha" as well, and
"anticardiolipin" is "anti-cardiolipin". The normal form has
no case, accent, plural or British spelling. Offsets always point into the text as it was given.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "κ": "kappa", "λ": "lambda", "μ": "mu", "σ": "sigma", "τ": "tau", "ω": "omega",
}  # fmt: skip
ACCENTS = "[\\u0300-\\u036f]"
"""Accents that stand as characters of their own, behind their letter."""
LETTER = r"[^\W\d_Ͱ-Ͽµ]"
WORD = re.compile(rf"(?i:anti)(?=[a-z]{{3}}|[A-Z]{{3}})|{LETTER}+(?:{ACCENTS}+{LETTER}*)*|\d+|[Ͱ-Ͽµ]{ACCENTS}*")
POSSESSIVE = re.compile(r"(?<=\w)['’]s\b")
GAP = re.compile(r"(?:['’]s)?[ \t\u00a0]*[-\u00ad\u2010-\u2015/'’]?[ \t\u00a0]*\Z")
WIDEST_GAP = 8
SPELLINGS = [
    (re.compile(r"ae$"), "a"),
    (re.compile(r"ae|oe"), "e"),
    (re.compile(r"sulph"), "sulf"),
    (re.compile(r"leuco"), "leuko"),
    (re.compile(r"our(?=s?$|ed$|ing$|al$|less$)"), "or"),
    (re.compile(r"is(?=ation$|ations$|ed$|es$|e$|ing$)"), "iz"),
    (re.compile(r"ys(?=ed$|es$|e$|ing$)"), "yz"),
]
CAPITALS_PLURAL = re.compile(r"(?<=[A-Z]{2})s\Z")
"""The plural s of a short form: "SSRIs"."""
PLURALS = [
    (re.compile(r"\Acrises\Z"), "crisis"),
    (re.compile(r"(?<=..it)ides$"), "is"),
    (re.compile(r"(?<=..[oey]s)es$"), "is"),
    (re.compile(r"(?<=...)ies$"), "y"),
    (re.compile(r"(?<=.(?:ss|sh|ch|.x))es$"), ""),
    (re.compile(r"(?<=..[^siu])s$"), ""),
]


@lru_cache(maxsize=200_000)
def normalise(word: str) -> str:
    """Return the normal form of one word: "Oedemata"-like Latin plurals aside, any inflection of
    number, any case, accent, ligature and either spelling give the same string."""
    folded = unicodedata.normalize("NFKD", CAPITALS_PLURAL.sub("", word)).casefold()
    folded = "".join(GREEK.get(c, c) for c in folded if not unicodedata.combining(c))
    folded = folded.replace("æ", "ae").replace("œ", "oe")
    if len(folded) > 3:
        for pattern, replacement in PLURALS:
            folded, hits = pattern.subn(replacement, folded)
            if hits:
                break
    if len(folded) > 4:
        for pattern, replacement in SPELLINGS:
            folded = pattern.sub(replacement, folded)
    return folded


@dataclass(frozen=True)
class Words:
    """The words of a text: three lists of one length, ascending by offset."""

    text: str
    starts: list[int]
    ends: list[int]
    forms: list[str]

    @classmethod
    def of(cls, text: str) -> "Words":
        """Split and normalise a text; the s of a possessive is no word."""
        possessive = {match.end() - 1 for match in POSSESSIVE.finditer(text)}
        starts, ends, forms = [], [], []
        for match in WORD.finditer(text):
            if match.start() not in possessive:
                starts.append(match.start())
                ends.append(match.end())
                forms.append(normalise(match[0]))
        return cls(text, starts, ends, forms)

    def __len__(self) -> int:
        return len(self.starts)

    def joined(self, index: int) -> bool:
        """Say whether word `index` and the next may belong to one name: nothing, spaces, a hyphen,
        a slash or an apostrophe between them."""
        gap = self.text[self.ends[index] : self.starts[index + 1]]
        if gap == ",":  # "3,4-diaminopyridine"
            return self.forms[index].isdigit() and self.forms[index + 1].isdigit()
        return len(gap) <= WIDEST_GAP and GAP.match(gap) is not None

    def opens(self, index: int) -> bool:
        """Say whether no letter or digit touches the word from the left."""
        start = self.starts[index]
        return start == 0 or not self.text[start - 1].isalnum()

    def follows_anti(self, index: int) -> bool:
        """Say whether the word is glued to the prefix "anti", as in "anticardiolipin"."""
        return index > 0 and self.forms[index - 1] == "anti" and self.ends[index - 1] == self.starts[index]

    def closes(self, index: int) -> bool:
        """Say whether no letter or digit touches the word from the right."""
        end = self.ends[index]
        return end == len(self.text) or not self.text[end].isalnum()


@lru_cache(maxsize=200_000)
def key(name: str) -> tuple[str, ...]:
    """Return the normal forms of a name's words: equal for all variants of the name."""
    return tuple(Words.of(name).forms)
