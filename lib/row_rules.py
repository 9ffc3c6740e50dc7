"""Rules over rows that PostgreSQL cannot check. Python does, for everybody who writes: before the write, in its transaction,
under the lock on the user's head.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from lib import wire
from lib.errors import DomainError
from lib.models import OwnedModel

Key = tuple[str, str]  # the entity's name, the row's id
RowCheck = Callable[[Sequence["RowChange"]], "Faults"]


@dataclass(frozen=True)
class RowChange:
    """A row as it stands and as it shall be, by the names on the wire. before: None where it comes, or comes back.

    deleted: whether it is out of sight afterwards. user_id: whose it is; None of the library's rows.
    """

    entity: str
    id: str
    after: Mapping[str, Any]
    before: Mapping[str, Any] | None = None
    deleted: bool = False
    user_id: UUID | None = None

    def changes(self, name: str) -> bool:
        return self.before is None or self.before.get(name) != self.after.get(name)


class Fault(NamedTuple):
    attr: str  # the field, with dots into it
    code: str
    detail: str


Faults = dict[Key, list[Fault]]
_CHECKS: dict[str, list[RowCheck]] = {}


class RowsRefused(DomainError):
    """Some rows contradict a rule."""

    def __init__(self, faults: Faults | None = None) -> None:
        self.faults = faults or {}
        first = next((fault for found in self.faults.values() for fault in found), None)
        super().__init__(first and first.detail, attr=first and first.attr)
        if first is not None:
            self.code = first.code

    @property
    def fields(self) -> dict[str, str]:
        """What is wrong with each field."""
        said: dict[str, list[str]] = {}
        for fault in (fault for found in self.faults.values() for fault in found):
            said.setdefault(fault.attr, []).append(fault.detail)
        return {attr: " ".join(details) for attr, details in said.items()}


def add_rule(check: RowCheck, *entities: str) -> None:
    """From now on `check` finds what is wrong with rows of these entities. It sees all that are written together."""
    for entity in entities:
        checks = _CHECKS.setdefault(entity, [])
        if check not in checks:
            checks.append(check)


def is_ruled(entity: str) -> bool:
    return entity in _CHECKS


def faults_in(changes: Collection[RowChange]) -> Faults:
    """Of all that is written together: what is wrong, by row. Nothing is asked where no rule holds."""
    by_check: dict[RowCheck, list[RowChange]] = {}
    for change in changes:
        for check in _CHECKS.get(change.entity, ()):
            by_check.setdefault(check, []).append(change)
    found: Faults = {}
    for check, its in by_check.items():
        for key, faults in check(its).items():
            found.setdefault(key, []).extend(faults)
    return found


def hold_to_rules(changes: Collection[RowChange]) -> None:
    """Raises RowsRefused."""
    faults = faults_in(changes)
    if faults:
        raise RowsRefused(faults)


def row_change(row: OwnedModel, values: Mapping[str, Any] | None = None) -> RowChange:
    """values: by column, of a row that stands; None where it is to come."""
    columns = {field.name: field.column for field in wire.entity_of(type(row)).writable}
    before = {name: getattr(row, column) for name, column in columns.items()}
    written = values or {}
    after = {name: written.get(column, before[name]) for name, column in columns.items()}
    return RowChange(
        wire.name_of(type(row)), str(row.pk), after, None if values is None else before, user_id=row.user_id
    )
