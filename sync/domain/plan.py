"""Plans a push without a database: from what is there and what a device sent to what must be written.

Mutations are planned one after the other, each on the state that the ones before it leave. Groups are all or nothing. A
mutation that refers to something unknown waits until the rest of the push has been planned, and is deferred if that is
still unknown.
"""

import dataclasses
import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from sync.domain import closings
from sync.domain import conflicts as told
from sync.domain.groups import culprit, failed, units_of
from sync.domain.lines import Line, stamped_ms
from sync.domain.merge import ALONG, DELETED, NO_FIELDS, Merged, Stamp, Write, foreign_writes
from sync.domain.moves import gone_unseen, with_seen
from sync.domain.records import (
    APPLIED,
    CONFLICT,
    DEFERRED,
    MERGED,
    NOOP,
    REJECTED,
    Closing,
    Edit,
    EntityRules,
    Key,
    Planned,
    PlannedWrite,
    RecordState,
    Refusal,
    Single,
)
from sync.domain.references import refers_to, refers_to_unknown
from sync.domain.registers import completed_edit, merge_registers
from sync.domain.singles import Singles, emptied, loser
from sync.domain.tree import Tree, deletion_of, deletion_stamp
from sync.domain.turns import Turns
from sync.domain.twins import Twins
from sync.domain.voices import Voices, Works, has_history, kept_as, loudest

