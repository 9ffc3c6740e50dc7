"""What the sync tables remember of an entity, told in the words of its next schema version: the log and the conflicts.

Merges compare a patch of today with what the log says, and a conflict gives back what lost: both by the names of fields.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

import orjson

from lib import wire
from lib.sqlfiles import load_sql
from lib.upcasting import Patch, Step, UpcastError, upcast_losses, upcast_nested, upcast_registers

logger = logging.getLogger(__name__)

ROWS_PER_CHUNK = 2000
Row = tuple[Any, ...]
Told = dict[str, Any]


def tell_anew(connection: Any, entity: wire.Entity, owners: Sequence[UUID], *, step: Step) -> None:
    """Within a transaction that holds these owners' heads. Telling twice is telling once, as steps leave what is of the new
    form as it is. Raises UpcastError where a step stumbles over the log, and says where; conflicts keep their words then.
    """
    params = {
        "owners": list(owners),
        "code": entity.code,
        "name": entity.name,
        "conflict": wire.entities_by_name()["conflict"].code,
    }
    _tell(connection, "lines", params, lambda row: _line(row, entity, step))
    _tell(connection, "conflicts", params, lambda row: _conflict(row, step))


def _tell(connection: Any, what: str, params: Told, anew: Callable[[Row], Told | None]) -> None:
    """Row by row as they are read: a history may be larger than the memory."""
    with connection.chunked_cursor() as reader, connection.cursor() as writer:
        reader.execute(load_sql("lib", f"history_{what}"), params)
        for rows in _chunks(reader):
            told = [line for line in map(anew, rows) if line is not None]
            if told:
                writer.execute(load_sql("lib", f"history_tell_{what}"), {"told": orjson.dumps(told).decode()})


def _chunks(reader: Any) -> Iterator[list[Row]]:
    while rows := reader.fetchmany(ROWS_PER_CHUNK):
        yield rows


def _line(row: Row, entity: wire.Entity, step: Step) -> Told | None:
    code, record_id, version, n, before, patch = row
    told = upcast_registers if code == entity.code else upcast_nested
    try:
        texts = {"before": _anew(before, told, step), "patch": _anew(patch, told, step)}
    except UpcastError as error:
        error.add_note(f"It stands in the log of {entity.name} {record_id}, version {version}.")
        raise
    same = texts == {"before": None, "patch": None}
    return None if same else {"entity": code, "record_id": record_id, "version": version, "n": n, **texts}


def _anew(text: str | None, told: Callable[[Patch, Step], Patch], step: Step) -> str | None:
    """None where it stays as it is."""
    if text is None:
        return None
    content = orjson.loads(text)
    anew = told(content, step)
    return None if anew == content else orjson.dumps(anew).decode()


def _conflict(row: Row, step: Step) -> Told | None:
    conflict_id, text = row
    losses = orjson.loads(text)
    try:
        told = upcast_losses(losses, step)
    except (UpcastError, LookupError, TypeError):  # an import may bring any: that must not stop a whole server
        logger.warning(
            "The conflict %s keeps the old names of its fields: they hold nothing that a step knows.", conflict_id
        )
        return None
    return None if told == losses else {"id": conflict_id, "fields": told}
