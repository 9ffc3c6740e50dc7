"""Ids that follow from other ids, so that every device and the server make the same."""

from typing import Any
from uuid import UUID, uuid3, uuid5


def id_within(root_id: UUID, origin_id: UUID) -> UUID:
    """The id of what is made from a row: UUID version 5 in the namespace of the new root, of the row's id in lower case."""
    return uuid5(root_id, str(origin_id))


def derived_id(namespace: UUID, *parts: Any) -> UUID:
    """The id of what there is once: UUID version 3, of the parts with a space between them ("completion 2026-12-01").

    Version 3, because PostgreSQL can make it too, and so holds rows to it (lib/sql/derived_id.sql).
    """
    return uuid3(namespace, " ".join(map(str, parts)))
