"""The records that a push is planned on: values, never changed in place, so that a group can be undone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from lib.together import Copied, Together
from sync.domain.merge import ALONG, DELETED, NO_FIELDS, Loss, Write

Key = tuple[str, str]  # entity name, record id
APPLIED, MERGED, NOOP, CONFLICT, DEFERRED, REJECTED = "applied", "merged", "noop", "conflict", "deferred", "rejected"


@dataclass(frozen=True)
class Single:
    """What at most one live record may claim: `fields` all set. `gives_way` is the field that the loser empties."""

    fields: tuple[str, ...]
    gives_way: str
    empty: Any  # False of a flag, else None


@dataclass(frozen=True)
class EntityRules:
    """What the planner must know about an entity."""

    name: str
    creatable: bool
    read_only: bool
    defaults: Mapping[str, Any]
    required: frozenset[str]
    set_fields: frozenset[str]
    parents: Mapping[str, str]  # field -> entity of the row that this one is deleted with
    references: Mapping[str, str]  # field -> entity, parents among them
    together: tuple[Together, ...] = ()  # fields that are one register
    copied: tuple[Copied, ...] = ()  # fields that the database fills in where they are empty
    singles: tuple[Single, ...] = ()
    distinct: tuple[str, ...] = ()  # the same values here, from two devices, most likely mean one thing


class RecordState(msgspec.Struct, frozen=True):
    """A record as it is, or will be once what is planned is written. version 0: not there."""

    key: Key
    version: int = 0
    deleted: bool = False
    document: Mapping[str, Any] | None = None
    modified_ms: int = 0
    writes: tuple[Write, ...] = ()

    @property
    def exists(self) -> bool:
        return self.document is not None

    @property
    def registers(self) -> dict[str, Any]:
        return {**(self.document or {}), DELETED: self.deleted}

    @property
    def deleted_itself(self) -> bool:
        """Deleted by itself, not only because what it hangs on was."""
        if not self.deleted:
            return False
        own = next((w.values[DELETED] for w in reversed(self.writes) if DELETED in w.values), None)
        return not any(ALONG in w.values for w in self.writes) if own is None else bool(own)

    def after(self, write: Write, values: Mapping[str, Any], *, deleted: bool) -> "RecordState":
        document = {**(self.document or {}), **values}
        for name in NO_FIELDS:
            document.pop(name, None)
        return RecordState(self.key, write.version, deleted, document, self.modified_ms, (*self.writes, write))


class Edit(msgspec.Struct, frozen=True):
    """A mutation whose form has been checked: its patch holds canonical values."""

    id: str
    seq: int
    key: Key
    op: str
    base_version: int
    at_ms: int
    patch: Mapping[str, Any]
    group: str | None = None
    closes: "Closing | None" = None
    refusal: "Refusal | None" = None  # found before planning; a group fails by it like by any other

    @property
    def may_delete(self) -> bool:
        """Or move: what a decision to keep writes depends on the decision that it takes back."""
        return self.op == "delete" or self.closes is not None


class Closing(msgspec.Struct, frozen=True):
    """Which conflict an edit closes, and how its user decided."""

    key: Key
    resolution: str
    names: frozenset[str]  # registers of the record that the conflict is about
    winner: str | None  # the mutation whose claim another record gave way to: who decides has seen that
    shown_version: int  # as it stood under this version; 0 where the conflict is about something else


class Refusal(msgspec.Struct, frozen=True):
    """Why a mutation is rejected: `fields` says for each name what is wrong."""

    code: str
    detail: str
    fields: Mapping[str, str] = {}


class PlannedConflict(msgspec.Struct, frozen=True):
    kind: str
    key: Key
    losses: tuple[Loss, ...]
    winner: str | None  # mutation ids
    loser: str | None
    reason: Refusal | None = None  # of the database, where it refused the merged record


class PlannedWrite(msgspec.Struct, frozen=True):
    """A line of the log to be. touch: the values stood already, so no new version."""

    key: Key
    op: str
    before: Mapping[str, Any] | None
    write: Write
    touch: bool = False
    number: int = 0  # in the order of deciding, which is not always that of sending


class Planned(msgspec.Struct, frozen=True):
    """What becomes of one mutation."""

    edit: Edit
    status: str
    refusal: Refusal | None = None
    conflicts: tuple[PlannedConflict, ...] = ()
    writes: tuple[PlannedWrite, ...] = ()
    contested: bool = False  # others wrote the record since the base
