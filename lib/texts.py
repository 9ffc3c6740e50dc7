"""Texts from others, made fit for where they go."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL's text holds neither NUL nor halves of surrogate pairs


def visible(text: str) -> str:
    """With invisible characters (control characters, line separators, changes of direction) written out."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _written_out(c) for c in text)


def storable(value: Any) -> Any:
    """The same JSON, which PostgreSQL can hold: what it cannot is written out."""
    match value:
        case str():
            return UNSTORABLE.sub(lambda found: _written_out(found[0]), value)
        case dict():
            return {storable(name): storable(content) for name, content in value.items()}
        case list():
            return [storable(content) for content in value]
    return value


def _written_out(character: str) -> str:
    return character.encode("unicode_escape").decode()


def text_of(value: Any) -> str:
    """A value for people: a list a line each, an object as `name: value`."""
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return "\n".join(f"{name}: {_inline(content)}" for name, content in sorted(value.items()))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "\n".join(_inline(content) for content in value)
    return str(value)


def _inline(value: Any) -> str:
    return text_of(value).replace("\n", ", ")
