"""The versions of the catalogue: which one stands, and what changed since another one."""

from functools import cache
from typing import Any

from lib.compiled import Compiled
from lib.keyset import Key, keys_of
from lib.representations import ROW, Document

ORDER = ("catalog_version", "id")


def standing_version(model: Any) -> int:
    """The newest version of a canonical row of the model that can be seen; 0 where there is none. To be asked before what it
    shall be said of: then nothing of it is missing there.
    """
    found = _newest(model).rows()
    return int(found[0][0]) if found else 0


@cache
def _newest(model: Any) -> Compiled:
    rows = model.objects.filter(user=None).order_by("-catalog_version", "-id")
    return Compiled.of(rows.values_list("catalog_version")[:1])


def keys_of_changes(model: Any) -> tuple[Key, ...]:
    return keys_of(model, ORDER)


def or_tombstone(document: Document) -> Document:
    """The document of a row that is to be seen, or what tells a client that it is not."""
    gone = f"{ROW}.id, {ROW}.slug, TRUE AS deleted, {ROW}.replaced_by_id AS replaced_by, {ROW}.catalog_version AS catalog_version"
    tombstone = f"(SELECT row_to_json(d)::text FROM (SELECT {gone}) AS d)"  # noqa: S608 - our own column names
    there = f"{ROW}.deleted_at IS NULL AND {ROW}.visible"
    return Document(f"(CASE WHEN {there} THEN {document.sql} ELSE {tombstone} END)")
