"""What an import leaves behind for the next one: which record was read from which row, and what the file said."""

from dataclasses import dataclass
from enum import StrEnum

from dropset_files.shared.values import JsonObject

Key = tuple[str, str]  # entity, record id


class Act(StrEnum):
    """What an import did to a record. SEEN: it is in the file, and stayed as it was."""

    MADE = "made"
    CHANGED = "changed"
    DELETED = "deleted"
    SEEN = "seen"


@dataclass(frozen=True, slots=True)
class Imported:
    """A record as an import read it from the file, beginning at `line`.

    `label` is what the record is known by in the file; `before` has the fields that the import changed as they were, and
    of what it deleted all of them.
    """

    import_n: int
    entity: str
    record_id: str
    parent_id: str | None
    act: Act
    line: int
    label: str
    said: JsonObject
    before: JsonObject

    @property
    def key(self) -> Key:
        return self.entity, self.record_id
