"""What must hold of the devices beside the server: at every end of a pull, and when all have pushed and pulled all."""

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from dropset_client.digest import content_hash, digest_of
from dropset_client.mutations import Rejected
from dropset_client.wire import Op
from lib import wire
from sync.services.upkeep.digests import wrong_digests
from sync.tests.proof import evidence
from sync.tests.proof.devices import Phone
from sync.tests.proof.naive import Naive
from sync.tests.proof.oracle import PARENTS, REFERENCES, Oracle
from sync.tests.proof.people import MODELS, Key
from sync.tests.proof.schemas import USUAL
from sync.tests.proof.singles import check_singles
from sync.tests.proof.world import World

MOST_SYNCS = 6
MOST_PAGES, PAGE = 60, 3
MOST_RECORDS = 100
# What a decision may meet (docs/errors.md); the last is the rule that "bad" mutations break.
UNDECIDABLE = {"record_missing", "unknown_conflict", "does_not_exist", "status_contradicts_times"}


def live_on_server(world: World) -> dict[Key, tuple[int, dict[str, Any]]]:
    found = evidence.read(world.alice.user).records
    return {key: (row.version, row.data) for key, row in found.items() if not row.deleted}


def check_closure(world: World, phone: Phone) -> None:
    """P6: at has_more=false the base is one whole state of the server."""
    base = {key: (record.version, record.data) for key, record in phone.base().items()}
    live = live_on_server(world)
    assert base == live, ("P6 no whole state", phone.name, difference(base, live))
    for entity, record_id in base:
        if entity in PARENTS:
            name, parent = PARENTS[entity]
            above = (base[entity, record_id][1] or {}).get(name)
            assert above is None or (parent, above) in base, ("P6 without its parent", entity, record_id)


def difference(left: dict[Key, Any], right: dict[Key, Any]) -> dict[Key, Any]:
    keys = left.keys() | right.keys()
    return {key: (left.get(key), right.get(key)) for key in keys if left.get(key) != right.get(key)}


def check_end(
    world: World, phones: Sequence[Phone], naives: Sequence[Naive], *, bad: Collection[str], lonely: bool
) -> None:
    for phone in phones:
        page_through(phone)
    for _ in range(2):
        for naive in naives:
            drain_naive(world, naive)
        for phone in phones:
            drain(phone)
    check_convergence(world, phones)
    for naive in naives:
        check_naive(world, naive)
    check_refused(world, phones, bad)
    check_tables(world)
    check_isolation(world)
    check_purged(world)
    check_untouched(world, naives)
    oracle = Oracle(as_meant(world, naives))
    oracle.check_idempotency()
    oracle.check_groups()
    oracle.check_versions()
    oracle.check_times()
    oracle.check_replay()
    oracle.check_own_conflicts()
    oracle.check_overwrites()
    oracle.check_registers_are_whole()
    oracle.check_nothing_is_lost()
    check_singles(oracle)
    check_references(world)
    oracle.check_none_is_left_behind()
    if lonely:
        oracle.check_lonely()


def page_through(phone: Phone) -> None:
    """P7: page by page a device comes to an end, also from a cursor that is too old and in a snapshot of many pages."""
    for _ in range(MOST_PAGES):
        phone.pull(PAGE)
        if phone.store.position().synced:
            return
    raise AssertionError(("P7 reset without end", phone.name))


def drain(phone: Phone) -> None:
    """P7: a few syncs are enough, whatever happened; there is no loop of resets."""
    for _ in range(MOST_SYNCS):
        phone.sync()
        if phone.store.queue_length() == 0:
            return
    left = phone.store.queued()
    raise AssertionError(("P1 the queue does not empty", phone.name, left))


def drain_naive(world: World, naive: Naive) -> None:
    """P14: push first, then pull. What hangs on records that a restored server lost for good waits for ever."""
    for _ in range(MOST_SYNCS):
        naive.push(MOST_RECORDS)
        if not naive.has_news and naive.pull(PAGE, MOST_PAGES, by_cursor=True):
            return
    raise AssertionError(("P14 comes to no end", naive.name, naive.unsent))


def check_naive(world: World, naive: Naive) -> None:
    """P14: who knows times only holds what everybody holds."""
    assert naive.pull(PAGE, MOST_PAGES), ("P14 comes to no end", naive.name)
    assert not naive.unsent or world.restores, ("P14 waits for ever", naive.name, naive.unsent)
    base = {key: data for key, data in naive.base.items() if key not in naive.unsent}
    live = {key: data for key, (_, data) in live_on_server(world).items() if key not in naive.unsent}
    assert base == live, ("P14 holds something else", naive.name, difference(base, live))


def check_untouched(world: World, naives: Sequence[Naive]) -> None:
    """P14: a field that its user did not touch is no write, though the whole record was sent. After a restore it may be:
    what the device had seen is not what the server remembers. After an upgrade, what the migration changed may be too.
    """
    mutations = world.evidence().mutations
    for mutation_id, one in (item for naive in naives for item in naive.words.items()):
        sent = mutations.get(mutation_id)
        if world.restores or one.seen is None or sent is None or sent.payload.get("op") != "update" or not sent.base:
            continue
        more = sent.payload["patch"].keys() - one.touched.keys() - world.schema.changed
        assert not more, ("P14 a field that nobody touched is a write", more, one, sent)


