"""CoNLL: a token a line, its tag in the last column; a blank line ends a sentence, -DOCSTART- begins a text.

Tags are IOB1, IOB2, BIOES or BILOU; which of them need not be said, as one reading fits all. (Tjong Kim Sang and
Veenstra, Representing text chunks, 1999.)
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from epistula.convert.formats._letters import Found, letter
from epistula.model import Annotation

START = "-DOCSTART-"
OUTSIDE, BEGINS, GOES_ON, ENDS = "O", "BSU", "IELM", "ELSU"

Token = tuple[str, str, str]
"""Words, prefix of the tag, label."""


def read(path: Path) -> Iterator[Annotation]:
    """Yield the texts of a file, named after it and numbered from 1; tokens are set a space apart, sentences a line.

    Without -DOCSTART- each sentence is a text.

    Raises:
        ValueError: a line has no tag, or one that is none; with its number.
    """
    texts = list(_texts(path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").split("\n")))
    for number, sentences in enumerate(texts, start=1):
        yield _letter(f"{path.stem}-{number}" if len(texts) > 1 else path.stem, sentences)


def _texts(lines: Iterable[str]) -> Iterator[list[list[Token]]]:
    whole, sentences, sentence = False, list[list[Token]](), list[Token]()
    for number, line in enumerate([*lines, ""], start=1):
        starts = line.startswith(START)
        if sentence and (starts or not line.strip()):
            sentences.append(sentence)
            sentence = []
        if sentences and (starts or not whole):
            yield sentences
            sentences = []
        if starts:
            whole = True
        elif line.strip():
            sentence.append(_token(number, line))
    if sentences:
        yield sentences


def _token(number: int, line: str) -> Token:
    fields = line.rstrip().split("\t") if "\t" in line else line.split()
    prefix, _, label = fields[-1].partition("-")
    known = (prefix == OUTSIDE and not label) or (len(prefix) == 1 and prefix in BEGINS + GOES_ON and label)
    if len(fields) < 2 or not fields[0].strip() or not known:
        raise ValueError(f"line {number}: {line[:40]!r} is no token with a tag such as O, B-DRUG or I-DRUG")
    return fields[0].strip(), prefix, label


def _letter(name: str, sentences: list[list[Token]]) -> Annotation:
    text, found = "", list[Found]()
    for sentence in sentences:
        text += "\n" if text else ""
        opened: tuple[str, int] | None = None
        end = len(text)
        for position, (words, prefix, label) in enumerate(sentence):
            if opened and (prefix not in GOES_ON or label != opened[0]):
                found.append(Found(*opened, end))
                opened = None
            text += (" " if position else "") + words
            opened = opened or ((label, len(text) - len(words)) if label else None)
            end = len(text)
            if opened and prefix in ENDS:
                found.append(Found(*opened, end))
                opened = None
        if opened:
            found.append(Found(*opened, end))
    return letter(name, text, found)
