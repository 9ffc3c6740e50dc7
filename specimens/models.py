"""Entities of the test suite. docs/development.md, "Tests", says what they are for."""

from django.db import models
from django.db.models.functions import Length, Trim
from django.db.models.lookups import GreaterThan

from catalog.models import ExerciseType
from lib.constraints import AtMostOne
from lib.fields import BoundedFloatField, BoundedIntegerField, EnumField, NoteField, OwnedForeignKey, SlugSetField
from lib.models import OwnedModel
from lib.rules import on_write, own_or_shared
from lib.shared import SharedChild, SharedModel, visible_where
from lib.together import Together
from lib.wire import Wire
from specimens.enums import Status
from specimens.rules import RoomNotFull


class Plan(SharedModel):
    """The root of a tree: private, or canonical and then first a draft."""

    wire = Wire(code=1010, internal=frozenset({"status"}), shown=("status",))

    title = models.CharField(max_length=100)
    notes = NoteField(max_length=2000)
    status = EnumField(choices=Status, default=Status.DRAFT, db_default=Status.DRAFT)
    visible = visible_where(models.Q(status=Status.PUBLISHED))


class PlanDay(SharedChild):
    wire = Wire(code=1020)

    plan = OwnedForeignKey(Plan, related_name="days")
    title = models.CharField(max_length=100, blank=True, default="")
    position = BoundedIntegerField(min_value=0, max_value=1000, default=0)


class PlanSlot(SharedChild):
    wire = Wire(code=1030)

    day = OwnedForeignKey(PlanDay, related_name="slots")
    exercise = models.ForeignKey(ExerciseType, models.RESTRICT, null=True, blank=True, related_name="+")
    reps = BoundedIntegerField(min_value=0, max_value=1000, null=True, blank=True)
    notes = NoteField(max_length=2000)

    class Meta(SharedChild.Meta):
        triggers = [*SharedChild.Meta.triggers, *own_or_shared("exercise")]


class Room(OwnedModel):
    """At most one is the default one."""

    wire = Wire(code=1110)

    title = models.CharField(max_length=100)
    is_default = models.BooleanField(default=False)

    class Meta(OwnedModel.Meta):
        constraints = [
            *OwnedModel.Meta.constraints,
            AtMostOne(fields=["is_default"], name="specimens_room_default"),
        ]


class Rack(OwnedModel):
    """Hangs on a room, with not too many others."""

    wire = Wire(code=1120)

    room = OwnedForeignKey(Room, related_name="racks")
    notes = NoteField(max_length=2000)

    class Meta(OwnedModel.Meta):
        triggers = [*OwnedModel.Meta.triggers, *on_write(RoomNotFull, "room")]


class DayNote(OwnedModel):
    """At most one for each day. It refers to rooms, and hangs on none."""

    wire = Wire(code=1130, together=(Together(("latitude", "longitude")),))

    day = models.DateField(null=True, blank=True)
    text = NoteField(max_length=2000)
    room = OwnedForeignKey(Room, models.SET_NULL, null=True, blank=True, related_name="+")
    rack = OwnedForeignKey(Rack, models.RESTRICT, null=True, blank=True, related_name="+")
    latitude = BoundedFloatField(min_value=-90, max_value=90, null=True, blank=True)
    longitude = BoundedFloatField(min_value=-180, max_value=180, null=True, blank=True)

    class Meta(OwnedModel.Meta):
        constraints = [
            *OwnedModel.Meta.constraints,
            AtMostOne(fields=["day"], name="specimens_daynote_day"),
            models.CheckConstraint(
                condition=models.Q(latitude=None, longitude=None)
                | models.Q(latitude__isnull=False, longitude__isnull=False),
                name="specimens_daynote_place",
                violation_error_code="place_incomplete",
                violation_error_message="A place has a latitude and a longitude.",
            ),
        ]


class Kit(OwnedModel):
    """Names the words of one vocabulary in two fields."""

    wire = Wire(code=1140)

    label = models.CharField(max_length=100)
    equipment = SlugSetField(max_size=12, vocabulary="catalog.Equipment")
    spare = SlugSetField(max_size=12, vocabulary="catalog.Equipment")

    class Meta(OwnedModel.Meta):
        constraints = [
            *OwnedModel.Meta.constraints,
            models.CheckConstraint(
                condition=GreaterThan(Length(Trim("label")), 1),
                name="specimens_kit_label_says_something",
                violation_error_code="blank",
                violation_error_message="A label has two letters at least.",
            ),
        ]


class Shelf(OwnedModel):
    """Came after its children, so its code is higher than theirs."""

    wire = Wire(code=1160)

    label = models.CharField(max_length=100)


class Crate(OwnedModel):
    wire = Wire(code=1150)

    shelf = OwnedForeignKey(Shelf, related_name="crates")
    notes = NoteField(max_length=2000)
