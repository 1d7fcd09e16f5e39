import pytest
from spacy.language import Language

import epistula


@pytest.fixture(scope="session")
def nlp() -> Language:
    return epistula.load()
