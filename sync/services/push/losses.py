"""The fields of a conflict, read: what stands, and what lost. A file may bring any, the database takes any."""

from typing import Annotated, Any

import msgspec
import orjson

from sync.domain.shapes import Time

At = Annotated[str, msgspec.Meta(max_length=40)]


class Side(msgspec.Struct):
    value: Any
    at: At  # as it was written: times are compared as texts
    device_id: str | None = None
    mutation_id: str | None = None

    def __post_init__(self) -> None:
        msgspec.convert(self.at, Time)


class Loss(msgspec.Struct):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    kept: Side
    lost: Side
    base: Any = None


def read_losses(fields: Any) -> list[Loss]:
    """Raises ValueError where they are of another form, or hold what no answer can show."""
    try:
        found = msgspec.convert(fields, list[Loss])
        orjson.dumps(fields)
    except (msgspec.ValidationError, TypeError, RecursionError) as error:  # the latter: too deep, or a number too long
        raise ValueError(str(error)) from error
    return found
