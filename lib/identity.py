"""Ids that follow from other ids, so that every device and the server make the same."""

from uuid import UUID, uuid5


def id_within(root_id: UUID, origin_id: UUID) -> UUID:
    """The id of what is made from a row: UUID version 5 in the namespace of the new root, of the row's id in lower case."""
    return uuid5(root_id, str(origin_id))
