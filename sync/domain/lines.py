"""A mutation on its way through the planner."""

import dataclasses

from sync.domain.merge import Stamp
from sync.domain.records import CONFLICT, NOOP, Edit, Planned, PlannedConflict, PlannedWrite


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
