"""Reads of the sync tables: pages for pull, records for results, digests for status."""

from collections.abc import Callable, Collection, Iterable
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import orjson

from lib import wire
from lib.statements import Question, Rows, ask, fetch
from sync.domain.packing import unpacked
from sync.domain.records import Key
from sync.domain.times import as_text


class WireRecord(NamedTuple):
    """A row of sync_record."""

    entity: int
    id: str
    version: int
    modified_ms: int
    deleted: bool
    data: str

    @property
    def json(self) -> str:
        return change_of(self)


def change_of(row: tuple[Any, ...]) -> str:
    """{"entity", "id", "version", "deleted", "last_modified_at", "data"} as JSON text, of a row of sync_record.

    Put together here, of a document that is text already: PostgreSQL takes five times as long to do the same.
    """
    entity, record_id, version, modified_ms, is_deleted, document = row
    deleted = "true" if is_deleted else "false"
    data = "null" if is_deleted and entity not in wire.readable_codes() else document
    return (
        f'{{"entity":"{wire.names()[entity]}","id":"{record_id}","version":{version},"deleted":{deleted},'
        f'"last_modified_at":"{as_text(modified_ms)}","data":{data}}}'
    )


LAST_ENTITY = 32767  # no entity: stands behind all of a version
LAST_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff"


class Position(msgspec.Struct, frozen=True):
    """After which record a page starts: versions ascend, and within one the entities in the order of wire.names(). Entity 0
    stands before all of a version.
    """

    version: int = 0
    entity: int = 0
    id: str = "00000000-0000-0000-0000-000000000000"

    @property
    def complete_version(self) -> int:
        """The last one of which nothing is missing: within a version more may follow."""
        return self.version if self.entity == LAST_ENTITY else self.version - 1


class HeadView(msgspec.Struct, frozen=True):
    epoch: str
    version: int
    last_ms: int
    min_version: int


class View(msgspec.Struct, frozen=True):
    """What every answer of a pull says besides the changes."""

    head: HeadView
    device: dict[str, int] | None  # last_seq, acked_version; None: it has not pushed yet, or none was named
    open_conflicts: int
    times: dict[int, int]  # when versions that were asked for were given out (Unix ms), as far as the log knows


class Page(msgspec.Struct, frozen=True):
    changes: str  # a JSON array, as text
    position: Position
    has_more: bool
    complete_ms: int | None  # up to when nothing is missing, where there are more
    time_ms: int = 0  # of the position's version


class Start(msgspec.Struct, frozen=True):
    """Where a time lies among the versions."""

    before: int  # the last one that is older
    upto: int  # the one of this very time; the same as `before` where there is none
    complete: bool  # whether no tombstone of since then is gone


class Standing(msgspec.Struct, frozen=True):
    """Of a log-in: whether it is good for anything still, and where its user's data stand (None: nothing was written yet)."""

    stands: bool
    epoch: str | None
    version: int | None


def standings(sessions: list[str]) -> dict[str, Standing]:
    """By the log-in's id; one that is gone is missing. One query."""
    rows = fetch("sync", "standings", sessions=sessions)
    return {session: Standing(stands, epoch, version) for session, stands, epoch, version in rows}


class Decided(msgspec.Struct, frozen=True):
    """What became of a mutation that came before."""

    payload_sha256: str
    status: str
    result: str
    seq: int


def decided(user: Any, mutation_ids: Collection[str]) -> dict[str, Decided]:
    """By the mutation's id; one that never came is missing. One query."""
    return ask_decided(user, mutation_ids)()


def ask_decided(user: Any, mutation_ids: Collection[str]) -> Callable[[], dict[str, Decided]]:
    """The same, within a pipeline."""
    rows = ask("sync", "decided", user_id=user.pk, ids=orjson.dumps(list(mutation_ids)).decode())
    return lambda: {mutation_id: Decided(*rest) for mutation_id, *rest in rows()}


def payloads(user: Any, mutation_ids: Collection[str]) -> dict[str, bytes]:
    """As these mutations were sent, by their ids; empty where that is not kept any more. One query."""
    rows = fetch("sync", "payloads", user_id=user.pk, ids=list(mutation_ids))
    return {mutation_id: unpacked(payload).encode() for mutation_id, payload in rows}


def head_of(user: Any) -> HeadView | None:
    rows = fetch("sync", "head_view", user_id=user.pk)
    return HeadView(*rows[0]) if rows else None


def view_of(user: Any, device_id: UUID | None, versions: Collection[int]) -> View | None:
    """None where nothing was ever written. One query, of one moment."""
    return ask_view(user, device_id, versions)()


def ask_view(user: Any, device_id: UUID | None, versions: Collection[int]) -> Callable[[], View | None]:
    """The same, within a pipeline."""
    rows = ask("sync", "view", user_id=user.pk, device_id=device_id, versions=list(versions))
    return lambda: _view(rows())


def view_question(user: Any, device_id: UUID | None, versions: Collection[int]) -> Question:
    """The same, to be asked with something else; view_told() makes the view of its answer."""
    return Question("sync", "view", {"user_id": user.pk, "device_id": device_id, "versions": list(versions)})


def view_told(row: tuple[Any, ...]) -> View | None:
    return _view([row] if row and row[0] is not None else [])


def _view(rows: Rows) -> View | None:
    if not rows:
        return None
    *head, last_seq, acked_version, conflicts, times = rows[0]
    device = None if last_seq is None else {"last_seq": last_seq, "acked_version": acked_version}
    return View(HeadView(*head), device, conflicts, {int(version): ms for version, ms in (times or {}).items()})


