"""The changes of an import, in the order in which they can be written; with what the file said, and what stood before."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dropset_files.planning.fitting import Said
from dropset_files.planning.known import PARENTS, Known
from dropset_files.planning.memory import Act, Imported, Key
from dropset_files.planning.merging import Merge
from dropset_files.shared.values import JsonObject


@dataclass(frozen=True, slots=True)
class Change:
    """One record to be made, changed or deleted. `data` is the document, without its id, or the patch."""

    op: Literal["create", "update", "delete"]
    entity: str
    id: str
    data: JsonObject


class Writer:
    """`number` is the import's, as it is remembered."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._rows: dict[Key, Imported] = {}
        self.changes: list[Change] = []
        self.made: Counter[str] = Counter()
        self.changed: Counter[str] = Counter()
        self.deleted: Counter[str] = Counter()

    @property
    def rows(self) -> list[Imported]:
        return list(self._rows.values())

    def make_type(self, type_id: str, data: JsonObject, *, line: int, label: str) -> None:
        self.changes.append(Change("create", "exercise_type", type_id, data))
        self.made["exercise_type"] += 1
        self._remember("exercise_type", type_id, None, Act.MADE, line, label, data)

    def name_type(self, alias_id: str, data: JsonObject, *, is_new: bool) -> None:
        """A corrected name. It is the user's own act, and is not undone with the import."""
        self.changes.append(Change("create" if is_new else "update", "exercise_alias", alias_id, data))

    def make(self, says: Said, record_id: str, place: Mapping[str, object]) -> None:
        """`place` is its parent and its position, if it has them."""
        data = {**place, **{name: value for name, value in says.fields.items() if value is not None}}
        if says.entity == "set":  # nothing said is nothing sent
            data = {name: value for name, value in data.items() if value != ""}
        self.changes.append(Change("create", says.entity, record_id, data))
        self.made[says.entity] += 1
        parent = str(place[PARENTS[says.entity]]) if says.entity in PARENTS else None
        said = {**says.fields, **{name: value for name, value in place.items() if name not in PARENTS.values()}}
        self._remember(says.entity, record_id, parent, Act.MADE, says.line, says.label, said)

    def change(self, says: Said, known: Known, merge: Merge) -> None:
        """Without a patch only what the file says now is remembered, where that is something new."""
        stands = known.stands or {}
        if merge.patch:
            self.changes.append(Change("update", says.entity, known.id, merge.patch))
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
        """`before` is the whole document, with what the server made in it."""
        self.changes.append(Change("delete", known.entity, known.id, {}))
        self.deleted[known.entity] += 1
        before = known.stands or {}
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
        row = Imported(self._number, entity, record_id, parent, act, line, label, said, before or {})
        self._rows[row.key] = row
