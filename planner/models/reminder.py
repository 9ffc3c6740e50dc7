from django.db import models

from catalog.models.fields import clock_field
from lib.fields import BoundedIntegerField, EnumField, OwnedForeignKey
from lib.models import OwnedModel
from lib.together import Together
from lib.wire import Wire
from nutrition.models import SupplementPlan
from planner.enums import ReminderChannel
from planner.models.block import ScheduleBlock
from planner.models.fields import exactly_one
from planner.models.habit import Habit


class Reminder(OwnedModel):
    """When to remind the athlete of something, on each of its days, and by which channel."""

    wire = Wire(code=154, together=(Together(("minutes_before", "at_time")),))

    block = OwnedForeignKey(ScheduleBlock, null=True, blank=True, related_name="reminders")
    habit = OwnedForeignKey(Habit, null=True, blank=True, related_name="reminders")
    supplement_plan = OwnedForeignKey(SupplementPlan, null=True, blank=True, related_name="reminders")
    minutes_before = BoundedIntegerField(
        min_value=0, max_value=1440, null=True, blank=True, help_text="Before the time of what it is about; 0: at it."
    )
    at_time = clock_field("Instead: on the wall, wherever the athlete is.")
    channel = EnumField(choices=ReminderChannel, default=ReminderChannel.PUSH)
    enabled = models.BooleanField(default=True)

    class Meta(OwnedModel.Meta):
        constraints = [
            *OwnedModel.Meta.constraints,
            exactly_one(
                "block",
                "habit",
                "supplement_plan",
                name="planner_reminder_of_one",
                code="not_of_one",
                message="A reminder is of a block, of a habit or of a supplement plan: of exactly one.",
            ),
            models.CheckConstraint(
                condition=models.Q(minutes_before=None) & ~models.Q(at_time="")
                | models.Q(minutes_before__isnull=False, at_time=""),
                name="planner_reminder_one_time",
                violation_error_code="time_incomplete",
                violation_error_message="A reminder says how long before, or at which time: one of the two.",
            ),
            models.CheckConstraint(
                condition=models.Q(minutes_before=None) | models.Q(habit=None),
                name="planner_reminder_before_what",
                violation_error_code="time_incomplete",
                violation_error_message="A habit has no time of its own to be reminded before: say at which time.",
            ),
        ]