ID_TAKEN = Refusal("id_taken", "This id is taken. Make a new one.", {"record_id": "This id is taken."})


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
    seen_version: int = 0  # what the device has pulled
    awaited: frozenset[Key] = frozenset()  # records whose creation was deferred in an earlier push
    in_order: bool = True  # a device made its mutations one after the other; the rows of a file come as they lie
    purged: frozenset[Key] = frozenset()  # ids of records that were deleted so long ago that nothing is left of them

    def __post_init__(self) -> None:
        self.numbers = itertools.count(1)
        self.tree = Tree(self.rules, self.states)
        self.twins = Twins(self.rules, self.states, seen_version=self.seen_version)
        self.singles = Singles(self.rules, self.states)
        self.voices = Voices(self.rules, self.tree, seen_version=self.seen_version)

    def run(self, edits: Sequence[Edit]) -> list[Planned]:
        """One Planned for each edit, in the same order."""
        results = Turns(self.rules, self._plan_unit).take(units_of(edits, self.rules))
        return [results[edit.id] for edit in edits]

    def _plan_unit(self, unit: list[Edit], blocked: Collection[Key]) -> list[Planned]:
        if blocked and any(edit.key in blocked for edit in unit):
            return [Planned(edit, DEFERRED) for edit in unit]
        if len(unit) == 1:
            return [self._plan(unit[0])]
        standing, eff, awaited, purged = dict(self.states), self.last_eff_ms, self.awaited, self.purged
        results = Turns(self.rules, self._plan_unit).take([[edit] for edit in unit])
        planned = [results[edit.id] for edit in unit]
        cause = culprit(planned)
        if cause is None:
            return planned
        self.states, self.last_eff_ms, self.awaited, self.purged = standing, eff, awaited, purged
        return failed(unit, cause)

    def _plan(self, edit: Edit) -> Planned:
        return self._plan_edit(edit) if edit.closes is None else self._plan_closing(edit, edit.closes)

    def _plan_closing(self, edit: Edit, closing: Closing) -> Planned:
        """A decision of a conflict: what it says about the record, and the conflict closed with it."""
        conflict, state = self.states[closing.key], self.states.get(edit.key, RecordState(edit.key))
        if edit.key in self.awaited and not state.exists:
            return Planned(edit, DEFERRED)
        refusal = closings.refusal(edit, closing, state) or self._reference_gone(edit, closing)
        if refusal is not None:
            return Planned(edit, REJECTED, refusal)
        stamp = self._stamp(edit, state)
        other = closings.unseen(edit, stamp, conflict, state, seen_version=self.seen_version)
        said, rival = closings.against(edit, closing, state, other)
        planned = Planned(edit, NOOP) if said is None else self._plan_beside(said, rival)
        if planned.status in (REJECTED, DEFERRED):
            return planned
        self.last_eff_ms = max(self.last_eff_ms, stamp.eff_ms)
        says = closings.chosen(said, closing, state)
        line = closings.line(edit, closing, stamp, conflict, says=says, version=self.version, at_ms=self.now_ms)
        if line is not None:
            line = replace(line, number=next(self.numbers))
            self.states[closing.key] = closings.after(conflict, line)
        return closings.closed(planned, line)

    def _reference_gone(self, edit: Edit, closing: Closing) -> Refusal | None:
        """Lost values may name what is gone by now: waiting for it would last for ever."""
        rules = self.rules[edit.key[0]]
        if closing.resolution != closings.USE_LOST or not self._refers_to_unknown(edit.patch, rules):
            return None
        return Refusal("does_not_exist", closings.REFERENCE_GONE)

    def _plan_beside(self, edit: Edit, rival: Write | None) -> Planned:
        """Plans an edit with one more write in its record's log, for as long as it is planned."""
        if rival is None:
            return self._plan_edit(edit)
        state = self.states[edit.key]
        self.states[edit.key] = replace(state, writes=(*state.writes, rival))
        planned = self._plan_edit(edit)
        state = self.states[edit.key]
        self.states[edit.key] = replace(state, writes=tuple(w for w in state.writes if w is not rival))
        return planned

    def _plan_edit(self, edit: Edit) -> Planned:
        rules = self.rules[edit.key[0]]
        refusal = self._refusal(edit, rules)
        if refusal is not None:
            return Planned(edit, REJECTED, refusal)
        state = self.states.get(edit.key, RecordState(edit.key))
        if not state.exists and edit.op != "create":
            return Planned(edit, DEFERRED) if edit.key in self.awaited else self._missing(edit, state)
        if edit.key in self.purged or refers_to(self.purged, edit.patch, rules):
            return self._missing(edit, state)
        if not state.exists:
            return self._create(edit, rules, state)
        if self._refers_to_unknown(edit.patch, rules):
            return Planned(edit, DEFERRED)
        stamp = self._stamp(edit, state)
        planned = self._delete(edit, state, stamp) if edit.op == "delete" else self._write(edit, rules, state, stamp)
        self.last_eff_ms = max(self.last_eff_ms, stamp.eff_ms)
        return planned

    def _refusal(self, edit: Edit, rules: EntityRules) -> Refusal | None:
        if edit.refusal is not None:
            return edit.refusal
        if rules.read_only:
            return Refusal("read_only", f"Only the server writes {rules.name}.")
        if not rules.creatable and edit.op in ("create", "delete"):
            return Refusal("not_allowed", f"{rules.name} comes with the account, and stays.")
        if edit.op == "create" and edit.key in self.taken:
            return ID_TAKEN
        if edit.closes is not None and edit.key in self.purged:
            return closings.RECORD_MISSING
        return None

    def _stamp(self, edit: Edit, state: RecordState) -> Stamp:
        last_ms = self.last_eff_ms if self.in_order else 0
        eff = stamped_ms(edit, state, last_ms=last_ms, skew_ms=self.skew_ms, now_ms=self.now_ms)
        return Stamp(eff, self.device, edit.seq)

    def _refers_to_unknown(self, patch: Mapping[str, Any], rules: EntityRules) -> bool:
        return refers_to_unknown(patch, rules, self.states, self.shared)

    # --- the operations ---

    def _missing(self, edit: Edit, state: RecordState) -> Planned:
        """An update never creates: the record may have been deleted for good, and would come back half. Nor does a create
        under an id that was deleted for good, or below such a record: then its own id will never be there either.
        """
        self.awaited -= {edit.key}  # who waited for this creation waits no more
        self.purged |= {edit.key} if edit.op == "create" and not state.exists else set()
        standing = state.registers if state.exists else {}
        return Planned(edit, CONFLICT, conflicts=(told.missing(edit, self._stamp(edit, state), standing),))

    def _create(self, edit: Edit, rules: EntityRules, state: RecordState) -> Planned:
        document = {**rules.defaults, **edit.patch}
        missing = sorted(name for name in rules.required if document.get(name) is None)
        if missing:
            fields = dict.fromkeys(missing, "This field is required.")
            return Planned(edit, REJECTED, Refusal("required", "Fields are missing.", fields))
        if self._refers_to_unknown(document, rules):
            return Planned(edit, DEFERRED)
        line = Line(edit, self._stamp(edit, state))
        self.last_eff_ms = max(self.last_eff_ms, line.stamp.eff_ms)
        taken = {**document, DELETED: False}
        self._place(line, state, Merged(taken, {}, (), {}, contested=False), told_values={**edit.patch, DELETED: False})
        return line.planned(APPLIED)

    def _write(self, edit: Edit, rules: EntityRules, state: RecordState, stamp: Stamp) -> Planned:
        whole = completed_edit(edit, stamp, rules, state)
        patch = {**whole.patch, DELETED: False} if whole.patch or edit.op == "restore" else {}
        merged = self._merge(whole, state, stamp, patch)
        line = Line(whole, stamp, contested=merged.contested, conflicts=list(told.from_merge(whole, merged)))
        self._place(line, state, merged, told_values=whole.patch)
        emptied = any(state.registers.get(n) != value for n, value in whole.patch.items() if n not in edit.patch)
        return line.planned(MERGED if merged.contested or emptied else APPLIED)

    def _delete(self, edit: Edit, state: RecordState, stamp: Stamp) -> Planned:
        merged = self._merge(edit, state, stamp, {DELETED: True})
        line = Line(edit, stamp, conflicts=list(told.from_merge(edit, merged)))
        below = self.tree.below(edit.key, self.states)
        unseen = {s.key: works for s in below if (works := self._unseen(edit, stamp, s))}
        later = [w for works in unseen.values() for w in works if w.stamp > stamp]
        later += self.voices.against(edit, stamp, (state, *below))
        if merged.taken and later:
            line.conflicts = [told.deletion_refused(edit, stamp, max(later, key=lambda w: w.stamp))]
        if not merged.taken or later:
            self._commit(line, state, {}, merged.lost | merged.taken, deleted=state.deleted)
            return line.planned(APPLIED)
        self._commit(line, state, merged.taken, merged.lost, deleted=True)
        works = [w for w in foreign_writes(state.writes, base_version=edit.base_version, stamp=stamp) if w.says_alive]
        line.conflicts = (
            [told.lost_with_record(edit, stamp, state, works)] if works and not state.deleted_itself else []
        )
        kept = told.ours(edit, stamp, value=None)
        line.conflicts += [
            told.lost_with_parent(kept, gone.state, gone.works, gone.loser.mutation_id)
            for gone in gone_unseen(self.rules, below, unseen)
            if not gone.state.deleted
        ]
        self._settle_below(line, [edit.key])
        return line.planned(APPLIED)

    def _merge(self, edit: Edit, state: RecordState, stamp: Stamp, patch: Mapping[str, Any]) -> Merged:
        return merge_registers(
            patch=patch,
            current=state.registers,
            writes=state.writes,
            rules=self.rules[edit.key[0]],
            stamp=stamp,
            mutation_id=edit.id,
            base_version=edit.base_version,
            decided=edit.closes is not None,
        )

    def _unseen(self, edit: Edit, stamp: Stamp, state: RecordState) -> list[Write]:
        """What others did to a record below the deleted one since the base, which says what the deleting user had seen:
        what the device has pulled since, and its clock, do not. Older touches, where they are the later word.
        """
        since = foreign_writes(state.writes, base_version=edit.base_version, stamp=stamp)
        touches = [w for w in state.writes if w.touch and w.version < edit.base_version and w.stamp > stamp]
        return [w for w in (*since, *(w for w in touches if w.stamp.device != stamp.device)) if w.says_alive]

    # --- what hangs together ---

    def _place(self, line: Line, state: RecordState, merged: Merged, *, told_values: Mapping[str, Any]) -> None:
        """Writes a record. What it hangs on is brought back with it, with all that went along; where that was deleted
        later, the record goes along, keeps what was written, and a conflict names it.
        """
        if not merged.taken and not merged.lost:
            return
        itself = merged.taken.get(DELETED, state.deleted_itself)
        placed = RecordState(state.key, document={**(state.document or {}), **merged.taken})
        works = self.voices.moved_along(line.edit, line.stamp, {**merged.taken, **merged.lost}, self.states)
        above = self.tree.above(placed, self.states)
        gone = [s for s in above if s.deleted_itself]
        undone = [(s, work) for s in gone if (work := self._saving(line, s, works)) is not None]
        buried = next((s for s in gone if self._saving(line, s, works) is None), None)
        registers = with_seen(self.rules[state.key[0]], line.edit, state, merged.taken)
        self._commit(line, state, registers, merged.lost, sent=line.edit.patch, deleted=itself or buried is not None)
        for ancestor, work in undone:
            self._bring_back(line, ancestor, work)
        spoken_for = self._speak(line, state, works) if has_history(state, *above) or works else []
        touched = [*(s for s, _ in undone), *spoken_for, state]
        roots = [s.key for s in touched if s.deleted != self.states[s.key].deleted]
        # What nobody found when its parent came back, since no row told of it, comes back with the work below it.
        roots += [key for s in above if s.deleted and not s.deleted_itself for key in self.tree.parents(s)]
        self._settle_below(line, roots)
        if buried is not None and not itself:
            line.conflicts += told.buried(
                line.edit, line.stamp, values=told_values, bases=merged.bases, parent=buried, works=works
            )
        self._tell_of_twins(line, state, merged)
        self._keep_singles(line)

    def _tell_of_twins(self, line: Line, state: RecordState, merged: Merged) -> None:
        if merged.taken.keys().isdisjoint(self.rules[state.key[0]].distinct):
            return
        placed = self.states[state.key]
        for twin, theirs in self.twins.unseen(placed, self.states, line.stamp):
            line.conflicts.append(told.made_twice(line.edit, line.stamp, placed, twin, theirs))

    def _keep_singles(self, line: Line) -> None:
        """Where at most one record may have a claim, one gives way: one written now, or one that was there."""
        for key in dict.fromkeys(write.key for write in line.writes):
            self.singles.add(self.states[key])
            for single in self.rules[key[0]].singles:
                for rival in self.singles.rivals(single, self.states[key], self.states):
                    gives_way, conflict = loser(single, self.states[key], rival, line.edit, line.stamp)
                    line.conflicts += [conflict] if conflict is not None else []
                    self._give_way(line, single, gives_way)
                    if gives_way.key == key:
                        break

    def _give_way(self, line: Line, single: Single, state: RecordState) -> None:
        number = next((n for n, write in enumerate(line.writes) if write.key == state.key), None)
        if number is None:
            self._commit(line, state, {single.gives_way: single.empty}, {}, deleted=False)
        else:
            self.states[state.key], line.writes[number] = emptied(single, state, line.writes[number])

    def _saving(self, line: Line, state: RecordState, works: Works) -> Write | None:
        """The work that a deletion above it does not outlive. Whoever had seen it works later, even in the same millisecond."""
        others = loudest(state, self.voices.carried(works, state.key))
        if deletion_stamp(state) > line.stamp and self._is_foreign_deletion(line.stamp, line.edit, state):
            return others
        own = Write(self.version, line.stamp, {DELETED: False}, {}, line.edit.id, self.now_ms)
        return others if others is not None and others.stamp > line.stamp else own

    def _bring_back(self, line: Line, state: RecordState, work: Write) -> None:
        if self._is_foreign_deletion(work.stamp, line.edit, state):
            line.conflicts.append(told.deletion_undone(work, state))
        registers = {DELETED: False, **(kept_as(state, [work]) if work.stamp != line.stamp else {})}
        self._commit(line, state, registers, {}, deleted=self.tree.has_deleted_parent(state, self.states))

    def _speak(self, line: Line, before: RecordState, works: Works) -> list[RecordState]:
        """For parents that the record does not hang on, or no longer: they come back, or remember what spoke for them."""
        found = self.voices.elsewhere(line.edit, line.stamp, self.states, before=before, works=works)
        parents = [self.states[key] for key in found]
        for parent in parents:
            if not parent.deleted_itself:
                gone = self.tree.has_deleted_parent(parent, self.states)
                along = {ALONG: gone} if gone != parent.deleted else {}
                self._commit(line, parent, {**kept_as(parent, found[parent.key]), **along}, {}, deleted=gone)
            elif work := loudest(parent, found[parent.key]):
                self._bring_back(line, parent, work)
        return parents

    def _is_foreign_deletion(self, stamp: Stamp, edit: Edit, state: RecordState) -> bool:
        deletion = deletion_of(state)
        if deletion is None:
            return state.version > edit.base_version
        return bool(foreign_writes([deletion], base_version=edit.base_version, stamp=stamp))

    def _settle_below(self, line: Line, roots: Iterable[Key]) -> None:
        """What is below is deleted with its parents, or comes back with them."""
        for root in roots:
            for found in self.tree.below(root, self.states):
                state = self.states[found.key]
                gone = state.deleted_itself or self.tree.has_deleted_parent(state, self.states)
                if gone != state.deleted:
                    self._commit(line, state, {ALONG: gone}, {}, deleted=gone)

    def _commit(
        self,
        line: Line,
        state: RecordState,
        registers: Mapping[str, Any],
        lost: Mapping[str, Any],
        *,
        deleted: bool,
        sent: Mapping[str, Any] | None = None,
    ) -> None:
        """Plans one line of the log. If everything is like that already, the record is only touched: the newer clock and what was
        sent are remembered, the version stays.
        """
        if not registers and not lost:
            return
        current = state.registers if state.exists else {}
        exists, sent = state.exists, sent or {}
        touch = exists and state.deleted == deleted and _stands(registers, current)
        op = "T" if touch else "D" if deleted else "U" if exists else "I"
        values = {n: sent.get(n, value) for n, value in registers.items() if exists or n in sent or n == DELETED}
        version = state.version if touch else self.version
        write = Write(version, line.stamp, values, current, line.edit.id, self.now_ms, dict(lost), touch)
        self.states[state.key] = state.after(write, registers, deleted=deleted)
        if not exists or not self.rules[state.key[0]].parents.keys().isdisjoint(registers):
            self.tree.add(self.states[state.key])
        line.writes.append(PlannedWrite(state.key, op, state.document, write, touch, next(self.numbers)))


def _stands(registers: Mapping[str, Any], current: Mapping[str, Any]) -> bool:
    return all(current.get(name) == value for name, value in registers.items() if name not in NO_FIELDS)
