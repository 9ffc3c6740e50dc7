from django.db import models

from catalog.models.fields import position_field, title_field, weekdays_known
from lib.fields import BoundedIntegerField, EnumField, NoteField
from lib.models import OwnedModel
from lib.together import Together
from lib.wire import Wire
from planner.enums import StreakRule
from planner.models.fields import ends_after_start, weekdays_field


class Habit(OwnedModel):
    """Something to do on its days, again and again. Its completions say when it was done (planner/domain/streaks.py)."""

    wire = Wire(code=144, together=(Together(("starts_on", "ends_on")), Together(("streak_rule", "times_per_week"))))

    title = title_field()
    weekdays = weekdays_field("On which it is due; empty: every day.")
    streak_rule = EnumField(
        choices=StreakRule, default=StreakRule.DUE_DAYS, help_text="due_days: days in a row; weeks: weeks in a row."
    )
    times_per_week = BoundedIntegerField(
        min_value=1, max_value=7, null=True, blank=True, help_text="How often a week counts, by the rule `weeks`."
    )
    target_count = BoundedIntegerField(
        min_value=1, max_value=10_000, default=1, help_text="How many times a day; a completion with less is not done."
    )
    unit = models.CharField(max_length=30, blank=True, default="", help_text="Of the count: glasses, pages.")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True, help_text="The last day; null: it goes on.")
    archived = models.BooleanField(default=False, help_text="Due on no day; what was done stays.")
    position = position_field()
    notes = NoteField(max_length=5000)

    class Meta(OwnedModel.Meta):
        constraints = [
            *OwnedModel.Meta.constraints,
            weekdays_known("planner_habit_weekdays_known"),
            ends_after_start("planner_habit_ends_after_start"),
            models.CheckConstraint(
                condition=models.Q(streak_rule=StreakRule.DUE_DAYS, times_per_week=None)
                | models.Q(streak_rule=StreakRule.WEEKS, times_per_week__isnull=False),
                name="planner_habit_rule",
                violation_error_code="rule_incomplete",
                violation_error_message="The rule `weeks` says how many times a week; the other one does not.",
            ),
        ]

    def __str__(self) -> str:
        return self.title or super().__str__()
