"""A mutation on its way through the planner."""

import dataclasses

from sync.domain.merge import Stamp, Write, effective_ms
from sync.domain.records import CONFLICT, NOOP, Edit, Planned, PlannedConflict, PlannedWrite, RecordState


@dataclasses.dataclass
class Line:
    """What is known of a mutation while it is planned."""

    edit: Edit
    stamp: Stamp
    contested: bool = False
    writes: list[PlannedWrite] = dataclasses.field(default_factory=list)
    conflicts: list[PlannedConflict] = dataclasses.field(default_factory=list)

    def planned(self, status: str) -> Planned:
        if self.conflicts:
            status = CONFLICT
        elif all(write.touch for write in self.writes):
            status = NOOP
        return Planned(
            self.edit, status, conflicts=tuple(self.conflicts), writes=tuple(self.writes), contested=self.contested
        )


def stamped_ms(edit: Edit, state: RecordState, *, last_ms: int, skew_ms: int, now_ms: int) -> int:
    """When an edit counts as made. What the device had seen of the record was written before; so were its own earlier
    mutations, up to last_ms.
    """
    if edit.base_version >= state.version:
        seen_ms = state.modified_ms
    else:  # the write that made the newest version that it had seen; what only touched the record came unnoticed
        made = max((w for w in state.writes if w.version <= edit.base_version), key=_newest_first_line, default=None)
        seen_ms = 0 if made is None else made.logged_ms
    floor_ms = min(max(last_ms, seen_ms), now_ms)
    return effective_ms(at_ms=edit.at_ms, skew_ms=skew_ms, now_ms=now_ms, floor_ms=floor_ms)


def _newest_first_line(write: Write) -> tuple[int, int]:
    return write.version, -write.logged_ms
