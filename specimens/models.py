"""Entities of the test suite. docs/development.md, "Tests", says what they are for."""

from django.db import models

from lib.fields import BoundedIntegerField, NoteField, OwnedForeignKey
from lib.models import OwnedModel
from lib.wire import Wire


class Plan(OwnedModel):
    """The root of a tree of three levels."""

    wire = Wire(code=1010)

    title = models.CharField(max_length=100)
    notes = NoteField(max_length=2000)


class PlanDay(OwnedModel):
    wire = Wire(code=1020)

    plan = OwnedForeignKey(Plan, related_name="days")
    title = models.CharField(max_length=100, blank=True, default="")
    position = BoundedIntegerField(min_value=0, max_value=1000, default=0)


class PlanSlot(OwnedModel):
    wire = Wire(code=1030)

    day = OwnedForeignKey(PlanDay, related_name="slots")
    reps = BoundedIntegerField(min_value=0, max_value=1000, null=True, blank=True)
    notes = NoteField(max_length=2000)
