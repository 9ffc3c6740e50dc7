"""What the models have room for, as the library that plans asks for it."""

from typing import Any

from lib import wire
from lib.patches import PatchError, check_patch


class ModelLimits:
    """Of one import: the same few values come again and again."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, object], str | None] = {}

    def longest(self, entity: str, name: str) -> int:
        field: Any = wire.entities_by_name()[entity].by_name[name].field
        return int(field.max_length)

    def problem(self, entity: str, name: str, value: object) -> str | None:
        key = (entity, name, value)
        if key not in self._known:
            self._known[key] = _problem(entity, name, value)
        return self._known[key]


def _problem(entity: str, name: str, value: object) -> str | None:
    try:
        check_patch(wire.entities_by_name()[entity], {name: value})
    except PatchError as error:
        return error.fields[name][1]
    return None
