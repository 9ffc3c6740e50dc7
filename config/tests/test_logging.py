"""What is logged is logged once."""

import logging
from collections.abc import Iterator


def test_a_message_of_django_reaches_one_console() -> None:
    consoles = [h for logger in _up_from("django.request") for h in logger.handlers if type(h) is logging.StreamHandler]
    assert len(consoles) == 1


def _up_from(name: str) -> Iterator[logging.Logger]:
    """The loggers that hand a message on, up to the root."""
    logger: logging.Logger | None = logging.getLogger(name)
    while logger is not None:
        yield logger
        logger = logger.parent if logger.propagate else None
