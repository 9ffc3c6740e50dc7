"""Plans a push: from what stands and what a device sent to what shall be written, without a database.

Mutations are planned one after the other, each on the state that the ones before it leave. Groups are all or nothing. A
mutation that refers to something unknown waits until the rest of the push has been planned, and is deferred if it is
unknown still.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sync.domain.merge import DELETED, Loss, Merged, Side, Stamp, Write, effective_ms, foreign_writes, merge, side_of
from sync.domain.records import (
    Edit,
    EntityRules,
    Key,
    Planned,
    PlannedConflict,
    PlannedWrite,
    RecordState,
    Refusal,
)
from sync.domain.tree import deleted_ancestors, deleted_with, deletion_stamp, descendants_of

APPLIED, MERGED, NOOP, CONFLICT, DEFERRED, REJECTED = "applied", "merged", "noop", "conflict", "deferred", "rejected"


@dataclasses.dataclass
class Planner:
    rules: Mapping[str, EntityRules]
    states: dict[Key, RecordState]
    taken: frozenset[Key]  # ids that are somebody else's
    shared: frozenset[str]  # ids of shared rows that anybody may refer to
    device: str
    now_ms: int
    skew_ms: int
    last_eff_ms: int
    version: int  # the one that this push writes

    def run(self, edits: Sequence[Edit]) -> list[Planned]:
        """One Planned for each edit, in their order."""
        results: dict[str, Planned] = {}
        waiting = units_of(edits)
        while waiting:
            blocked: set[Key] = set()
            deferred: list[list[Edit]] = []
            for unit in waiting:
                planned = self._plan_unit(unit, blocked)
                results.update((p.edit.id, p) for p in planned)
                if any(p.status == DEFERRED for p in planned):
                    deferred.append(unit)
                    blocked.update(edit.key for edit in unit)
            if len(deferred) == len(waiting):
                break
            waiting = deferred
        return [results[edit.id] for edit in edits]

    def _plan_unit(self, unit: list[Edit], blocked: set[Key]) -> list[Planned]:
        if any(edit.key in blocked for edit in unit):
            return [Planned(edit, DEFERRED) for edit in unit]
        standing, eff = dict(self.states), self.last_eff_ms
        planned: list[Planned] = []
        for edit in unit:
            planned.append(self._plan(edit))
            if planned[-1].status in (REJECTED, DEFERRED) and len(unit) > 1:
                self.states, self.last_eff_ms = standing, eff
                return _failed_group(unit, planned[-1])
        return planned

    def _plan(self, edit: Edit) -> Planned:
        rules = self.rules[edit.key[0]]
        refusal = self._refusal(edit, rules)
        if refusal is not None:
            return Planned(edit, REJECTED, refusal)
        state = self.states.get(edit.key, RecordState(edit.key))
        if not state.exists:
            return self._create(edit, rules, state) if edit.op == "create" else self._missing(edit)
        if self._refers_to_unknown(edit.patch, rules):
            return Planned(edit, DEFERRED)
        stamp = self._stamp(edit, state)
        planned = self._delete(edit, state, stamp) if edit.op == "delete" else self._write(edit, rules, state, stamp)
        self.last_eff_ms = max(self.last_eff_ms, stamp.eff_ms)
        return planned

    def _refusal(self, edit: Edit, rules: EntityRules) -> Refusal | None:
        if rules.read_only:
            return Refusal("read_only", f"The server alone writes {rules.name}.")
        if not rules.creatable and edit.op in ("create", "delete"):
            return Refusal("not_allowed", f"{rules.name} comes with the account, and stays.")
        if edit.op == "create" and edit.key in self.taken:
            return Refusal("id_taken", "This id is taken. Make a new one.", {"record_id": "This id is taken."})
        return None

    def _stamp(self, edit: Edit, state: RecordState) -> Stamp:
        """What the device had seen of the record was written before; so were its own earlier mutations."""
        if edit.base_version >= state.version:
            seen_ms = state.modified_ms
        else:
            seen_ms = max((w.logged_ms for w in state.writes if w.version <= edit.base_version), default=0)
        floor_ms = min(max(self.last_eff_ms, seen_ms), self.now_ms)
        eff = effective_ms(at_ms=edit.at_ms, skew_ms=self.skew_ms, now_ms=self.now_ms, floor_ms=floor_ms)
        return Stamp(eff, self.device, edit.seq)

    def _refers_to_unknown(self, patch: Mapping[str, Any], rules: EntityRules) -> bool:
        for field, entity in rules.references.items():
            value = patch.get(field)
            if value is None or value in self.shared:
                continue
            target = self.states.get((entity, value))
            if target is None or not target.exists:
                return True
        return False

    # --- the operations ---

    def _missing(self, edit: Edit) -> Planned:
        """An update never creates: the record may have been deleted for good, and would come back half."""
        kept = Side(None, self.now_ms, None, None)
        patch = dict(edit.patch) or {DELETED: edit.op == "delete"}
        losses = tuple(Loss(name, None, kept, Side(v, edit.at_ms, self.device, edit.id)) for name, v in patch.items())
        return Planned(edit, CONFLICT, conflicts=(PlannedConflict("missing", edit.key, losses, None, edit.id),))

    def _create(self, edit: Edit, rules: EntityRules, state: RecordState) -> Planned:
        document = {**rules.defaults, **edit.patch}
        missing = sorted(name for name in rules.required if document.get(name) is None)
        if missing:
            return Planned(
                edit,
                REJECTED,
                Refusal("required", "Fields are missing.", dict.fromkeys(missing, "This field is required.")),
            )
        if self._refers_to_unknown(document, rules):
            return Planned(edit, DEFERRED)
        stamp = self._stamp(edit, state)
        self.last_eff_ms = max(self.last_eff_ms, stamp.eff_ms)
        self.states[edit.key] = dataclasses.replace(state, document=document)
        revived = self._revive_ancestors(edit, stamp)
        if revived is None:
            self.states[edit.key] = state
            return self._under_deleted_parent(edit, stamp, document)
        self.states[edit.key] = state
        write = self._commit(edit, state, {**document, DELETED: False}, stamp, op="I")
        writes, conflicts = revived
        return Planned(edit, CONFLICT if conflicts else APPLIED, conflicts=conflicts, writes=(write, *writes))

    def _write(self, edit: Edit, rules: EntityRules, state: RecordState, stamp: Stamp) -> Planned:
        patch = {**edit.patch, DELETED: False}
        merged = merge(
            patch=patch,
            stamp=stamp,
            mutation_id=edit.id,
            base_version=edit.base_version,
            current=state.registers,
            writes=state.writes,
            set_fields=rules.set_fields,
        )
        conflicts = _conflicts(edit, merged, state, patch)
        if not merged.taken:
            return Planned(edit, CONFLICT if conflicts else NOOP, conflicts=conflicts)
        revives = state.deleted and merged.taken.get(DELETED) is False
        restored = tuple(deleted_with(state, self.states, self.rules)) if revives else ()
        sent = {name: patch[name] for name in merged.taken}
        write = self._commit(edit, state, merged.taken, stamp, op="U", sent=sent)
        revived = self._revive_ancestors(edit, stamp) if revives or self._moved(edit, rules) else ((), ())
        if revived is None:
            self.states.update({s.key: s for s in (state, *restored)})
            return self._under_deleted_parent(edit, stamp, edit.patch)
        writes, more_conflicts = revived
        conflicts = (*conflicts, *more_conflicts)
        if write.touch and not conflicts:
            return Planned(edit, NOOP, writes=(write,))
        status = CONFLICT if conflicts else MERGED if merged.contested else APPLIED
        back = [self._commit_restored(edit, s, stamp) for s in restored]
        return Planned(edit, status, conflicts=conflicts, writes=(write, *back, *writes), contested=merged.contested)

    def _moved(self, edit: Edit, rules: EntityRules) -> bool:
        return any(field in edit.patch for field in rules.parents)

    def _delete(self, edit: Edit, state: RecordState, stamp: Stamp) -> Planned:
        patch = {DELETED: True}
        merged = merge(
            patch=patch,
            stamp=stamp,
            mutation_id=edit.id,
            base_version=edit.base_version,
            current=state.registers,
            writes=state.writes,
            set_fields=(),
        )
        conflicts = _conflicts(edit, merged, state, patch)
        if not merged.taken:
            return Planned(edit, CONFLICT if conflicts else NOOP, conflicts=conflicts)
        below = [s for s in descendants_of(edit.key, self.states, self.rules) if not s.deleted]
        unseen = [(s, w) for s in below for w in foreign_writes(s.writes, base_version=edit.base_version, stamp=stamp)]
        later = max((w for _, w in unseen if w.stamp > stamp), key=lambda w: w.stamp, default=None)
        if later is not None:  # somebody worked on a part of it afterwards: it stays, and the deletion is what lost
            loss = Loss(
                DELETED,
                False,
                Side(False, later.stamp.eff_ms, later.stamp.device or None, later.mutation_id),
                _ours(edit, stamp, value=True),
            )
            conflict = PlannedConflict("delete", edit.key, (loss,), later.mutation_id, edit.id)
            return Planned(edit, CONFLICT, conflicts=(conflict,))
        write = self._commit(edit, state, patch, stamp, op="D")
        taken_along = tuple(self._commit(edit, s, patch, stamp, op="D") for s in below)
        conflicts = (*conflicts, *(_lost_with_parent(edit, s, w, stamp) for s, w in unseen))
        if write.touch and not conflicts:
            return Planned(edit, NOOP, writes=(write,))
        return Planned(edit, CONFLICT if conflicts else APPLIED, conflicts=conflicts, writes=(write, *taken_along))

    # --- what hangs together ---

    def _revive_ancestors(
        self, edit: Edit, stamp: Stamp
    ) -> tuple[tuple[PlannedWrite, ...], tuple[PlannedConflict, ...]] | None:
        """Brings back what the record hangs on, with all that went along; None where the deletion is the later one."""
        ancestors = deleted_ancestors(edit.key, self.states, self.rules)
        if any(deletion_stamp(a) > stamp for a in ancestors):
            return None
        writes: list[PlannedWrite] = []
        conflicts: list[PlannedConflict] = []
        for ancestor in ancestors:
            standing = self.states[ancestor.key]
            if not standing.deleted:
                continue
            conflicts.append(_lost_deletion(edit, standing, stamp))
            back = [s for s in deleted_with(standing, self.states, self.rules) if s.key != edit.key]
            writes += [self._commit_restored(edit, s, stamp) for s in (standing, *back)]
        return tuple(writes), tuple(conflicts)

    def _commit_restored(self, edit: Edit, state: RecordState, stamp: Stamp) -> PlannedWrite:
        return self._commit(edit, state, {DELETED: False}, stamp, op="U")

    def _under_deleted_parent(self, edit: Edit, stamp: Stamp, values: Mapping[str, Any]) -> Planned:
        kept = Side(None, self.now_ms, None, None)
        losses = tuple(Loss(name, None, kept, _ours(edit, stamp, value=value)) for name, value in values.items())
        return Planned(edit, CONFLICT, conflicts=(PlannedConflict("parent", edit.key, losses, None, edit.id),))

    def _commit(
        self,
        edit: Edit,
        state: RecordState,
        registers: Mapping[str, Any],
        stamp: Stamp,
        *,
        op: str,
        sent: Mapping[str, Any] | None = None,
    ) -> PlannedWrite:
        """Plans one write. What stood already is only touched: the newer clock is remembered, the version stays."""
        current = state.registers if state.exists else {}
        touch = state.exists and all(current.get(name) == value for name, value in registers.items())
        version = state.version if touch else self.version
        write = Write(version, stamp, dict(sent or registers), current, edit.id, self.now_ms)
        self.states[state.key] = state.after(registers, write)
        return PlannedWrite(state.key, "T" if touch else op, state.document, write, touch)


# --- shapes of results ---


def units_of(edits: Iterable[Edit]) -> list[list[Edit]]:
    """What is planned together: the mutations of a group, or one alone; in the order of their first."""
    units: dict[str, list[Edit]] = {}
    for edit in edits:
        units.setdefault(edit.group or f"alone:{edit.id}", []).append(edit)
    return list(units.values())


def _failed_group(unit: list[Edit], cause: Planned) -> list[Planned]:
    refusal = Refusal(
        "group_failed", f"Mutation {cause.edit.id} of the same group was refused; a group is all or nothing."
    )
    return [
        cause
        if edit.id == cause.edit.id
        else Planned(edit, cause.status, refusal if cause.status == REJECTED else None)
        for edit in unit
    ]


def _ours(edit: Edit, stamp: Stamp, *, value: Any) -> Side:
    return Side(value, stamp.eff_ms, stamp.device, edit.id)


def _conflicts(edit: Edit, merged: Merged, state: RecordState, patch: Mapping[str, Any]) -> tuple[PlannedConflict, ...]:
    """One conflict for each mutation that lost something: this one, or those that it beat."""
    losers: dict[tuple[str | None, int], list[Loss]] = {}
    for loss in merged.losses:
        losers.setdefault((loss.lost.mutation_id, loss.lost.at_ms), []).append(loss)
    return tuple(
        _conflict(edit, losses, state, patch if loser == edit.id else {}) for (loser, _), losses in losers.items()
    )


def _conflict(edit: Edit, losses: list[Loss], state: RecordState, patch: Mapping[str, Any]) -> PlannedConflict:
    deletion = next((loss for loss in losses if loss.name == DELETED), None)
    if deletion is not None:  # name what was written into, or lost with, the deleted record
        named = {loss.name for loss in losses}
        if deletion.kept.value is True and patch:
            hidden = {name: value for name, value in patch.items() if name not in named}
        else:
            hidden = {n: v for n, v in _values_of(state, deletion.lost).items() if n not in named}
        gone = dataclasses.replace(deletion.kept, value=None)
        base = state.registers
        losses = [
            *losses,
            *(Loss(n, base.get(n), gone, dataclasses.replace(deletion.lost, value=v)) for n, v in hidden.items()),
        ]
    first = losses[0]
    kind = "delete" if deletion is not None else "field"
    return PlannedConflict(kind, edit.key, tuple(losses), first.kept.mutation_id, first.lost.mutation_id)


def _values_of(state: RecordState, side: Side) -> Mapping[str, Any]:
    """All that the losing write had set, unless it was a deletion itself."""
    if side.value is True:
        return {}
    found = [w for w in state.writes if (w.mutation_id, w.stamp.eff_ms) == (side.mutation_id, side.at_ms)]
    return {n: v for n, v in found[-1].values.items() if n != DELETED} if found else {}


def _lost_with_parent(edit: Edit, state: RecordState, write: Write, stamp: Stamp) -> PlannedConflict:
    """Work on a child that the deleting device had not seen, and that was done before the deletion."""
    kept = _ours(edit, stamp, value=None)
    names = [name for name in write.values if name != DELETED] or [DELETED]
    losses = tuple(Loss(name, write.before.get(name), kept, side_of(write, name)) for name in names)
    return PlannedConflict("parent", state.key, losses, edit.id, write.mutation_id)


def _lost_deletion(edit: Edit, state: RecordState, stamp: Stamp) -> PlannedConflict:
    deleted = deletion_stamp(state)
    by = next((w.mutation_id for w in reversed(state.writes) if w.stamp == deleted), None)
    lost = Side(True, deleted.eff_ms, deleted.device or None, by)
    return PlannedConflict(
        "delete", state.key, (Loss(DELETED, False, _ours(edit, stamp, value=False), lost),), edit.id, by
    )
