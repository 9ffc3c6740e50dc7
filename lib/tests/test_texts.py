"""Texts of others."""

import pytest

from lib.texts import storable, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, Bankdrücken, 腕立て", "plain, Bankdrücken, 腕立て"),
        ("a\r\nb\tc", r"a\r\nb\tc"),
        ("\x1b[31mred\x7f\x9b0m", r"\x1b[31mred\x7f\x9b0m"),
        ("a\0b", r"a\x00b"),
        ("a\u2028b\x85c", r"a\u2028b\x85c"),
        ("a\u202egpj.exe", r"a\u202egpj.exe"),
        ("half an emoji \ud83d", r"half an emoji \ud83d"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_json_that_postgresql_cannot_hold_is_written_out() -> None:
    found = storable({"a\0": ["b\ud83d", {"c": "d\n", "e": 1}], "f": None})
    assert found == {r"a\x00": [r"b\ud83d", {"c": "d\n", "e": 1}], "f": None}