def records_as_wire(user: Any, keys: Iterable[Key]) -> dict[Key, WireRecord]:
    """The user's records as pull would send them. One query."""
    found = (WireRecord(*row) for row in fetch("sync", "wire_records", user_id=user.pk, keys=keys_as_json(keys)))
    return {(wire.names()[record.entity], record.id): record for record in found}


def page_after(user: Any, position: Position, *, limit: int, entities: Collection[int] = ()) -> Page:
    """The next `limit` changes, of some entities or of all: in one query where each code is above those that its entity refers
    to, for that is the order of the index. Else in up to two more.
    """
    order = [code for code in wire.names() if not entities or code in (*entities, position.entity)]
    rows_after = _rows_by_code if order == sorted(order) else _rows_in_order
    found = rows_after(user, position, limit + 1, entities)  # one more than asked for, to know whether there are more
    taken = found[:limit]
    if not taken:
        return Page("[]", position, has_more=False, complete_ms=None)
    changes, last = ",".join([change_of(row) for row in taken]), WireRecord(*taken[-1])
    version_goes_on = len(found) > limit and WireRecord(*found[limit]).version == last.version
    complete_ms = last.modified_ms - (1 if version_goes_on else 0)
    return Page(
        f"[{changes}]", Position(last.version, last.entity, last.id), len(found) > limit, complete_ms, last.modified_ms
    )


def _rows_by_code(user: Any, after: Position, limit: int, entities: Collection[int]) -> list[Any]:
    """From one index: versions ascend, and within one the codes."""
    place = {"version": after.version, "entity": after.entity, "id": after.id}
    name, of = ("pull_page_of", {"entities": list(entities)}) if entities else ("pull_page", {})
    return fetch("sync", name, user_id=user.pk, limit=limit, **place, **of)


def _rows_in_order(user: Any, after: Position, limit: int, entities: Collection[int]) -> list[Any]:
    """Within a version what is referred to comes first. Whole versions are sorted here; where a page begins or ends within
    one, that is read entity by entity.
    """
    found = [] if after.version == 0 else _rows_of_version(user, after, limit, entities)
    if len(found) < limit:
        later = _rows_by_code(user, Position(after.version, LAST_ENTITY, LAST_ID), limit - len(found), entities)
        if len(found) + len(later) == limit:
            cut = later[-1][2]
            later = [row for row in later if row[2] < cut]
            later += _rows_of_version(user, Position(cut), limit - len(found) - len(later), entities)
        rank = {code: place for place, code in enumerate(wire.names())}
        found += sorted(later, key=lambda row: (row[2], rank[row[0]]))
    return found


def _rows_of_version(user: Any, after: Position, limit: int, entities: Collection[int]) -> list[Any]:
    """Of the position's version, what comes after it."""
    codes = list(wire.names())
    if after.entity == LAST_ENTITY:
        return []
    rest = codes[codes.index(after.entity) :] if after.entity in codes else codes
    order = [code for code in rest if not entities or code in entities]
    begun = after.id if after.entity in order else None
    return fetch("sync", "pull_version", user_id=user.pk, version=after.version, order=order, id=begun, limit=limit)


def purged_after(user: Any, version: int, *, entities: Collection[int]) -> bool:
    """Whether tombstones of these entities are gone that are of later versions."""
    rows = fetch("sync", "purged_after", user_id=user.pk, version=version, entities=list(entities))
    return bool(rows[0][0])


def versions_after(user: Any, version: int, *, counted: int, limit: int) -> Page:
    """The next versions, each as a whole, with at least `limit` changes after the counted one if there are so many."""
    rows = fetch(
        "sync",
        "pull_versions",
        user_id=user.pk,
        after=version,
        counted=counted,
        limit=limit,
        last_entity=LAST_ENTITY,
        last_id=LAST_ID,
        names=names_as_json(),
        readable=list(wire.readable_codes()),
    )
    return _page(rows[0], Position(version, LAST_ENTITY, LAST_ID))


def _page(row: tuple[Any, ...], after: Position) -> Page:
    changes, count, more, version, entity, record_id, complete_ms = row
    position = Position(version, entity, record_id) if count else after
    return Page(changes or "[]", position, bool(more), complete_ms, complete_ms or 0)


def start_of(user: Any, *, since_ms: int, head: HeadView) -> Start:
    rows = fetch(
        "sync",
        "pull_start",
        user_id=user.pk,
        since_ms=since_ms,
        head=head.version,
        last_ms=head.last_ms,
        min_version=head.min_version,
    )
    before, upto, complete = rows[0]
    return Start(before, upto, bool(complete))


def retired_counts(user: Any) -> dict[str, int]:
    """Of what is deleted and stays readable, for each entity that has some."""
    rows = fetch("sync", "retired_counts", user_id=user.pk, readable=list(wire.readable_codes()))
    return {wire.names()[code]: count for code, count in rows}


def digests(user: Any, entities: Collection[int] = ()) -> dict[str, dict[str, Any]]:
    """For each entity with live records, of some or of all: their count, and the sum mod 2^64 of a hash of id and version."""
    rows = fetch("sync", "digests", user_id=user.pk, names=names_as_json(), entities=list(entities) or None)
    return {name: {"count": count, "sum": str(total)} for name, count, total in rows}


def names_as_json() -> str:
    """Code, name and place of each entity, parents before children, as the JSON that queries join with."""
    numbered = enumerate(wire.names().items())
    return orjson.dumps([{"code": code, "name": name, "place": place} for place, (code, name) in numbered]).decode()


def keys_as_json(keys: Iterable[Key]) -> str:
    """Records, as the JSON that queries join with."""
    return orjson.dumps([{"entity": wire.codes()[name], "id": record_id} for name, record_id in keys]).decode()
