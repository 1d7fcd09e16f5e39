"""What all tests share: one pipeline, and properties that give the same verdict on every machine."""

import pytest
from hypothesis import settings

import epistula

settings.register_profile("epistula", deadline=None, derandomize=True)
settings.load_profile("epistula")


@pytest.fixture(scope="session")
def nlp():
    return epistula.load()
