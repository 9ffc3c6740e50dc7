"""An import taken back as a whole: what it made goes, what it changed is as before, what it removed is there again.

Nothing that the user has worked on since is taken from them: it stays, with what it hangs on, and the report names it.
What was synced already is an ordinary change like any other.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dropset_client.device import Device
from dropset_client.errors import DropsetError
from dropset_client.imports import Import
from dropset_client.shapes import shape
from dropset_client.values import blank, same
from dropset_client.wire import JsonObject, Op, rfc3339, utc_now
from dropset_files.planning.memory import Act, Imported

_PARENTS = frozenset(("exercise", "workout", "exercise_type", "meal_log"))  # fields that name what a record hangs on
_CHILDREN_FIRST = (
    "set", "exercise", "workout", "exercise_type", "meal_log_item", "meal_log", "water_log", "measurement",
)  # fmt: skip


class ImportBuiltOn(DropsetError):
    """Later imports changed what this one made: they are to be undone first."""

    def __init__(self, later: Sequence[Import]) -> None:
        super().__init__(f"later imports build on this one: undo {', '.join(one.id for one in later)} first")
        self.later = tuple(later)


class ImportUndone(DropsetError):
    """It was undone already."""


@dataclass(slots=True)
class UndoReport:
    """How many records were deleted, changed back and brought back; `kept` says which ones were not, and why."""

    deleted: int = 0
    changed_back: int = 0
    brought_back: int = 0
    kept: list[str] = field(default_factory=list)


def undo_import(device: Device, one: Import) -> UndoReport:
    """Take an import back, in one local transaction. Raises ImportBuiltOn and ImportUndone."""
    log = device.store.imports
    if one.undone_at is not None:
        raise ImportUndone(f"import {one.id} was undone already, at {one.undone_at}")
    with device.batch():
        if later := log.built_on(one):
            raise ImportBuiltOn(later)
        undoing = _Undoing(device, list(log.rows(one)))
        undoing.run()
        log.undone(one, rfc3339(utc_now()))
    return undoing.report


def is_untouched(imported: Imported, stands: Mapping[str, object]) -> bool:
    """Whether a record is as its import read it: nobody has worked on it since."""
    fields = shape(imported.entity).fields
    for name, value in stands.items():
        known = fields.get(name)
        if known is None or known.read_only:
            continue
        said = imported.parent_id if known.of else blank(imported.entity, name)
        if not same(imported.entity, name, value, imported.said.get(name, said)):
            return False
    return True


class _Undoing:
    def __init__(self, device: Device, rows: list[Imported]) -> None:
        self.report = UndoReport()
        self._device = device
        self._rows = rows
        self._live: dict[str, dict[str, JsonObject]] = {
            entity: {record.id: record.data or {} for record in device.store.view_all(entity)}
            for entity in _CHILDREN_FIRST
        }
        self._below: dict[str, set[str]] = defaultdict(set)
        for records in self._live.values():
            for record_id, data in records.items():
                for parent in _PARENTS & data.keys():
                    self._below[str(data[parent])].add(record_id)

    def run(self) -> None:
        for entity in reversed(_CHILDREN_FIRST):
            for row in self._of(entity, Act.DELETED):
                self._bring_back(row)
        for entity in _CHILDREN_FIRST:
            for row in self._of(entity, Act.CHANGED):
                self._change_back(row)
            for row in self._of(entity, Act.MADE):
                self._delete(row)

    def _of(self, entity: str, act: Act) -> list[Imported]:
        return [row for row in self._rows if row.entity == entity and row.act is act]

    def _bring_back(self, row: Imported) -> None:
        if row.record_id in self._live[row.entity]:
            return
        self._device.enqueue(row.entity, row.record_id, Op.CREATE, row.before)
        self._live[row.entity][row.record_id] = row.before
        for parent in _PARENTS & row.before.keys():
            self._below[str(row.before[parent])].add(row.record_id)
        self.report.brought_back += 1

    def _change_back(self, row: Imported) -> None:
        stands = self._live[row.entity].get(row.record_id)
        if stands is None:
            return
        patch = {}
        for name, before in row.before.items():
            if same(row.entity, name, stands.get(name), row.said.get(name)):
                patch[name] = blank(row.entity, name) if before is None else before
            else:
                self._keep(row, f"you have changed {name} since")
        if patch:
            self._device.enqueue(row.entity, row.record_id, Op.UPDATE, patch)
            for parent in _PARENTS & patch.keys():
                self._below[str(stands.get(parent))].discard(row.record_id)
                self._below[str(patch[parent])].add(row.record_id)
            self.report.changed_back += 1

    def _delete(self, row: Imported) -> None:
        stands = self._live[row.entity].get(row.record_id)
        if stands is None:
            return
        if not is_untouched(row, stands):
            self._keep(row, "you have worked on it since")
        elif self._below[row.record_id]:
            self._keep(row, "it holds what stays")
        else:
            self._device.enqueue(row.entity, row.record_id, Op.DELETE, {})
            for parent in _PARENTS:
                self._below[str(stands.get(parent))].discard(row.record_id)
            self.report.deleted += 1

    def _keep(self, row: Imported, why: str) -> None:
        self.report.kept.append(f"{row.entity} {row.record_id}{f' ({row.label})' if row.label else ''}: {why}")
