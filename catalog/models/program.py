"""Programs: of the library in published versions that never change, and athletes' own."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import JSONField, Value

from accounts.enums import Goal, Level
from catalog import enums
from catalog.models.exercise_type import ExerciseType
from catalog.models.fields import position_field, rest_s_field, superset_group_field, title_field, typed_name_field
from catalog.models.history import keeps_versions
from catalog.models.library import (
    EDITORIAL,
    Editorial,
    LibraryQuerySet,
    editorial_constraints,
    editorial_indexes,
    found_by,
    search_indexes,
    visible_if_published,
)
from catalog.models.prescription import (
    PRESCRIBED_TOGETHER,
    Prescription,
    one_load_constraint,
    prescription_constraints,
)
from catalog.rules import (
    Versioned,
    VersionedRoot,
    as_published,
    below_published,
    below_published_naming,
    keeps_words,
)
from catalog.validators import validate_progression
from lib.fields import BoundedIntegerField, EnumField, JsonField, NoteField, OwnedForeignKey, SlugSetField
from lib.rules import own_or_shared
from lib.shared import SharedChild, SharedModel
from lib.wire import Wire

WEEKS_MAX = 104


def week_field() -> BoundedIntegerField:
    return BoundedIntegerField(
        min_value=1, max_value=WEEKS_MAX, null=True, blank=True, help_text="Of the program; null: of each week."
    )


@keeps_versions
class Program(Editorial, SharedModel):
    """Weeks of training, to be done once or again and again. Without an owner it is one version of a program of the library."""

    wire = Wire(
        code=80,
        internal=EDITORIAL | {"slug", "version", "search"},
        shown=("slug", "version", "status"),
        stays_readable=True,
    )

    slug = models.SlugField(max_length=64, null=True, blank=True, help_text="Of all versions of a canonical program.")  # noqa: DJ001 - as that of a type
    version = BoundedIntegerField(min_value=1, max_value=1_000_000, default=1, db_default=1)
    visible = visible_if_published()
    title = models.CharField(max_length=200)
    summary = NoteField(max_length=500, help_text="In a sentence or two, for a list.")
    description = NoteField(max_length=10_000, help_text="Markdown.")
    goal = EnumField(choices=Goal, blank=True, default="")
    level = EnumField(choices=Level, default=Level.BEGINNER)
    weeks = BoundedIntegerField(min_value=1, max_value=WEEKS_MAX, default=1)
    repeats = models.BooleanField(
        default=False, db_default=False, help_text="After the last week it begins again, until the athlete ends it."
    )
    days_per_week = BoundedIntegerField(
        min_value=1, max_value=14, null=True, blank=True, help_text="How often it is meant to be trained."
    )
    session_minutes = BoundedIntegerField(min_value=1, max_value=1440, null=True, blank=True)
    equipment = SlugSetField(max_size=50, vocabulary="catalog.Equipment")
    tags = SlugSetField(max_size=20)
    copied_from = models.UUIDField(
        null=True, blank=True, help_text="Id of the program that it was copied from, which may be gone since."
    )

    search = found_by("title", Value({}, JSONField()), Value([], JSONField()), "summary")

    objects: ClassVar[Any] = models.Manager.from_queryset(LibraryQuerySet)()

    class Meta(SharedModel.Meta):
        constraints = [
            *SharedModel.Meta.constraints,
            *editorial_constraints(),
            models.UniqueConstraint(
                fields=["slug", "version"],
                name="catalog_program_version",
                violation_error_code="unique",
                violation_error_message="There is a canonical program with this slug and version.",
            ),
            models.CheckConstraint(
                condition=models.Q(user=None, slug__isnull=False) | models.Q(user__isnull=False, slug=None),
                name="catalog_program_slug_if_canonical",
                violation_error_code="invalid",
                violation_error_message="A canonical program has a slug, a private one has none.",
            ),
        ]
        indexes = [
            *SharedModel.Meta.indexes,
            *editorial_indexes(),
            *search_indexes("title"),
            models.Index(
                "title", "id", condition=models.Q(user=None), name="catalog_program_title"
            ),  # the library in its order
        ]
        triggers = [
            *SharedModel.Meta.triggers,
            *own_or_shared("replaced_by"),
            *as_published("title"),
            Versioned(name="versioned"),
            *keeps_words(),
        ]

    def __str__(self) -> str:
        return self.title if self.slug is None else f"{self.title} (version {self.version})"


@keeps_versions
class ProgramWeek(SharedChild):
    """What a week of a program is for. Weeks that nothing is said of need none."""

    wire = Wire(code=81)

    program = OwnedForeignKey(Program, related_name="described_weeks", db_index=False)
    number = BoundedIntegerField(min_value=1, max_value=WEEKS_MAX)
    kind = EnumField(choices=enums.WeekKind, default=enums.WeekKind.ACCUMULATION)
    title = title_field()
    notes = NoteField(max_length=5000)

    class Meta(SharedChild.Meta):
        indexes = [
            *SharedChild.Meta.indexes,
            # ?program=, in its order; what hangs on a program
            models.Index(fields=["program", "number", "id"], name="catalog_programweek_in_order"),
        ]
        triggers = [*SharedChild.Meta.triggers, *below_published("program"), VersionedRoot(name="versioned_root")]


@keeps_versions
class ProgramDay(SharedChild):
    """A session of a program: in one of its weeks, or in each."""

    wire = Wire(code=82)

    program = OwnedForeignKey(Program, related_name="days", db_index=False)
    week = week_field()
    position = position_field()
    title = title_field()
    notes = NoteField(max_length=5000)

    class Meta(SharedChild.Meta):
        indexes = [
            *SharedChild.Meta.indexes,
            # ?program=, in its order; what hangs on a program
            models.Index(fields=["program", "position", "id"], name="catalog_programday_in_order"),
        ]
        triggers = [*SharedChild.Meta.triggers, *below_published("program"), VersionedRoot(name="versioned_root")]

    def __str__(self) -> str:
        return self.title or super().__str__()


@keeps_versions
class ProgramSlot(SharedChild):
    """An exercise of a day, and how its prescription changes from one time to the next."""

    wire = Wire(code=83)

    day = OwnedForeignKey(ProgramDay, related_name="slots", db_index=False)
    exercise_type = models.ForeignKey(ExerciseType, models.RESTRICT, related_name="+")
    typed_name = typed_name_field()
    position = position_field()
    superset_group = superset_group_field()
    rest_s = rest_s_field()
    progression = JsonField(
        max_bytes=8192,
        validators=[validate_progression],
        help_text='A rule: {"kind": "linear", "increment": {"value": 2.5, "unit": "kg"}}. docs/programs.md has them all.',
    )
    notes = NoteField(max_length=5000)

    class Meta(SharedChild.Meta):
        indexes = [
            *SharedChild.Meta.indexes,
            # ?day=, in its order; what hangs on a day
            models.Index(fields=["day", "position", "id"], name="catalog_programslot_in_order"),
        ]
        triggers = [
            *SharedChild.Meta.triggers,
            *own_or_shared("exercise_type"),
            *below_published_naming("day", "exercise_type"),
            VersionedRoot(name="versioned_root"),
        ]


@keeps_versions
class ProgramSet(Prescription, SharedChild):
    """A set of a slot. Those of a week are for that week alone; those of no week for each that has none of its own."""

    wire = Wire(code=84, together=PRESCRIBED_TOGETHER)

    slot = OwnedForeignKey(ProgramSlot, related_name="sets", db_index=False)
    week = week_field()

    class Meta(SharedChild.Meta):
        constraints = [*SharedChild.Meta.constraints, *prescription_constraints(), one_load_constraint()]
        indexes = [
            *SharedChild.Meta.indexes,
            # ?slot=, in its order; what hangs on a slot
            models.Index(fields=["slot", "position", "id"], name="catalog_programset_in_order"),
        ]
        triggers = [*SharedChild.Meta.triggers, *below_published("slot"), VersionedRoot(name="versioned_root")]
