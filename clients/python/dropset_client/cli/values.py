"""`key=value` as a person types it, as values of the wire."""

import json
import re
from collections.abc import Iterable
from datetime import datetime

from dropset_client.cli.problems import UsageError
from dropset_client.wire import JsonObject, rfc3339

_NUMBER = re.compile(r"-?\d+")
_WORDS = {"true": True, "false": False, "null": None}
# Decimals travel as text; everything else that looks like a whole number is one.
_DECIMALS = {
    "bodyweight_share",
    "distance_m",
    "height_m",
    "load_kg",
    "rir",
    "rpe",
    "target_load_kg",
    "typed_load",
    "value",
}


def pairs(words: Iterable[str], *, now: datetime) -> JsonObject:
    """`key=value` for most things, `key:=json` for the rest."""
    return dict(_pair(word, now) for word in words)


def _pair(word: str, now: datetime) -> tuple[str, object]:
    name, equals, text = word.partition("=")
    if not equals or not name.rstrip(":"):
        raise UsageError(f"{word!r} is not key=value")
    if name.endswith(":"):
        try:
            return name[:-1], json.loads(text)
        except ValueError:
            raise UsageError(f"what follows {name}= is not JSON: {text}") from None
    return name, _value(name, text, now)


def _value(name: str, text: str, now: datetime) -> object:
    if text in _WORDS:
        return _WORDS[text]
    if text == "now" and name.endswith("_at"):
        return rfc3339(now)
    if text == "today" and name.endswith("_on"):
        return now.astimezone().date().isoformat()
    if name not in _DECIMALS and _NUMBER.fullmatch(text):
        return int(text)
    return text
