"""Each line of a label's cases.txt yields the mentions of that label that are tagged, and no others."""

import inspect
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet
from spacy.language import Language

from epistula.convert.tagged import parse_tagged
from epistula.labels import all_labels
from epistula.model import Mention


def cases_of(label: str) -> list[tuple[int, str]]:
    """Return the lines of a label's cases.txt that are cases, with their numbers."""
    path = Path(inspect.getfile(all_labels()[label].find)).with_name("cases.txt")
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    return [(number, line) for number, line in lines if line and not line.startswith("#")]


def case(name: str, line: str) -> ParameterSet:
    """Return a case; a line that begins with “! ” is a known miss, and passing is an error."""
    marks = [pytest.mark.xfail(strict=True, reason="known miss")] if line.startswith("! ") else []
    return pytest.param(name.split("-", maxsplit=1)[0], line.removeprefix("! "), id=name, marks=marks)


CASES = [case(f"{label}-{number}", line) for label in all_labels() for number, line in cases_of(label)]


@pytest.mark.parametrize(("label", "line"), CASES)
def test_case(nlp: Language, label: str, line: str) -> None:
    tagged = parse_tagged(line)
    found = [mention for mention in nlp(tagged.text)._.mentions if mention.label == label]

    assert {span.label for span in tagged.spans} <= {label}, "a line tests one label"
    assert [(m.start, m.end, m.text) for m in found] == [(s.start, s.end, s.text) for s in tagged.spans]
    for mention, span in zip(found, tagged.spans, strict=True):
        assert {name: value_of(mention, name) for name in span.tags} == span.tags, mention.text


@pytest.mark.parametrize("label", all_labels())
def test_a_third_of_the_lines_hold_no_mention_of_the_label(label: str) -> None:
    lines = [line for _, line in cases_of(label)]
    bare = [line for line in lines if not parse_tagged(line).spans]

    assert 3 * len(bare) >= len(lines)


def value_of(mention: Mention, name: str) -> str | None:
    value = getattr(mention, name) if name in ("assertion", "attribution") else mention.attributes.get(name)
    return None if value is None else str(value)