def as_meant(world: World, naives: Sequence[Naive]) -> evidence.Evidence:
    """Each mutation in today's words; of whole records what their user wrote, and what the device had really seen."""
    found = world.evidence()
    for mutation_id, one in (item for naive in naives for item in naive.words.items()):
        sent = found.mutations.get(mutation_id)
        if sent is not None and sent.payload:
            own = {"patch": dict(one.touched), "base_version": one.seen.version if one.seen else 0, "whole": one.data}
            payload = {**sent.payload, **own, "schema_version": USUAL}
            found.mutations[mutation_id] = dataclasses.replace(sent, payload=payload)
    everything = dict.fromkeys(found.records, found.head.version)
    for mutation_id in found.mutations.keys() & world.network.sights.keys():
        sight = world.network.sights[
            mutation_id
        ]  # of before a restore it says nothing: numbers mean something else now
        held = sight.held if sight.epoch == found.head.epoch else everything
        found.mutations[mutation_id] = dataclasses.replace(found.mutations[mutation_id], held=held)
    return world.schema.in_todays_words(found)


def check_convergence(world: World, phones: Sequence[Phone]) -> None:
    """P1, by digest and by content."""
    status = phones[0].device.status()
    for phone in phones:
        check_closure(world, phone)
        assert phone.device.digest() == status.digest, ("P1 digest", phone.name, status.digest)
    hashes = {content_hash(phone.store.base_live()) for phone in phones}
    assert len(hashes) == 1, ("P1 content", hashes)
    assert digest_of(phones[0].store.base_live()) == status.digest


def check_refused(world: World, phones: Sequence[Phone], bad: Collection[str]) -> None:
    """P12: refused is what had to be, and nothing beside it."""
    live = live_on_server(world)
    for phone in phones:
        for item in phone.device.rejected():
            expected = item.mutation.id in bad or (item.mutation.op is Op.RESOLVE and item.reason.code in UNDECIDABLE)
            assert expected or hangs_on_nothing(item, live), ("P12 refused without need", item.mutation, item.reason)


def hangs_on_nothing(item: Rejected, live: Mapping[Key, Any]) -> bool:
    """What a device had half pulled when the server was restored, and nobody held whole."""
    name, parent = PARENTS.get(item.mutation.entity, ("", ""))
    return (
        item.reason.code == "deferred"
        and name in item.mutation.patch
        and (parent, item.mutation.patch[name]) not in live
    )


def check_tables(world: World) -> None:
    """P11: each row of a table has one record, which says what the row says; and each digest what its records say."""
    assert not wrong_digests(), ("P11 wrong digests", wrong_digests())
    records = evidence.read(world.alice.user).records
    rows: dict[Key, Any] = {}
    for entity, model in MODELS.items():
        for row in model.objects.filter(user=world.alice.user):
            rows[entity, str(row.pk)] = row
    for key, row in rows.items():
        record = records.get(key)
        assert record is not None, ("P11 a row without a record", key)
        assert record.deleted == (row.deleted_at is not None), ("P11 deleted or not", key)
        for name, value in record.data.items():
            assert says(row, name, value), ("P11 the record says something else", key, name, value)
    for key, record in records.items():
        assert record.deleted or key in rows or key[0] == "conflict", ("P11 a record without a row", key)


def says(row: Any, name: str, value: Any) -> bool:
    column = getattr(row, f"{name}_id", None) if hasattr(row, f"{name}_id") else getattr(row, name)
    if column is None or value is None:
        return column is value
    if isinstance(value, list) and name not in ("aliases", "media"):
        return sorted(column) == value
    if hasattr(column, "isoformat"):
        return bool(column.isoformat()[:19] == str(value)[:19])
    return bool(column == value or str(column) == str(value))


def check_references(world: World) -> None:
    """P18: what a record refers to, without hanging on it, is there, or is a tombstone that still says what it was."""
    records = evidence.read(world.alice.user).records
    for key, row in records.items():
        for name, entity in REFERENCES.get(key[0], {}).items():
            there = row.deleted or row.data.get(name) is None or (entity, row.data[name]) in records
            assert there, ("P18 refers to nothing", key, name, row)


def check_purged(world: World) -> None:
    """P7: what left for good is not back. What there is once may have been made again."""
    back = world.purged & evidence.read(world.alice.user).records.keys()
    back = {key for key in back if wire.entities_by_name()[key[0]].derived_id is None}
    assert not back, ("P7 a purged record is back", back)


def check_isolation(world: World) -> None:
    """P13: bob's data are as he, and statements over everybody, left them; nothing of them reached alice."""
    assert world.content(world.bob) == world.bobs_content, ("P13 somebody else's data", world.bob.ids)
    his = {record_id for _, record_id in world.bob.keys}
    hers = evidence.read(world.alice.user)
    assert not his & {record_id for _, record_id in hers.records}, "P13 somebody else's id in the records"
    assert not his & {e.key[1] for e in hers.log.values()}, "P13 somebody else's id in the log"
