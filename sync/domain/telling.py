"""What stands in the tables of sync, said in sentences for people: a conflict, a record, a mutation."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Says = Callable[[str, Any], str]  # the value of a field, in words
Labels = Callable[[str], str]  # the name of a field, in words
Who = Callable[[str | None], str]  # a device, by its name

DELETED = "deleted"  # as a conflict calls the register
BESIDE_OTHERS = (
    "typed_load",
    "typed_load_unit",
    "target_typed_load",
    "target_typed_load_unit",
)  # the load says the same
SAYS_LITTLE = {"position", "time_zone", "rest_s", "superset_group", *BESIDE_OTHERS}
NAMES = ("title", "name", "typed_name")
SHORT_FIELDS = 3
IN_A_SENTENCE = 60  # characters of a value
SECONDS = 19  # characters of a moment, up to its seconds
AN_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
OPERATIONS = {"I": "created", "U": "changed", "D": "deleted", "T": "touched"}  # in the log


class Side(Protocol):
    value: Any
    at: str
    device_id: str | None


class Loss(Protocol):
    """A field of a conflict, as sync/services/push/losses.py reads it."""

    name: str
    base: Any

    @property
    def kept(self) -> Side: ...
    @property
    def lost(self) -> Side: ...


@dataclass(frozen=True)
class Said:
    value: str
    by: str
    at: str


@dataclass(frozen=True)
class Contested:
    """A field of a conflict in words: what stood, what was kept, what lost."""

    name: str
    label: str
    stood: str
    kept: Said
    lost: Said


def contested(losses: Iterable[Loss], *, says: Says, labels: Labels, who: Who) -> list[Contested]:
    def said(name: str, side: Side) -> Said:
        return Said(says(name, side.value), who(side.device_id), side.at[:SECONDS].replace("T", " "))

    return [
        Contested(
            loss.name,
            labels(loss.name),
            says(loss.name, loss.base),
            said(loss.name, loss.kept),
            said(loss.name, loss.lost),
        )
        for loss in losses
    ]


def _short(value: str) -> str:
    """In a sentence; the whole text stands beside it."""
    return value if len(value) <= IN_A_SENTENCE else f"{value[:IN_A_SENTENCE]}…”"


def sentence(*, kind: str, what: str, fields: Sequence[Contested], detail: str = "") -> str:
    """what: the kind of record, such as "set". A conflict names one field at least."""
    values = [field for field in fields if field.name not in (DELETED, *BESIDE_OTHERS)]
    lost = "Lost: " + ", ".join(f"{field.label} {_short(field.lost.value)}" for field in values) + "." if values else ""
    first = fields[0]
    keeper, loser = first.kept.by, first.lost.by
    match kind:
        case "field":
            return " ".join(map(_of_field, values or fields))
        case "delete":
            is_gone = any(field.name == DELETED and field.kept.value == "yes" for field in fields)
            who = (keeper, loser) if is_gone else (loser, keeper)
            end = "It stays deleted." if is_gone else "It was kept."
            return f"{who[0]} deleted this {what}, and {who[1]} had worked on it. {end} {lost}".strip()
        case "parent":
            return f"{keeper} deleted what this {what} hangs on, and {loser} had worked on it. {lost}".strip()
        case "missing":
            return f"{loser} wrote to a {what} that is not there any more, or named one. {lost}".strip()
        case "rule":
            return f"What {loser} wrote does not go together with what others wrote: {detail} {lost}".strip()
    return f"{keeper} and {loser} made the same {what}. Both are there."


def _of_field(field: Contested) -> str:
    stood, kept, lost = _short(field.stood), _short(field.kept.value), _short(field.lost.value)
    return (
        f"{field.lost.by} wrote {field.label} {lost} over {stood}, and {field.kept.by} wrote {kept}. "
        f"Kept: {kept}. Lost: {lost}."
    )


def in_short(document: Mapping[str, Any] | None, *, says: Says, labels: Labels) -> str:
    """The name of a record, or else the first things that it says; empty where it says nothing."""
    content = document or {}
    name = next((str(content[key]) for key in NAMES if content.get(key)), "")
    if name:
        return f"“{name}”"
    told = [key for key, value in content.items() if _says_something(key, value)]
    return ", ".join(f"{labels(key)} {says(key, content[key])}" for key in told[:SHORT_FIELDS])


def _says_something(name: str, value: Any) -> bool:
    is_reference = isinstance(value, str) and AN_ID.fullmatch(value) is not None
    return value not in (None, "", [], {}, False) and name not in SAYS_LITTLE and not is_reference


def names_in(patch: Mapping[str, Any], *, labels: Labels) -> str:
    """The fields that a write names, without what is no field."""
    return ", ".join(labels(name) for name in patch if not name.startswith("_"))
