"""What conflicts say about values that lost: one conflict for each mutation that lost something on a record."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from sync.domain.merge import DELETED, NO_FIELDS, Loss, Merged, Side, Stamp, Write, side_of
from sync.domain.records import Edit, Planned, PlannedConflict, RecordState, Refusal
from sync.domain.tree import deletion_of, deletion_stamp


def ours(edit: Edit, stamp: Stamp, *, value: Any) -> Side:
    return Side(value, stamp.eff_ms, stamp.device, edit.id)


def from_merge(edit: Edit, merged: Merged) -> tuple[PlannedConflict, ...]:
    losers: dict[tuple[str | None, int], list[Loss]] = {}
    for loss in merged.losses:
        losers.setdefault((loss.lost.mutation_id, loss.lost.at_ms), []).append(loss)
    return tuple(_of_one_loser(edit, losses, merged) for losses in losers.values())


def _of_one_loser(edit: Edit, losses: list[Loss], merged: Merged) -> PlannedConflict:
    first = losses[0]
    deletion = next((loss for loss in losses if loss.name == DELETED), None)
    if deletion is not None and deletion.kept.value is True:
        losses = [*losses, *_written_into(deletion, losses, merged)]
    kind = "field" if deletion is None else "delete"
    return PlannedConflict(kind, edit.key, tuple(losses), first.kept.mutation_id, first.lost.mutation_id)


def _written_into(deletion: Loss, named: list[Loss], merged: Merged) -> list[Loss]:
    """What an edit wrote into a record that stays deleted: nobody sees it, so it is named."""
    known = {loss.name for loss in named} | {DELETED}
    gone = replace(deletion.kept, value=None)
    return [
        Loss(name, merged.bases.get(name), gone, replace(deletion.lost, value=value))
        for name, value in merged.taken.items()
        if name not in known
    ]


def _work_lost(kept: Side, state: RecordState, writes: Sequence[Write]) -> list[Loss]:
    """What others had written into a record that is deleted: for each field the newest value; for a set, what they all put in."""
    standing = state.document or {}
    losses: dict[str, Loss] = {}
    for write in writes:
        for name in write.values.keys() - NO_FIELDS:
            base = losses[name].base if name in losses else write.before.get(name)
            said = side_of(write, name)
            merged = standing.get(name, said.value) if isinstance(said.value, list) else said.value
            losses[name] = Loss(name, base, replace(kept, value=None), replace(said, value=merged))
    return [losses[name] for name in sorted(losses)]


def missing(edit: Edit, stamp: Stamp, standing: Mapping[str, Any]) -> PlannedConflict:
    """The record that was written, or what it refers to, is no longer there, or never was."""
    values = dict(edit.patch) or {DELETED: edit.op == "delete"}
    losses = tuple(
        Loss(name, None, Side(standing.get(name), stamp.eff_ms, None, None), ours(edit, stamp, value=value))
        for name, value in values.items()
    )
    return PlannedConflict("missing", edit.key, losses, None, edit.id)


def buried(
    edit: Edit,
    stamp: Stamp,
    *,
    values: Mapping[str, Any],
    bases: Mapping[str, Any],
    parent: RecordState,
    works: Sequence[tuple[RecordState, Sequence[Write]]],
) -> list[PlannedConflict]:
    """What was written into a record that was deleted with its parent, because the deletion is later; and what had been done
    on the record and below it, if it was moved there: the deleting device did not know that, whoever had done it.
    """
    deletion, since = deletion_of(parent), deletion_stamp(parent)
    kept = Side(None, since.eff_ms, since.device or None, None if deletion is None else deletion.mutation_id)
    lost = {s.key: (s, [w for w in of_one if _goes_unseen(w, since)]) for s, of_one in works if not s.deleted}
    moved, before = lost.pop(edit.key, (parent, []))
    written = {name: value for name, value in values.items() if name != DELETED} or {DELETED: False}
    losses = [Loss(n, bases.get(n), kept, ours(edit, stamp, value=v)) for n, v in written.items()]
    losses += [loss for loss in _work_lost(kept, moved, before) if loss.name not in written]
    itself = PlannedConflict("parent", edit.key, tuple(losses), kept.mutation_id, edit.id)
    others = ((s, of_one, _foreign(of_one, since)) for s, of_one in lost.values() if of_one)
    return [itself, *(lost_with_parent(kept, s, of_one, by or edit.id) for s, of_one, by in others)]


def _goes_unseen(write: Write, deletion: Stamp) -> bool:
    """What the deleting device itself has done speaks for no parent; but the values that it wrote are lost, too."""
    return write.stamp.device != deletion.device or not write.values.keys() <= NO_FIELDS


def _foreign(writes: Sequence[Write], deletion: Stamp) -> str | None:
    """The last of what others had done."""
    return next((w.mutation_id for w in reversed(writes) if w.stamp.device != deletion.device), None)


def deletion_refused(edit: Edit, stamp: Stamp, later: Write) -> PlannedConflict:
    """Somebody worked on a part of what was deleted, later than the deletion: it stays."""
    kept = Side(
        value=False, at_ms=later.stamp.eff_ms, device_id=later.stamp.device or None, mutation_id=later.mutation_id
    )
    loss = Loss(DELETED, base=False, kept=kept, lost=ours(edit, stamp, value=True))
    return PlannedConflict("delete", edit.key, (loss,), later.mutation_id, edit.id)


def deletion_undone(work: Write, state: RecordState) -> PlannedConflict:
    """Work on a record brings back what it hangs on."""
    write = deletion_of(state)
    since = deletion_stamp(state)
    by = None if write is None else write.mutation_id
    lost = Side(value=True, at_ms=since.eff_ms, device_id=since.device or None, mutation_id=by)
    loss = Loss(DELETED, base=False, kept=side_of(work, DELETED), lost=lost)
    return PlannedConflict("delete", state.key, (loss,), work.mutation_id, by)


def lost_with_record(edit: Edit, stamp: Stamp, state: RecordState, writes: Sequence[Write]) -> PlannedConflict:
    """Work on a record that was done before the deletion, and that the deleting device had not seen."""
    last = writes[-1]
    since = Side(
        value=False, at_ms=last.stamp.eff_ms, device_id=last.stamp.device or None, mutation_id=last.mutation_id
    )
    kept = ours(edit, stamp, value=True)
    losses = (Loss(DELETED, base=False, kept=kept, lost=since), *_work_lost(kept, state, writes))
    return PlannedConflict("delete", edit.key, losses, edit.id, last.mutation_id)


def lost_with_parent(kept: Side, state: RecordState, writes: Sequence[Write], loser: str | None) -> PlannedConflict:
    """The same for work on something below the deleted record. loser: the mutation of somebody else that it is about."""
    losses = _work_lost(kept, state, writes) or [Loss(DELETED, None, kept, side_of(writes[-1], DELETED))]
    return PlannedConflict("parent", state.key, tuple(losses), kept.mutation_id, loser)


def made_twice(edit: Edit, stamp: Stamp, state: RecordState, twin: RecordState, theirs: Write) -> PlannedConflict:
    """Another device made the same thing, under another id. Both are there; `kept` and `lost` name them, nothing is lost."""
    kept = Side(twin.key[1], theirs.stamp.eff_ms, theirs.stamp.device or None, theirs.mutation_id)
    loss = Loss("id", None, kept, ours(edit, stamp, value=state.key[1]))
    return PlannedConflict("unique", state.key, (loss,), theirs.mutation_id, edit.id)


def breaks_rule(planned: Planned, *, at_ms: int, reason: Refusal) -> PlannedConflict:
    """The merge of two good edits made a record that the database refuses, for this reason: the record stays as it is."""
    edit, write = planned.edit, planned.writes[0].write
    values = dict(edit.patch) or {DELETED: edit.op == "delete"}
    losses = tuple(
        Loss(name, None, Side(write.before.get(name), at_ms, None, None), ours(edit, write.stamp, value=value))
        for name, value in values.items()
    )
    return PlannedConflict("rule", edit.key, losses, None, edit.id, reason)
