from collections.abc import Iterator
from typing import Any

import pytest

from lib.tests.conftest import queue as queue
from lib.tests.hashers import CountingHasher


@pytest.fixture
def counted_hashes(settings: Any) -> Iterator[list[str]]:
    """The passwords hashed or checked so far, oldest first."""
    settings.PASSWORD_HASHERS = ["lib.tests.hashers.CountingHasher"]
    CountingHasher.hashed.clear()
    yield CountingHasher.hashed
    CountingHasher.hashed.clear()
