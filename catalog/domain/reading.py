"""What the fields of a library hold, as people read it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from catalog.domain.metadata import METRICS
from catalog.domain.rule_conditions import KNOWN
from lib.texts import text_of

SIGNS = {
    "eq": "is", "ne": "is not", "lt": "is less than", "lte": "is at most", "gt": "is more than", "gte": "is at least",
    "in": "is one of", "has": "has", "has_any": "has one of", "has_all": "has all of", "within": "has nothing but",
    KNOWN: "is known",
}  # fmt: skip
JOINS = {"all": "all of these:", "any": "one of these:"}
INDENT = "- "


def reading(field: str, value: Any) -> str:
    """By the name of the field. What is of another shape than it should be is told as any value."""
    if not value or field not in READERS:
        return text_of(value)
    try:
        return READERS[field](value)
    except (AttributeError, KeyError, TypeError, ValueError):
        return text_of(value)


def _portions(value: Any) -> str:
    return "\n".join(f"{one['name']}: {one['grams']:.15g} g" for one in value)


def _citations(value: Any) -> str:
    return "\n".join(
        ", ".join(str(part) for part in (one["title"], one.get("year"), one.get("url")) if part) for one in value
    )


def _media(value: Any) -> str:
    return "\n".join(f"{one['kind']}: {one['url']}" for one in value)


def _records(schema: Mapping[str, Any]) -> str:
    """The titles of what a performance records, and what else may be recorded."""
    names = schema["properties"]
    return "\n".join(str(METRICS.get(name, {}).get("title", name)) for name in names)


def _condition(value: Any) -> str:
    return "\n".join(_lines(value, 0))


def _lines(condition: Mapping[str, Any], depth: int) -> Iterator[str]:
    before = INDENT * depth
    if "not" in condition:
        first, *more = _lines(condition["not"], depth)
        yield f"{before}not: {first.removeprefix(before)}"
        yield from more
        return
    join = next((name for name in JOINS if name in condition), "")
    if not join:
        yield before + _compared(condition)
        return
    yield before + JOINS[join]
    for part in condition[join]:
        yield from _lines(part, depth + 1)


def _compared(comparison: Mapping[str, Any]) -> str:
    [(sign, value)] = ((name, found) for name, found in comparison.items() if name != "fact")
    words = [text_of(one) or str(one) for one in (value if isinstance(value, list) else [value])]
    return f"{comparison['fact'].replace('_', ' ')} {SIGNS[sign]} {', '.join(words)}"


READERS: Mapping[str, Callable[[Any], str]] = {
    "portions": _portions,
    "citations": _citations,
    "media": _media,
    "metadata_schema": _records,
    "condition": _condition,
}
