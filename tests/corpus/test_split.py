"""The letters of the test split: none of their text is in cases, rules or lexicons."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LETTERS = ROOT / "annotations" / "gold" / "letters.jsonl"
TEST = set((ROOT / "annotations" / "gold" / "test.txt").read_text().split())
DATA = sorted(p for p in (ROOT / "pipeline").rglob("*") if p.suffix in (".txt", ".json", ".jsonl", ".toml", ".py"))
LENGTH = 7
"""Words in a row that are no coincidence."""


def runs(text):
    """Return all runs of `LENGTH` words of a text, tags and punctuation aside."""
    words = re.findall(r"\w+", re.sub(r"\{[^{}]*\}", " ", text).casefold())
    return {tuple(words[i : i + LENGTH]) for i in range(len(words) - LENGTH + 1)}


def texts():
    return {row["id"]: row["text"] for row in map(json.loads, LETTERS.read_text().splitlines())}


def test_the_split_names_letters_that_are_there():
    assert set(texts()) > TEST


@pytest.fixture(scope="module")
def quotable():
    return set.union(*(runs(text) for name, text in texts().items() if name in TEST))


@pytest.mark.parametrize("path", DATA, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_case_or_lexicon_quotes_a_test_letter(path, quotable):
    assert not [line for line in path.read_text().splitlines() if runs(line) & quotable]


def test_a_quotation_would_be_seen(quotable):
    words = next(text for name, text in texts().items() if name in TEST).split()
    assert runs("He wrote: " + " ".join(words[3:14]) + ".") & quotable
