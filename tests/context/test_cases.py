"""Each tagged mention of context/*.cases.txt is found and has the assertion or attribution stated."""

from pathlib import Path

import pytest
from spacy.language import Language

from epistula import context
from epistula.convert.tagged import parse_tagged
from tests.labels.test_cases import case

CASES = [
    case(f"{path.name.split('.')[0]}-{number}", line)
    for path in sorted(Path(context.__file__).parent.glob("*.cases.txt"))
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    if line and not line.startswith("#")
]


@pytest.mark.parametrize(("attribute", "line"), CASES)
def test_case(nlp: Language, attribute: str, line: str) -> None:
    tagged = parse_tagged(line)
    doc = nlp(tagged.text)
    values = {(m.start, m.end, m.label): getattr(m, attribute) for m in doc._.mentions}

    stated = [(span.text, span.tags.get(attribute)) for span in tagged.spans]
    found = [(span.text, values.get((span.start, span.end, span.label))) for span in tagged.spans]

    assert stated and None not in dict(stated).values(), "a line of this file states its attribute"
    assert found == stated
