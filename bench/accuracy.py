"""How right a PDF is read: characters, order, hyphens, superscripts and boxes against a truth beside it.

    python bench/accuracy.py FILE.pdf … [--reader pdfplumber]

Beside FILE.pdf stands either FILE.blocks.json ({"blocks": [{"role", "text"}], "artefacts": {kind: [text]}}) or
FILE.truth.json ({"title", "abstract": […], "body": […], "captions": […]}). White space is folded, characters are
compared in Unicode form NFKC with one kind of quotation mark. With blocks the running text is the roles title,
heading and body without data availability, competing interests and references; the space that parts a raised number
from its word is not counted as an error. With truth it is abstract and body for the order, and the captions (their
labels aside) as well for the words.
"""

import argparse
import json
import re
import statistics
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import pdfplumber
from rapidfuzz.distance import LCSseq, Levenshtein

from epistula.errors import ReadError
from epistula.model import RUNNING_TEXT, Letter, ZoneKind
from epistula.pdf import read_pdf
from epistula.readers import ReaderName
from epistula.text.offsets import boxes_of, superscripts

QUOTES = str.maketrans("‘’“”µ", "''\"\"μ")
BACK_MATTER = ("data avail", "competing", "reference")
LABEL = re.compile(r"^(?:figure|table|fig\.)\s*\d+\s*[:.]?\s*", re.IGNORECASE)
GLUED = re.compile(r"(?:(?<=[a-z.)])|(?<=[a-z)],))(?P<numbers>\d{1,2}(?:[,–-]\d{1,2})*)(?=[ ,;.)]|$)")
BROAD = (ZoneKind.TITLE, ZoneKind.ABSTRACT, ZoneKind.HEADING, ZoneKind.BODY)


def fold(text: str) -> str:
    """Return a text as it is compared."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(QUOTES).split())


def parted(text: str) -> str:
    """Return a text with raised numbers parted from their words."""
    return GLUED.sub(r" \g<numbers>", text)


def zones(letter: Letter, kinds: Iterable[ZoneKind]) -> list[str]:
    """Return the folded texts of some kinds of zones."""
    wanted = frozenset(kinds)
    return [fold(letter.text[z.start : z.end]) for z in letter.zones if z.kind in wanted]


def order(truth: Sequence[str], found: Sequence[str]) -> float:
    """Return the longest common subsequence as a share of the longer list."""
    return float(LCSseq.similarity(truth, found)) / max(len(truth), len(found), 1)


def word_f1(truth: Sequence[str], found: Sequence[str]) -> float:
    """Return F1 over the words as a bag."""
    shared = sum((Counter(truth) & Counter(found)).values())
    return 2 * shared / max(len(truth) + len(found), 1)


def placed(letter: Letter, path: Path) -> tuple[int, int]:
    """Return how many words of the running text lie where pdfplumber sees the same word, and how many were sought.

    Two boxes agree when they share more than nine tenths of their width; a word that pdfplumber does not see on the
    page (it glues or parts it) is not sought.
    """
    agreed = sought = 0
    with pdfplumber.open(path) as document:
        pages = [page.extract_words(x_tolerance=1.5, use_text_flow=False) for page in document.pages]
    for zone in (z for z in letter.zones if z.kind in RUNNING_TEXT):
        for match in re.finditer(r"\S+", letter.text[zone.start : zone.end]):
            boxes = boxes_of(letter, zone.start + match.start(), zone.start + match.end())
            same = [w for w in pages[boxes[0].page - 1] if w["text"] == match[0]] if len(boxes) == 1 else []
            if same:
                sought += 1
                agreed += any(x_iou(boxes[0].x0, boxes[0].x1, w["x0"], w["x1"]) > 0.9 for w in same)
    return agreed, sought


def x_iou(x0: float, x1: float, other_x0: float, other_x1: float) -> float:
    """Return the shared part of two intervals as a share of their union."""
    return max(0.0, min(x1, other_x1) - max(x0, other_x0)) / max(max(x1, other_x1) - min(x0, other_x0), 1e-9)


def against_blocks(letter: Letter, truth: Path) -> str:
    """Return the figures against a file of blocks."""
    data = json.loads(truth.read_text(encoding="utf-8"))
    wanted, captions, back = [], [], False
    for block in data["blocks"]:
        if block["role"] == "heading":
            back = block["text"].lower().startswith(BACK_MATTER)
        if block["role"] in ("title", "heading", "body") and not back:
            wanted.append(block["text"])
        elif block["role"] == "caption":
            captions.append(block["text"])
    text, found = parted(fold(" ".join(wanted))), parted(" ".join(zones(letter, BROAD)))
    errors = Levenshtein.distance(text, found) / len(text)
    running = " ".join(zones(letter, RUNNING_TEXT))
    theirs = fold(" ".join([*wanted, *captions]))
    artefacts = {fold(artefact) for items in data["artefacts"].values() for artefact in items}
    leaked = sorted(artefact for artefact in artefacts if artefact in running and artefact not in theirs)
    raised = len(superscripts(letter))
    return f"CER {errors:.5f}  order {order(text.split(), found.split()):.5f}  superscripts {raised}  leaked {leaked}"


def against_truth(letter: Letter, truth: Path) -> tuple[float, float]:
    """Return word F1 and word order against a file of abstract, body and captions."""
    data = json.loads(truth.read_text(encoding="utf-8"))
    main = fold(" ".join([*data["abstract"], *data["body"]])).split()
    captions = fold(" ".join(data["captions"])).split()
    found = " ".join(zones(letter, BROAD[1:])).split()
    found_captions = " ".join(LABEL.sub("", text) for text in zones(letter, [ZoneKind.CAPTION])).split()
    return word_f1([*main, *captions], [*found, *found_captions]), order(main, found)


def main() -> None:
    """Measure the files and print a line each."""
    parser = argparse.ArgumentParser(description="Read PDFs and compare with the truth beside them.")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--reader", type=ReaderName, default=ReaderName.PDFIUM)
    options = parser.parse_args()
    f1s, orders, agreed, sought = [], [], 0, 0
    for path in options.files:
        try:
            letter = read_pdf(path, reader=options.reader)
        except ReadError as error:
            print(f"{path.name:28} {error.category}: {error.reason}")
            continue
        here = placed(letter, path)
        agreed, sought = agreed + here[0], sought + here[1]
        places = f"boxes {here[0] / max(here[1], 1):.4f} of {here[1]}"
        if path.with_suffix(".blocks.json").exists():
            print(f"{path.name:28} {against_blocks(letter, path.with_suffix('.blocks.json'))}  {places}")
        elif path.with_suffix(".truth.json").exists():
            f1, words = against_truth(letter, path.with_suffix(".truth.json"))
            f1s.append(f1)
            orders.append(words)
            print(f"{path.name:28} words F1 {f1:.4f}  order {words:.4f}  {places}")
    if f1s:
        print(f"median words F1 {statistics.median(f1s):.4f}, order {statistics.median(orders):.4f}")
        print(f"lowest words F1 {min(f1s):.4f}, order {min(orders):.4f}")
    print(f"boxes that agree with pdfplumber's: {agreed / max(sought, 1):.4f} of {sought} words")


if __name__ == "__main__":
    main()
