"""Texts that are kept for long and read seldom, packed with the words that most of them have in common.

A mutation of a set has 420 characters, of which most are names of fields: packed it has 135 bytes. What is packed begins with
a byte that no UTF-8 text can have, and that says by which words; any other bytes are the text itself.
"""

import zlib

PACKED_1 = b"\xff"
# Never changed: what was packed needs them for as long as it is kept. Other words get another byte.
WORDS_1 = (
    b'{"id":"","seq":1,"entity":"measurement","record_id":"","op":"update","base_version":1,"at":"2026-01-01T00:00:00.000000Z",'
    b'"patch":{"kind":"body_weight","value":"80.00","unit":"kg","measured_at":"2026-01-01T00:00:00.000000Z",'
    b'"time_zone":"Europe/Berlin","title":"","notes":"","status":"completed","started_at":"2026-01-01T00:00:00.000000Z",'
    b'"finished_at":null,"workout":"","exercise_type":"","superset":null,"exercise":"","position":1.0,"kind":"working",'
    b'"target_reps":null,"reps":10,"target_load_kg":null,"load_kg":"80.00","typed_load":"80.000","typed_load_unit":"kg",'
    b'"rpe":"8.0","rir":null,"duration_s":null,"distance_m":null,"rest_s":120,"tempo":"",'
    b'"completed_at":"2026-01-01T00:00:00.000000Z"},"group":null,"schema_version":1}{"id":"","seq":1,"entity":"set",'
    b'"record_id":"","op":"create","base_version":0,"at":"2026-01-01T00:00:00.000000Z","patch":{"exercise":"","position":'
)
# Small tables: made for a few hundred bytes, they cost 11 instead of 75 microseconds.
WINDOW_BITS, MEMORY_LEVEL = -11, 5


def packed(text: str) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, WINDOW_BITS, MEMORY_LEVEL, zlib.Z_DEFAULT_STRATEGY, WORDS_1)
    return PACKED_1 + packer.compress(text.encode()) + packer.flush()


def plain(text: str) -> bytes:
    """The same without packing, for what SQL reads too."""
    return text.encode()


def unpacked(kept: bytes) -> str:
    if not kept.startswith(PACKED_1):
        return kept.decode()
    unpacker = zlib.decompressobj(WINDOW_BITS, WORDS_1)
    return (unpacker.decompress(kept[1:]) + unpacker.flush()).decode()
