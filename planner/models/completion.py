from django.db import models

from lib.constraints import DerivedId
from lib.fields import BoundedIntegerField, EnumField, MomentField, NoteField, OwnedForeignKey, TimeZoneField
from lib.models import OwnedModel
from lib.together import Together
from lib.wire import Wire
from planner.enums import CompletionStatus
from planner.models.block import ScheduleBlock
from planner.models.fields import exactly_one
from planner.models.habit import Habit


class Completion(OwnedModel):
    """That a block or a habit was done, or skipped, on a day. There is one for the day, whichever device ticks it."""

    wire = Wire(code=146, together=(Together(("completed_at", "time_zone")),))

    block = OwnedForeignKey(ScheduleBlock, null=True, blank=True, related_name="completions", db_index=False)
    habit = OwnedForeignKey(Habit, null=True, blank=True, related_name="completions", db_index=False)
    day = models.DateField(help_text="Of a block: the day that its rule says, wherever that day was moved to.")
    status = EnumField(choices=CompletionStatus, default=CompletionStatus.DONE)
    count = BoundedIntegerField(min_value=0, max_value=10_000, default=1, help_text="Of the habit's target_count.")
    completed_at = MomentField(null=True, blank=True)
    time_zone = TimeZoneField()
    notes = NoteField(max_length=2000)

    class Meta(OwnedModel.Meta):
        constraints = [
            *OwnedModel.Meta.constraints,
            DerivedId("completion", within=["block", "habit"], by=["day"], name="planner_completion_id"),
            exactly_one(
                "block",
                "habit",
                name="planner_completion_of_one",
                code="not_of_one",
                message="A completion is of a block or of a habit: of exactly one.",
            ),
        ]
        indexes = [
            *OwnedModel.Meta.indexes,
            models.Index(fields=["user", "day"], condition=models.Q(deleted_at=None), name="planner_completion_of_day"),
            # ?block=, in its order; what hangs on a block
            models.Index(fields=["block", "day", "id"], name="planner_completion_of_block"),
            # ?habit=, in its order; what hangs on a habit
            models.Index(fields=["habit", "day", "id"], name="planner_completion_of_habit"),
            models.Index(  # the streaks, from the index alone
                fields=["user", "habit", "day"],
                include=["status", "count"],
                condition=models.Q(deleted_at=None, habit__isnull=False),
                name="planner_completion_streaks",
            ),
        ]
