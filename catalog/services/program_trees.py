"""A canonical program written as a whole, as the program builder does: what is new, changed or gone follows from the tree."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import msgspec
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from catalog.enums import Status
from catalog.models import ExerciseType, Program, ProgramDay, ProgramSet, ProgramSlot, ProgramWeek
from catalog.queries.trees import program_tree
from lib.errors import BadRequest, Conflict
from lib.fields import CheckedField, constraint_name
from lib.writes import Catalogue, writing

ROWS_MAX = 20_000  # 104 weeks of 14 days with a dozen sets each; more is a mistake
BATCH_SIZE = 500
REFERENCES = frozenset({"user", "program", "day", "slot", "exercise_type"})
Path = str  # where in the tree: days.0.slots.2.sets.1


class SetNode(msgspec.Struct, forbid_unknown_fields=True):
    id: UUID | None = None
    week: int | None = None
    kind: str = "working"
    target_reps: int | None = None
    target_max_reps: int | None = None
    target_load_kg: Decimal | None = None
    target_typed_load: Decimal | None = None
    target_typed_load_unit: str = ""
    target_percentage: Decimal | None = None
    target_reference: str = ""
    target_rpe: Decimal | None = None
    target_rir: Decimal | None = None
    target_duration_s: int | None = None
    target_distance_m: Decimal | None = None
    rest_s: int | None = None
    tempo: str = ""
    notes: str = ""
    side: str = ""


class SlotNode(msgspec.Struct, forbid_unknown_fields=True):
    exercise_type: UUID
    id: UUID | None = None
    typed_name: str = ""
    superset_group: int | None = None
    rest_s: int | None = None
    progression: dict[str, Any] = {}
    notes: str = ""
    sets: list[SetNode] = []


class DayNode(msgspec.Struct, forbid_unknown_fields=True):
    id: UUID | None = None
    week: int | None = None
    title: str = ""
    notes: str = ""
    slots: list[SlotNode] = []


class WeekNode(msgspec.Struct, forbid_unknown_fields=True):
    number: int
    id: UUID | None = None
    kind: str = "accumulation"
    title: str = ""
    notes: str = ""


class Tree(msgspec.Struct, forbid_unknown_fields=True):
    """version: of the content that was read, so that nobody's work is written over."""

    version: str
    weeks: int
    described_weeks: list[WeekNode] = []
    days: list[DayNode] = []


class TreeRefused(BadRequest):
    """Something in the program is wrong."""

    def __init__(self, faults: Mapping[Path, list[str]] | None = None) -> None:
        self.faults = faults or {}
        super().__init__()


class NotADraft(Conflict):
    """Only a draft can be rebuilt. Make a new version of the program, and change that."""


class ChangedMeanwhile(Conflict):
    """Somebody else changed the program meanwhile. Load it again: what you wrote here is not saved."""


def tree_of(program: Program) -> Tree:
    """What stands, as the builder reads it and writes it back."""
    whole: Any = program_tree(program)
    days = [
        _node(DayNode, day, slots=[_node(SlotNode, slot, sets=_sets(slot)) for slot in day.slots.all()])
        for day in whole.days.all()
    ]
    described = [_node(WeekNode, week) for week in whole.described_weeks.all()]
    tree = Tree(version="", weeks=program.weeks, described_weeks=described, days=days)
    tree.version = sha256(msgspec.json.encode(tree)).hexdigest()
    return tree


def _sets(slot: Any) -> list[SetNode]:
    return [_node(SetNode, row) for row in slot.sets.all()]


def _node(shape: Any, row: Any, **below: Any) -> Any:
    values = {name: getattr(row, _column(name)) for name in shape.__struct_fields__ if name not in below}
    return shape(**values, **below)


def _column(name: str) -> str:
    return "exercise_type_id" if name == "exercise_type" else name


