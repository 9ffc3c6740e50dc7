"""What the app sees, out of the database: each record of the base with what waits for the server laid over it."""

from collections.abc import Iterator

from dropset_client.database import Database
from dropset_client.mutations import MutationQueue
from dropset_client.records import BaseRecords
from dropset_client.restoration import Restoration
from dropset_client.view import laid_over, overlay
from dropset_client.wire import Record

_PAGE = 100  # records that are in memory at once
# The next ids of an entity, in order: each table gives so many by its index, and the first of all of them count.
_NEXT_IDS = " UNION ".join(
    f"SELECT * FROM (SELECT DISTINCT {column} FROM {table} WHERE entity = :entity AND {column} > :after"  # noqa: S608
    f" ORDER BY {column} LIMIT :page)"
    for table, column in (("record", "id"), ("mutation", "record_id"), ("effect", "record_id"), ("rescue", "record_id"))
)
_NEXT_IDS = f"{_NEXT_IDS} ORDER BY 1 LIMIT :page"
_PLACES = """
    SELECT entity, id FROM record WHERE id LIKE :begins OR id LIKE :ends
    UNION SELECT entity, record_id FROM mutation WHERE record_id LIKE :begins OR record_id LIKE :ends
    ORDER BY 1, 2"""


class ShownRecords:
    def __init__(
        self, database: Database, records: BaseRecords, queue: MutationQueue, restoration: Restoration
    ) -> None:
        self._db = database
        self._records = records
        self._queue = queue
        self._restoration = restoration

    def get(self, entity: str, record_id: str) -> Record | None:
        waiting = [*self._restoration.of_record(entity, record_id), *self._queue.of_record(entity, record_id)]
        return overlay(self._records.get(entity, record_id), waiting)

    def all(self, entity: str) -> Iterator[Record]:
        """By id, which for ids made by this client is the order of making. Read page by page: somebody may write
        meanwhile, and each record that stands throughout comes once.
        """
        after = ""
        while ids := self._next_ids(entity, after):
            shown: dict[str, Record | None] = {one.id: one for one in self._records.between(entity, ids[0], ids[-1])}
            for source in (self._restoration, self._queue):
                for mutation in source.of_records(entity, ids[0], ids[-1]):
                    shown[mutation.record_id] = laid_over(shown.get(mutation.record_id), mutation)
            yield from (record for one in ids if (record := shown.get(one)) is not None and not record.deleted)
            after = ids[-1]

    def _next_ids(self, entity: str, after: str) -> list[str]:
        found = self._db.execute(_NEXT_IDS, {"entity": entity, "after": after, "page": _PAGE})
        return [row[0] for row in found]

    def places(self, part_of_id: str) -> list[tuple[str, str]]:
        """Entity and id of what begins or ends like this, tombstones and unsent records too: for people who type."""
        text = part_of_id.replace("%", "").replace("_", "")
        rows = self._db.execute(_PLACES, {"begins": f"{text}%", "ends": f"%{text}"})
        return [(row[0], row[1]) for row in rows]
