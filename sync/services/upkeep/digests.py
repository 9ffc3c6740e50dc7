"""The digests that triggers keep with the records, proved by what they stand for."""

from typing import NamedTuple
from uuid import UUID

from lib import wire
from lib.statements import execute, fetch
from lib.writes import Catalogue, lock_head
from sync.services.heads import in_transaction


class Wrong(NamedTuple):
    """A digest that does not say what its records say. user_id: of the catalogue's owner, for what is shared."""

    user_id: UUID
    entity: int

    @property
    def name(self) -> str:
        owner = "the catalogue" if self.user_id == Catalogue().pk else str(self.user_id)
        return f"{wire.names().get(self.entity, self.entity)} of {owner}"


def wrong_digests() -> list[Wrong]:
    """All that are wrong. One query, which reads every record's id and version."""
    return [Wrong(*row) for row in fetch("sync", "wrong_digests")]


def repair(wrong: Wrong) -> None:
    """Computes one anew, while its owner writes nothing."""

    def renew() -> None:
        lock_head(user_id=wrong.user_id, source="job")
        execute("sync", "renew_digest", user_id=wrong.user_id, entity=wrong.entity)

    in_transaction(renew)
