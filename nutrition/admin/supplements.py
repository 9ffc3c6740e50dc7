"""What athletes take, and mean to take."""

from typing import Any

from django.contrib import admin

from accounts.admin.athletes import AthleteAdmin
from nutrition.admin.words import dose_of, joined, on_day
from nutrition.models import SupplementLog, SupplementPlan


@admin.register(SupplementPlan)
class SupplementPlanAdmin(AthleteAdmin):
    columns = ("weekdays", "starts_on", "ends_on", "paused")
    joined = ("supplement",)

    def name_of(self, row: Any) -> str:
        return joined(row.typed_name or str(row.supplement), dose_of(row))


@admin.register(SupplementLog)
class SupplementLogAdmin(AthleteAdmin):
    columns = ("status", "due_time", "notes")
    joined = ("supplement",)

    def name_of(self, row: Any) -> str:
        return joined(str(row.supplement), dose_of(row), on_day(row.taken_on))
