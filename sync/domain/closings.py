"""Decisions of conflicts. Each is an edit of the record that the conflict is about, and closes the conflict with it.

Two devices may decide one conflict, both offline. Then the later decision stands, and what the other one stands for goes
into a new conflict, as between any two writes. A decision to keep what stands writes nothing into the record, so that
nobody would meet it there: the conflict's log remembers what each decision stands for, and lends it to the merge.
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from sync.domain.merge import DELETED, NO_FIELDS, Stamp, Write
from sync.domain.records import Closing, Edit, Planned, PlannedWrite, RecordState, Refusal

KEEP, USE_LOST, CUSTOM = "keep", "use_lost", "custom"
STATUSES = {KEEP: "dismissed", USE_LOST: "resolved", CUSTOM: "resolved"}
CHOSEN = "_chosen"  # in a conflict's log: the registers that a decision stands for

RECORD_MISSING = Refusal(
    "record_missing",
    "The record is no longer there, and an id is never used again. Create a new record with a new id from the lost"
    " values, then decide to keep.",
)
REFERENCE_GONE = "There is no longer such a record. Decide with custom, and name another."


def unseen(edit: Edit, stamp: Stamp, conflict: RecordState, state: RecordState, *, seen_version: int) -> Write | None:
    """The newest decision of the same conflict that the user cannot have known; the device's own are known. A decision that
    wrote the record shows in the version that the user saw; for one that kept what stood, what was pulled has to do.
    """
    last = newest(conflict)
    if last is None or (last.stamp.device == stamp.device and last.stamp.seq < stamp.seq):
        return None
    if last.version <= edit.base_version and not last.touch:
        return None
    shows = _written(state, last) is not None
    return last if shows or last.touch or last.version > seen_version or last.logged_ms >= stamp.eff_ms else None


def newest(conflict: RecordState) -> Write | None:
    decisions = [w for w in conflict.writes if CHOSEN in w.values]
    return max(decisions, key=lambda w: w.stamp, default=None)


def against(edit: Edit, closing: Closing, state: RecordState, other: Write | None) -> tuple[Edit | None, Write | None]:
    """What a decision says about the record, None for nothing; and the other decision as its rival, where the record's
    own log does not hold it.
    """
    if edit.op == "delete" and not state.exists:
        return None, None
    written = None if other is None else _written(state, other)
    if closing.resolution == KEEP:
        return (None if written is None else _back(edit, written)), None
    if other is None or written is not None or not state.exists:
        return edit, None
    chosen = other.values[CHOSEN]
    return edit, replace(other, values=chosen, before=chosen, touch=True)


def _written(state: RecordState, decision: Write) -> Write | None:
    return next((w for w in state.writes if w.mutation_id == decision.mutation_id), None)


def _back(edit: Edit, written: Write) -> Edit:
    """To keep means to want what stood before the other decision was written."""
    before, now = bool(written.before.get(DELETED)), bool(written.values.get(DELETED, written.before.get(DELETED)))
    if before != now:
        return replace(edit, op="delete" if before else "restore", patch={})
    names = written.values.keys() - NO_FIELDS
    return replace(edit, patch={name: written.before[name] for name in names if name in written.before})


def refusal(edit: Edit, closing: Closing, state: RecordState) -> Refusal | None:
    """A record that is not there can be left alone, or deleted."""
    if edit.refusal is not None:
        return edit.refusal
    possible = state.exists or closing.resolution == KEEP or edit.op == "delete"
    return None if possible else RECORD_MISSING


def chosen(edit: Edit | None, closing: Closing, state: RecordState) -> dict[str, Any]:
    """The registers that a decision stands for: what it writes, or what it found."""
    if edit is None:
        standing = state.registers if state.exists else {}
        return {name: standing[name] for name in sorted(closing.names) if name in standing}
    return {**edit.patch, **({DELETED: edit.op == "delete"} if edit.op in ("delete", "restore") else {})}


def line(
    edit: Edit,
    closing: Closing,
    stamp: Stamp,
    conflict: RecordState,
    *,
    says: Mapping[str, Any],
    version: int,
    at_ms: int,
) -> PlannedWrite | None:
    """The line of the conflict's log; None where a later decision stands. The same decision again touches the conflict."""
    last = newest(conflict)
    if last is not None and (last.stamp > stamp or (last.stamp.device == stamp.device and last.stamp.seq > stamp.seq)):
        return None
    touch = last is not None and last.values[CHOSEN] == says and last.values["resolution"] == closing.resolution
    values = {
        "status": STATUSES[closing.resolution],
        "resolution": closing.resolution,
        "resolution_mutation": edit.id,
        CHOSEN: dict(says),
    }
    write = Write(
        conflict.version if touch else version, stamp, values, conflict.registers, edit.id, at_ms, touch=touch
    )
    return PlannedWrite(conflict.key, "T" if touch else "U", conflict.document, write, touch)


def after(conflict: RecordState, closed: PlannedWrite) -> RecordState:
    """The conflict with its decision: the newest of those that say the same."""
    values = {} if closed.touch else {name: v for name, v in closed.write.values.items() if name != CHOSEN}
    return conflict.after(closed.write, values, deleted=conflict.deleted)


def closed(planned: Planned, with_line: PlannedWrite | None) -> Planned:
    """What becomes of the mutation: a decision that writes only the conflict is applied, too."""
    if with_line is None:
        return planned
    status = "applied" if planned.status == "noop" and not with_line.touch else planned.status
    return replace(planned, status=status, writes=(*planned.writes, with_line))
