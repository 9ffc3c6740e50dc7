"""Moments as the protocol counts them: whole Unix milliseconds."""

import datetime as dt
from functools import lru_cache

EPOCH, MILLISECOND = dt.datetime(1970, 1, 1, tzinfo=dt.UTC), dt.timedelta(milliseconds=1)


def to_ms(time: dt.datetime) -> int:
    """Rounded down."""
    return (time - EPOCH) // MILLISECOND


@lru_cache(maxsize=4096)  # all that was written together has the same one
def as_text(unix_ms: int) -> str:
    """RFC 3339 in UTC, with microseconds."""
    return (EPOCH + unix_ms * MILLISECOND).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
