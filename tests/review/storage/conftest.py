"""Stores on both databases, and letters to decide on."""

from collections.abc import Iterator

import pytest

from epistula.review.store import Store
from tests.review.storage import postgres
from tests.review.storage.letters import Clock


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with postgres.server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path) -> str:
    """Return the address of a new database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'review.sqlite'}"
    return postgres.emptied(request.getfixturevalue("postgres_server"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(url, clock) -> Iterator[Store]:
    store = Store(url, clock)
    yield store
    store.close()
