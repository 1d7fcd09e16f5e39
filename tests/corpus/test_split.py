"""The letters of the test split: none of their text is in the cases that rules are made by."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LETTERS = ROOT / "annotations" / "gold" / "letters.jsonl"
TEST = set((ROOT / "annotations" / "gold" / "test.txt").read_text().split())
CASES = sorted((ROOT / "pipeline").rglob("*cases.txt"))
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


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_case_quotes_a_test_letter(path):
    quoted = set.union(*(runs(text) for name, text in texts().items() if name in TEST))
    assert not [line for line in path.read_text().splitlines() if runs(line) & quoted]
