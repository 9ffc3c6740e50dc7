import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropset_client.database import Database
from dropset_client.errors import MutationTooLarge
from dropset_client.mutations import Draft, next_chunk
from dropset_client.records import BaseRecords
from dropset_client.store import Store
from dropset_client.view import overlay
from dropset_client.wire import Limits, Mutation, Op, Record

AT = "2026-11-20T12:00:00.000000Z"


def draft(number: int, *, op: Op = Op.CREATE, record_id: str = "r", **patch: object) -> Draft:
    return Draft(id=f"m{number}", entity="set", record_id=record_id, op=op, at=AT, patch=dict(patch))


def mutation(seq: int, *, group: str | None = None, size: int = 0, op: Op = Op.UPDATE, **patch: object) -> Mutation:
    text = {"notes": "x" * size} if size else {}
    return Mutation(f"m{seq}", seq, "set", "r", op, 0, AT, {**text, **patch}, group)


def enqueue_and_fail(store: Store, number: int) -> None:
    store.enqueue(draft(number))
    store.enqueue(draft(number + 100, notes="x" * 70_000))


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "a.db")
    with pytest.raises(MutationTooLarge), store.transaction():
        enqueue_and_fail(store, 1)
    store.enqueue(draft(2))

    assert [(m.id, m.seq) for m in store.queued()] == [("m2", 1)]
    store.close()


def test_an_inner_transaction_that_fails_leaves_the_outer_one(tmp_path: Path) -> None:
    store = Store(tmp_path / "a.db")
    with store.transaction():
        store.enqueue(draft(1))
        with pytest.raises(MutationTooLarge), store.transaction():
            enqueue_and_fail(store, 2)
        store.enqueue(draft(3))

    assert [m.id for m in store.queued()] == ["m1", "m3"]
    store.close()


def test_a_store_keeps_its_identity_and_its_sequence_over_a_restart(tmp_path: Path) -> None:
    first = Store(tmp_path / "a.db")
    first.enqueue(draft(1))
    identity = first.identity()
    first.close()
    second = Store(tmp_path / "a.db")
    second.enqueue(draft(2))

    assert second.identity() == identity
    assert [m.seq for m in second.queued()] == [1, 2]
    second.close()


def test_the_store_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    Store(tmp_path / "a.db").close()

    assert (tmp_path / "a.db").stat().st_mode & 0o777 == 0o600


def test_a_store_of_a_newer_client_is_refused(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "a.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()

    with pytest.raises(ValueError, match="newer client"):
        Store(tmp_path / "a.db")


def test_an_older_version_never_replaces_a_newer_one() -> None:
    database = Database(":memory:")
    records = BaseRecords(database)
    new = Record("set", "r", 7, deleted=False, data={"reps": 8})
    records.put(new)
    records.put(Record("set", "r", 6, deleted=True, data=None))

    assert records.get("set", "r") == new
    database.close()


def test_what_a_restore_brings_back_is_not_made_up() -> None:
    """A tombstone that was pulled has no content: the base waits for the pull."""
    database = Database(":memory:")
    records = BaseRecords(database)
    tombstone = Record("set", "r", 7, deleted=True, data=None)
    records.put(tombstone)
    records.put_applied(mutation(1, op=Op.RESTORE), version=8)

    assert records.get("set", "r") == tombstone
    database.close()


def test_a_change_over_the_size_limit_is_refused_at_once(tmp_path: Path) -> None:
    store = Store(tmp_path / "a.db")

    with pytest.raises(MutationTooLarge):
        store.enqueue(draft(1, notes="x" * 70_000))
    assert store.queue_length() == 0
    store.close()


OWN_OPS = [op for op in Op if op is not Op.RESOLVE]  # a resolution writes another record than the one it names
OPS = st.lists(
    st.tuples(st.sampled_from(OWN_OPS), st.dictionaries(st.sampled_from("ab"), st.integers(0, 3))), max_size=8
)


@given(OPS)
def test_the_view_of_a_lonely_device_is_what_the_base_becomes(ops: list[tuple[Op, dict[str, int]]]) -> None:
    """What the user sees before a sync is what stands after it, as long as nobody else writes."""
    queue = [mutation(1, op=Op.CREATE, a=0)]
    for seq, (op, patch) in enumerate(ops, start=2):
        shown = overlay(None, queue)
        if (op in (Op.UPDATE, Op.DELETE)) == (shown is not None):
            queue.append(replace(mutation(seq, op=op), patch={} if op is Op.DELETE else dict(patch)))
    seen = overlay(None, queue)
    database = Database(":memory:")
    records = BaseRecords(database)
    for one in queue:
        records.put_applied(one, version=one.seq)
    stands = records.get("set", "r")
    database.close()

    assert stands is not None
    assert stands.deleted == (seen is None)
    if seen is not None:
        assert seen.data == stands.data


def test_an_update_of_a_record_deleted_elsewhere_does_not_show_it() -> None:
    tombstone = Record("set", "r", 5, deleted=True, data=None)

    assert overlay(tombstone, [mutation(1, reps=8)]) is None


def test_a_restored_record_is_shown() -> None:
    tombstone = Record("set", "r", 5, deleted=True, data=None)
    shown = overlay(tombstone, [mutation(1, op=Op.RESTORE)])

    assert shown == Record("set", "r", 5, deleted=False, data={}, pending=True)


UNITS = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 500)), max_size=25)


