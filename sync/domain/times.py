"""Moments as the protocol counts them: whole Unix milliseconds."""

import datetime as dt

EPOCH, MILLISECOND = dt.datetime(1970, 1, 1, tzinfo=dt.UTC), dt.timedelta(milliseconds=1)


def to_ms(time: dt.datetime) -> int:
    """Rounded down."""
    return (time - EPOCH) // MILLISECOND
