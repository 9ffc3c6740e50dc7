"""Which models hang on the root of a library, and by which way."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from lib import wire
from lib.fields import parents_of
from lib.shared import SharedModel


@dataclass(frozen=True)
class Part:
    """A kind of row below a root. path: the look-up that leads from it to its root, such as `day__program`."""

    model: type[SharedModel]
    parent: str
    path: str


def parts_of(root: Any) -> tuple[Part, ...]:
    """Of a model: parents before children."""
    return _parts_of(root)


@cache
def _parts_of(root: type[SharedModel]) -> tuple[Part, ...]:
    paths: dict[Any, str] = {root: ""}
    found: list[Part] = []
    for entity in wire.entities():
        if not issubclass(entity.model, SharedModel):
            continue
        for parent in parents_of(entity.model):
            if parent.related_model in paths:
                above = paths[parent.related_model]
                path = f"{parent.name}__{above}" if above else parent.name
                paths[entity.model] = path
                found.append(Part(entity.model, parent.name, path))
    return tuple(found)


def root_of(row: Any) -> Any:
    """What the row hangs on, or itself. A query a level."""
    while parents := parents_of(type(row)):
        row = getattr(row, parents[0].name)
    return row
