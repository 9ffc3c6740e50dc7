"""Blocks of the day, and what is different on one of their days."""

from django.db import models

from catalog.models.fields import clock_field, title_field, weekdays_known
from lib.constraints import DerivedId
from lib.fields import BoundedIntegerField, EnumField, NoteField, OwnedForeignKey, PatternField, TimeZoneField
from lib.models import OwnedModel
from lib.together import Together
from lib.wire import Wire
from nutrition.models import Meal
from planner.enums import PlanCategory
from planner.models.fields import both_or_neither, ends_after_start, weekdays_field
from training.models import WorkoutTemplate


class ScheduleBlock(OwnedModel):
    """A part of the day that is kept for something: on one date, or on weekdays again and again.

    What is on a date says nothing of weekdays; a block with neither is on no day yet. Days on which it is different are block
    exceptions (planner/domain/blocks.py).
    """

    wire = Wire(
        code=140,
        together=(
            Together(("on_date", "starts_on", "ends_on", "every_weeks")),
            Together(("starts_at", "ends_at", "time_zone")),
        ),
    )

    title = title_field()
    category = EnumField(choices=PlanCategory, default=PlanCategory.OTHER)
    colour = PatternField(pattern="#[0-9a-f]{6}", form="a colour such as #1f6feb", max_length=7, blank=True, default="")
    on_date = models.DateField(null=True, blank=True, help_text="Of a block that does not repeat.")
    weekdays = weekdays_field("On which a block without a date repeats; empty: on none.")
    starts_on = models.DateField(null=True, blank=True, help_text="The first day of what repeats; null: it always did.")
    ends_on = models.DateField(null=True, blank=True, help_text="The last day of what repeats; null: it goes on.")
    every_weeks = BoundedIntegerField(
        min_value=1, max_value=52, default=1, help_text="2: every other week. Weeks count from starts_on."
    )
    starts_at = clock_field("On the wall. Empty, with ends_at: all day.")
    ends_at = clock_field("On the wall, of the day after where it is not later than starts_at.")
    time_zone = TimeZoneField(blank=True, default="", help_text="Of the times; empty: that of wherever the athlete is.")
    template = OwnedForeignKey(WorkoutTemplate, models.SET_NULL, null=True, blank=True, related_name="+")
    meal = OwnedForeignKey(Meal, models.SET_NULL, null=True, blank=True, related_name="+")
    notes = NoteField(max_length=5000)

    class Meta(OwnedModel.Meta):
        constraints = [
            *OwnedModel.Meta.constraints,
            weekdays_known("planner_scheduleblock_weekdays_known"),
            ends_after_start("planner_scheduleblock_ends_after_start"),
            models.CheckConstraint(
                condition=models.Q(every_weeks=1) | models.Q(starts_on__isnull=False),
                name="planner_scheduleblock_weeks_count",
                violation_error_code="start_missing",
                violation_error_message="Say from which day on to count the weeks.",
            ),
            models.CheckConstraint(
                condition=models.Q(on_date=None) | models.Q(starts_on=None, ends_on=None, every_weeks=1),
                name="planner_scheduleblock_one_date",
                violation_error_code="repeats_on_one_date",
                violation_error_message="A block of one date does not repeat.",
            ),
            both_or_neither(
                "starts_at",
                "ends_at",
                name="planner_scheduleblock_times",
                code="times_incomplete",
                message="A block has a start and an end, or neither.",
            ),
        ]
        indexes = [
            *OwnedModel.Meta.indexes,
            models.Index(  # the day and the week: what is on one date
                fields=["user", "on_date"],
                condition=models.Q(deleted_at=None, on_date__isnull=False),
                name="planner_block_on_date",
            ),
            models.Index(  # the day and the week: what repeats, and has not ended
                fields=["user", "ends_on"],
                condition=models.Q(deleted_at=None, on_date=None),
                name="planner_block_repeating",
            ),
        ]

    def __str__(self) -> str:
        return self.title or super().__str__()


class BlockException(OwnedModel):
    """One day of a block on which it is different: cancelled, moved to another day, or at other times.

    Where it is both cancelled and moved, because two devices did so, it is cancelled.
    """

    wire = Wire(code=142, together=(Together(("starts_at", "ends_at")),))

    block = OwnedForeignKey(ScheduleBlock, related_name="exceptions", db_index=False)
    day = models.DateField(help_text="On which the block would be; it never changes.")
    cancelled = models.BooleanField(default=False)
    moved_to = models.DateField(null=True, blank=True)
    starts_at = clock_field("Other times than those of the block, on the wall. Empty, with ends_at: the same.")
    ends_at = clock_field()
    notes = NoteField(max_length=2000)

    class Meta(OwnedModel.Meta):
        constraints = [
            *OwnedModel.Meta.constraints,
            DerivedId("block_exception", within=["block"], by=["day"], name="planner_blockexception_id"),
            both_or_neither(
                "starts_at",
                "ends_at",
                name="planner_blockexception_times",
                code="times_incomplete",
                message="Other times are a start and an end, or neither.",
            ),
        ]
        indexes = [
            *OwnedModel.Meta.indexes,
            # ?block=, in its order; what hangs on a block
            models.Index(fields=["block", "day", "id"], name="planner_exception_in_order"),
            # the day and the week: what is different on them
            models.Index(fields=["user", "day"], condition=models.Q(deleted_at=None), name="planner_exception_of_day"),
            models.Index(  # the day and the week: what was moved to them
                fields=["user", "moved_to"],
                condition=models.Q(deleted_at=None, moved_to__isnull=False),
                name="planner_exception_moved",
            ),
        ]
