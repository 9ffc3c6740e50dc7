"""What was written before the log begins: nobody knows it any more, so it contests every write that may not have seen it."""

from msgspec.structs import replace

from sync.domain.lifetimes import LOG
from sync.domain.merge import DELETED, Stamp, Write
from sync.domain.records import RecordState
from sync.domain.times import MILLISECOND


def with_forgotten(state: RecordState, *, base_version: int, log_version: int, now_ms: int) -> RecordState:
    """The record, with one write in front of its log that stands for everything that the log has lost.

    That write has set every register to the oldest value that is known, as late as it can have been: so what differs from
    it loses or wins against it, and is named in a conflict, instead of overwriting silently what its device never saw.
    """
    if base_version >= min(log_version, state.version):
        return state  # all that it had not seen is in the log
    oldest = next((w for w in state.writes if not w.touch), None)
    if oldest is not None and not oldest.before:
        return state  # made after the log begins
    registers = state.registers if oldest is None else oldest.before
    lost_ms = now_ms - LOG // MILLISECOND
    known_ms = [w.stamp.eff_ms for w in state.writes if not w.touch]  # each of them stood over it
    latest_ms = min(lost_ms, *known_ms) if known_ms else min(lost_ms, state.modified_ms)
    write = Write(
        version=min(log_version, state.version),
        stamp=Stamp(latest_ms, "", 0),
        values={DELETED: False, **registers},
        before={},
        mutation_id=None,
        logged_ms=latest_ms,
    )
    return replace(state, writes=(write, *state.writes))
