"""`key=value` as a person types it, as values of the wire."""

import json
import re
from collections.abc import Iterable
from datetime import datetime

from dropset_client.cli.problems import UsageError
from dropset_client.fields import Field
from dropset_client.shapes import shape
from dropset_client.wire import JsonObject, rfc3339

_WORDS = {"true": True, "false": False}
_WHOLE = re.compile(r"-?[0-9]+")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def pairs(words: Iterable[str], entity: str, *, now: datetime) -> JsonObject:
    """`key=value` by the type of the field, `key:=json` for lists and objects."""
    return dict(_pair(word, entity, now) for word in words)


def _pair(word: str, entity: str, now: datetime) -> tuple[str, object]:
    name, equals, text = word.partition("=")
    if not equals or not name.rstrip(":"):
        raise UsageError(f"{word!r} is not key=value")
    if name.endswith(":"):
        try:
            return name[:-1], json.loads(text)
        except ValueError:
            raise UsageError(f"what follows {name}= is not JSON: {text}") from None
    return name, _value(shape(entity).fields.get(name), text, now)


def _value(field: Field | None, text: str, now: datetime) -> object:
    """What cannot be read as its type stays text: the check of the change says what it must be."""
    if field is None:
        return text
    if text == "null" and field.null:
        return None
    return _read(field.type, text, now)


def _read(kind: str, text: str, now: datetime) -> object:
    match kind:
        case "time" if text == "now":
            return rfc3339(now)
        case "date" if text == "today":
            return now.astimezone().date().isoformat()
        case "boolean":
            return _WORDS.get(text, text)
        case "integer" if _WHOLE.fullmatch(text):
            return int(text)
        case "number" if _NUMBER.fullmatch(text):
            return float(text)
    return text
