"""How long things are kept that only serve those who were away. docs/operating.md says what follows from it."""

from datetime import timedelta

DEVICE_ACTIVE = timedelta(days=180)  # a device seen since is waited for
TOMBSTONE_REST = timedelta(
    days=30
)  # a tombstone stays at least so long: for browsers and others that never say how far they have pulled
TOMBSTONE = timedelta(days=365)  # and at most so long, whoever has not seen it
LOG = timedelta(days=400)  # lines of the log, and the payloads of mutations that were taken
