from collections.abc import Iterator

import pytest

from lib.tests.running import empty_queue


@pytest.fixture
def queue(transactional_db: None) -> Iterator[None]:
    """An empty job queue, before and after: its tables are not Django's, so that no flush empties them."""
    empty_queue()
    yield
    empty_queue()