def save_tree(*, program_id: UUID, body: bytes) -> Tree:
    """Writes the draft and gives it back as it stands then. One transaction; nothing is written if anything is wrong.

    Raises TreeRefused with what is wrong and where, NotADraft, ChangedMeanwhile, Program.DoesNotExist.
    """
    tree = _decoded(body)
    with writing(user=Catalogue(), source="admin"):
        program = Program.objects.canonical().select_for_update(of=("self",)).get(pk=program_id)
        if program.status != Status.DRAFT:
            raise NotADraft
        if tree_of(program).version != tree.version:  # a draft has no version of the catalogue
            raise ChangedMeanwhile
        _Saving(program, tree).save()
    saved: Program = Program.objects.get(pk=program_id)
    return tree_of(saved)


def _decoded(body: bytes) -> Tree:
    try:
        return msgspec.json.decode(body, type=Tree)
    except msgspec.DecodeError as problem:
        words, _, path = str(problem).partition(" - at `$")
        raise TreeRefused({_dotted(path.rstrip("`")): [f"{words}."]}) from problem


def _dotted(path: str) -> Path:
    return path.replace("[", ".").replace("]", "").strip(".")


@dataclass
class _Written:
    """Rows of one kind, in the order of the tree."""

    model: Any
    standing: dict[UUID, Any]
    new: list[Any] = field(default_factory=list)
    changed: list[Any] = field(default_factory=list)
    kept: set[UUID] = field(default_factory=set)


class _Saving:
    def __init__(self, program: Program, tree: Tree) -> None:
        self.program, self.tree, self.at = program, tree, timezone.now()
        self.faults: dict[Path, list[str]] = {}
        below = {
            ProgramWeek: "program",
            ProgramDay: "program",
            ProgramSlot: "day__program",
            ProgramSet: "slot__day__program",
        }
        self.written = {
            model: _Written(model, {row.pk: row for row in model.objects.live().filter(**{path: program})})
            for model, path in below.items()
        }
        self.prescriptions: dict[tuple[Any, ...], list[str]] = {}  # what is wrong with sets that say this

    def save(self) -> None:
        self._place()
        if self.faults:
            raise TreeRefused(self.faults)
        if self.program.weeks != self.tree.weeks:
            self.program.weeks = self.tree.weeks
            self.program.save(update_fields=["weeks", "updated_at"])
        for written in self.written.values():  # parents first
            self._write(written)
        for written in reversed(self.written.values()):
            gone = written.standing.keys() - written.kept
            written.model.objects.filter(pk__in=gone).tombstone()

    def _write(self, written: _Written) -> None:
        names = [f.name for f in written.model._meta.local_fields if not (f.generated or f.primary_key)]
        written.model.objects.bulk_create(written.new, batch_size=BATCH_SIZE)
        if written.changed:
            fields = [name for name in names if name not in ("user", "created_at", "deleted_at", "parent_visible")]
            written.model.objects.bulk_update(written.changed, fields, batch_size=BATCH_SIZE)

    # --- from nodes to rows ---

    def _place(self) -> None:
        self._check_weeks()
        known = self._known_types()
        for path, week in _numbered("described_weeks", self.tree.described_weeks):
            self._row(ProgramWeek, path, week, program_id=self.program.pk)
        for path, day in _numbered("days", self.tree.days):
            row = self._row(ProgramDay, path, day, program_id=self.program.pk, position=_position(path))
            for slot_path, slot in _numbered(f"{path}.slots", day.slots):
                if slot.exercise_type not in known:
                    self._fault(f"{slot_path}.exercise_type", ["There is no such exercise type in the library."])
                self._slot(slot_path, slot, row.pk)

    def _slot(self, path: Path, slot: SlotNode, day_id: UUID) -> None:
        row = self._row(ProgramSlot, path, slot, day_id=day_id, position=_position(path))
        for set_path, node in _numbered(f"{path}.sets", slot.sets):
            placed = self._row(ProgramSet, set_path, node, slot_id=row.pk, position=_position(set_path))
            self._check_prescription(set_path, placed)

    def _row(self, model: Any, path: Path, node: Any, **placed: Any) -> Any:
        written: _Written = self.written[model]
        below = {"id", "slots", "sets"}
        values = {_column(name): getattr(node, name) for name in node.__struct_fields__ if name not in below} | placed
        row = written.standing.get(node.id) if node.id not in written.kept else None
        if row is None:
            row = model(id=uuid4(), user=None, **values)
            written.new.append(row)
        elif any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            row.updated_at = self.at
            written.changed.append(row)
        written.kept.add(row.pk)
        self._check_fields(path, row)
        return row

    # --- what is wrong ---

    def _known_types(self) -> set[UUID]:
        wanted = {slot.exercise_type for day in self.tree.days for slot in day.slots}
        return set(ExerciseType.objects.canonical().filter(pk__in=wanted).values_list("pk", flat=True))

    def _check_weeks(self) -> None:
        days = self.tree.days
        rows = sum(1 + len(slot.sets) for day in days for slot in day.slots) + len(days)
        if rows > ROWS_MAX:
            self._fault("days", [f"A program has at most {ROWS_MAX} exercises and sets."])
        try:
            Program._meta.get_field("weeks").clean(self.tree.weeks, self.program)
        except ValidationError as problem:
            self._fault("weeks", problem.messages)
        numbers = [week.number for week in self.tree.described_weeks]
        for path, week in _numbered("described_weeks", self.tree.described_weeks):
            if numbers.count(week.number) > 1:
                self._fault(f"{path}.number", ["This week is described twice."])
        for path, number in _weeks_named(self.tree):
            if not 1 <= number <= self.tree.weeks:
                self._fault(path, [f"The program has {self.tree.weeks} weeks."])

    def _check_fields(self, path: Path, row: models.Model) -> None:
        try:
            row.clean_fields(exclude=REFERENCES)
        except ValidationError as problem:
            for name, messages in problem.message_dict.items():
                self._fault(f"{path}.{name}", messages)

    def _check_prescription(self, path: Path, row: ProgramSet) -> None:
        """Constraints that span fields. Most sets of a program say the same, so that each prescription is asked of once."""
        said = tuple(getattr(row, name) for name in SetNode.__struct_fields__ if name != "id")
        if said not in self.prescriptions:
            self.prescriptions[said] = list(_violations(row))
        self._fault(path, self.prescriptions[said])

    def _fault(self, path: Path, messages: Iterable[str]) -> None:
        for message in messages:
            self.faults.setdefault(path, []).append(message)


