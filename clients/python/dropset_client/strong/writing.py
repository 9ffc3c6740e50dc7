"""The changes of an import: queued like any others, and remembered with what the file said and what stood before."""

from collections import Counter
from collections.abc import Mapping

from dropset_client.device import Device
from dropset_client.imports import Act, Import, Imported
from dropset_client.strong.fitting import Said
from dropset_client.strong.known import PARENTS, Known
from dropset_client.strong.merging import Merge
from dropset_client.values import written
from dropset_client.wire import JsonObject, Op


class Writer:
    def __init__(self, device: Device, one: Import) -> None:
        self._device = device
        self._import = one
        self._rows: dict[tuple[str, str], Imported] = {}
        self.made: Counter[str] = Counter()
        self.changed: Counter[str] = Counter()
        self.deleted: Counter[str] = Counter()

    @property
    def rows(self) -> list[Imported]:
        return list(self._rows.values())

    def make_type(self, type_id: str, data: JsonObject, *, line: int, label: str) -> None:
        self._device.enqueue("exercise_type", type_id, Op.CREATE, data)
        self.made["exercise_type"] += 1
        self._remember("exercise_type", type_id, None, Act.MADE, line, label, data)

    def make(self, says: Said, record_id: str, place: Mapping[str, object]) -> None:
        """`place` is its parent and its position, if it has them."""
        data = {**place, **{name: value for name, value in says.fields.items() if value is not None}}
        if says.entity == "set":  # nothing said is nothing sent
            data = {name: value for name, value in data.items() if value != ""}
        self._device.enqueue(says.entity, record_id, Op.CREATE, data)
        self.made[says.entity] += 1
        parent = str(place[PARENTS[says.entity]]) if says.entity in PARENTS else None
        said = {**says.fields, **{name: value for name, value in place.items() if name not in PARENTS.values()}}
        self._remember(says.entity, record_id, parent, Act.MADE, says.line, says.label, said)

    def change(self, says: Said, known: Known, merge: Merge) -> None:
        """Without a patch only what the file says now is remembered, where that is something new."""
        stands = known.stands or {}
        if merge.patch:
            self._device.enqueue(says.entity, known.id, Op.UPDATE, merge.patch)
            self.changed[says.entity] += 1
        parent = PARENTS.get(says.entity, "")
        if parent:
            merge.said["position"] = merge.patch.get("position", known.content.get("position"))
        if merge.patch or merge.said != known.said or says.label != known.label:
            above = known.imported.parent_id if known.imported else stands.get(parent)
            act = Act.CHANGED if merge.patch else Act.SEEN
            before = {name: stands.get(name) for name in merge.patch}
            self._remember(says.entity, known.id, above, act, says.line, says.label, merge.said, before)

    def delete(self, known: Known) -> None:
        self._device.enqueue(known.entity, known.id, Op.DELETE, {})
        self.deleted[known.entity] += 1
        before = written(known.entity, known.stands or {})
        parent = before.get(PARENTS.get(known.entity, ""))
        self._remember(known.entity, known.id, parent, Act.DELETED, 0, known.label, known.said or {}, before)

    def _remember(  # noqa: PLR0917  the columns of a row
        self,
        entity: str,
        record_id: str,
        parent: str | None,
        act: Act,
        line: int,
        label: str,
        said: JsonObject,
        before: JsonObject | None = None,
    ) -> None:
        row = Imported(self._import.n, entity, record_id, parent, act, line, label, said, before or {})
        self._rows[row.key] = row
