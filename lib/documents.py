"""Rows as documents, for acts that make rows of others: read whole, worked on without a database, written as rows."""

from collections.abc import Iterable, Mapping
from typing import Any

from lib import wire
from lib.errors import TooLarge
from lib.models import OwnedModel


def document_of(row: OwnedModel) -> dict[str, Any]:
    """By the names of its fields on the wire, and its id; ids and references are UUIDs."""
    values = {field.name: getattr(row, field.column) for field in wire.entity_of(type(row)).writable}
    return {"id": row.pk, **values}


def documents_of(rows: Any, limit: int, what: str) -> list[dict[str, Any]]:
    """Raises TooLarge if there are more than the limit."""
    found = [document_of(row) for row in rows[: limit + 1]]
    if len(found) > limit:
        raise TooLarge(f"This has more than {limit:,} {what}, the most that can be made into something else at once.")
    return found


def insert_rows(model: type[OwnedModel], documents: Iterable[Mapping[str, Any]], user: Any) -> None:
    """user: the key of theirs."""
    columns = {"id": "id", **{field.name: field.column for field in wire.entity_of(model).writable}}
    rows = [model(user_id=user, **{columns[name]: value for name, value in row.items()}) for row in documents]
    model._default_manager.bulk_create(rows)
