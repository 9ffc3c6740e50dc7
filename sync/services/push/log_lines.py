"""What the log tells of a record: its lines as writes, and what these say of parents and deletions."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from msgspec.structs import replace

from lib import wire
from lib.together import Together
from sync.domain.merge import ALONG, DELETED, LOST, SEEN, Stamp, Write
from sync.domain.records import Key, RecordState
from sync.domain.tree import parents_of
from sync.services.push.rules import entity_rules


def seen_by_movers(state: RecordState, base_version: int) -> int | None:
    """The oldest version on which anybody moved the record since."""
    return min((w.values[SEEN] for w in state.writes if SEEN in w.values and w.version > base_version), default=None)


def maybe_along(state: RecordState) -> list[dict[str, Any]]:
    """Deletions by a trigger, each with a parent that the record had."""
    codes = wire.codes()
    return [
        {
            "entity": codes[state.key[0]],
            "id": state.key[1],
            "version": w.version,
            "above": codes[entity],
            "above_id": parent,
        }
        for w in state.writes
        if is_by_trigger(w)
        for field, entity in entity_rules()[state.key[0]].parents.items()
        if (parent := w.before.get(field)) is not None
    ]


def is_by_trigger(write: Write) -> bool:
    return write.mutation_id is None and write.values.get(DELETED) is True


def gone_along(write: Write) -> Write:
    return replace(
        write, values={**{name: value for name, value in write.values.items() if name != DELETED}, ALONG: True}
    )


def other_parents_of(state: RecordState) -> set[Key]:
    """What a record was hung on, or hung on before, as its log tells."""
    rules = entity_rules()[state.key[0]]
    documents = [d for w in state.writes for d in (w.values, w.lost, w.before)]
    named = {(e, d[name]) for name, e in rules.parents.items() for d in documents if d.get(name) is not None}
    return named - set(parents_of(rules, state))


def writes_of(rows: list[tuple[Any, ...]], state: RecordState) -> tuple[Write, ...]:
    """Log lines as writes. A line of a trigger holds only what it found; what it wrote is the difference to what came next."""
    documents = [orjson.loads(row[3]) if row[3] else {} for row in rows]
    afters = [*documents[1:], state.document or {}]
    deleted, together = False, entity_rules()[state.key[0]].together
    writes: list[Write] = []
    for row, before, after in zip(rows, documents, afters, strict=True):
        writes.append(_write(row, {**before, DELETED: deleted} if before else {}, after, together))
        deleted = row[2] == "D" or (deleted and row[2] == "T")
    return tuple(writes)


def _write(
    row: tuple[Any, ...], before: dict[str, Any], after: Mapping[str, Any], together: Iterable[Together]
) -> Write:
    version, _, op, _, patch, eff_ms, logged_ms, device_id, seq, mutation_id = row
    lost: dict[str, Any] = {}
    if patch is not None:
        values = orjson.loads(patch)
        lost = values.pop(LOST, {})
    else:
        changed = {name for name, value in after.items() if name not in before or before[name] != value}
        groups = (group.fields for group in together if not changed.isdisjoint(group.fields))
        values = {name: after[name] for name in changed.union(*groups) if name in after}
        values[DELETED] = op == "D"
    return Write(
        version, Stamp(eff_ms, device_id or "", seq), values, before, mutation_id, logged_ms, lost, touch=op == "T"
    )
