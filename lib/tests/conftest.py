import pytest


@pytest.fixture
def queue(transactional_db: None) -> None:
    """An empty job queue, whose jobs the real worker sees: they are committed."""