@given(UNITS, st.integers(1, 6), st.integers(2_300, 6_000))
def test_chunks_are_the_queue_in_order_within_the_limits(units: list[tuple[int, int]], most: int, body: int) -> None:
    queue: list[Mutation] = []
    for number, (members, size) in enumerate(units):
        group = f"g{number}" if members > 1 else None
        queue += [mutation(len(queue) + 1, group=group, size=size) for _ in range(members)]
    limits = Limits(mutations=most, body_bytes=body)
    sent: list[Mutation] = []
    while chunk := next_chunk(queue[len(sent) :], limits=limits):
        whole = {one.group or one.id for one in chunk}
        assert len(whole) == 1 or (len(chunk) <= most and sum(one.size_bytes() for one in chunk) <= body)
        rest = [one for one in queue if one not in sent and one not in chunk]
        assert not {one.group for one in chunk if one.group} & {one.group for one in rest}
        sent += chunk

    assert sent == queue


OLD_FILE = """
CREATE TABLE record (entity TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, deleted INTEGER NOT NULL,
    data TEXT, last_modified_at TEXT, PRIMARY KEY (entity, id)) WITHOUT ROWID;
CREATE TABLE mutation (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, entity TEXT NOT NULL, record_id TEXT NOT NULL,
    op TEXT NOT NULL CHECK (op IN ('create', 'update', 'delete', 'restore')), base_version INTEGER NOT NULL,
    at TEXT NOT NULL, patch TEXT NOT NULL, group_id TEXT, schema_version INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'deferred')));
CREATE INDEX mutation_by_record ON mutation (entity, record_id, seq);
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO record VALUES ('set', 'r', 7, 0, '{"reps": 5}', NULL);
INSERT INTO mutation VALUES (3, 'm3', 'set', 'r', 'update', 7, '2026-11-20T12:00:00.000000Z', '{"reps":6}', 'g', 1,
    'deferred');
INSERT INTO meta VALUES ('epoch', 'e'), ('cursor', 'c'), ('version', '9'), ('synced', 'yes'), ('next_seq', '4');
PRAGMA user_version = 1;
"""


@pytest.mark.parametrize("half_read", [False, True])
def test_a_file_of_the_first_edition_goes_on(tmp_path: Path, *, half_read: bool) -> None:
    connection = sqlite3.connect(tmp_path / "a.db")
    connection.executescript(OLD_FILE)
    if half_read:
        connection.executescript("DELETE FROM meta WHERE key = 'synced'")
    connection.close()
    store = Store(tmp_path / "a.db")
    position = store.position()

    assert store.queued() == [Mutation("m3", 3, "set", "r", Op.UPDATE, 7, AT, {"reps": 6}, "g")]
    assert store.deferred_count() == 1
    assert (position.cursor, position.version) == ((None, 0) if half_read else ("c", 9))
    assert (position.base_epoch, position.resyncing) == ((None, True) if half_read else ("e", False))
    shown = store.view("set", "r")
    assert shown is not None
    assert shown["reps"] == 6
    resolve = Draft(id="m4", entity="conflict", record_id="c", op=Op.RESOLVE, at=AT, patch={"resolution": "keep"})
    assert store.enqueue(resolve).seq == 4
    store.close()
    Store(tmp_path / "a.db").close()


def test_a_file_of_the_second_edition_goes_on(tmp_path: Path) -> None:
    """It has fewer indexes, and may hold ids in capitals beside the server's own in small letters."""
    store = Store(tmp_path / "a.db")
    store.enqueue(draft(1))
    store._db.execute("DROP INDEX mutation_by_state")
    for record_id, version in (("ab-1", 5), ("AB-1", 4), ("AB-2", 3)):
        store._records.put(Record("set", record_id, version, deleted=False, data={}))
    store._db.execute("PRAGMA user_version = 2")
    store.close()
    store = Store(tmp_path / "a.db")

    assert [(record.id, record.version) for record in store.base_live()] == [("ab-1", 5), ("ab-2", 3)]
    assert (store.has_waiting(), [one.id for one in store.queued()]) == (True, ["m1"])
    assert "mutation_by_state" in {row["name"] for row in store._db.execute("PRAGMA index_list(mutation)")}
    store.close()
