"""What the tests of real PDFs share: they run with each reader."""

import pytest

from epistula.readers import ReaderName


@pytest.fixture(params=list(ReaderName), scope="session")
def reader(request) -> ReaderName:
    return request.param