def _violations(row: ProgramSet) -> Iterator[str]:
    for constraint in _constraints_of_sets():
        try:
            constraint.validate(ProgramSet, row)
        except ValidationError as problem:
            yield from problem.messages


@cache
def _constraints_of_sets() -> tuple[models.CheckConstraint, ...]:
    """Without those of single fields, which their validators hold without asking the database."""
    single = {
        constraint_name(ProgramSet, f"{checked.name}_{checked.fact}")
        for checked in ProgramSet._meta.local_fields
        if isinstance(checked, CheckedField)
    }
    found = (one for one in ProgramSet._meta.constraints if isinstance(one, models.CheckConstraint))
    return tuple(one for one in found if one.name not in single)


def _numbered(path: Path, nodes: Iterable[Any]) -> Iterator[tuple[Path, Any]]:
    return ((f"{path}.{number}", node) for number, node in enumerate(nodes))


def _position(path: Path) -> float:
    return float(path.rpartition(".")[2]) + 1.0


def _weeks_named(tree: Tree) -> Iterator[tuple[Path, int]]:
    for path, week in _numbered("described_weeks", tree.described_weeks):
        yield f"{path}.number", week.number
    for path, day in _numbered("days", tree.days):
        if day.week is not None:
            yield f"{path}.week", day.week
        for slot_path, slot in _numbered(f"{path}.slots", day.slots):
            for set_path, one in _numbered(f"{slot_path}.sets", slot.sets):
                if one.week is not None:
                    yield f"{set_path}.week", one.week
