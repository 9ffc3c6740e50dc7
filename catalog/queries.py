"""Programs with all that is in them."""

from django.db.models import Prefetch, prefetch_related_objects

from catalog.models import Program, ProgramDay, ProgramSet, ProgramSlot, ProgramWeek


def program_tree(program: Program) -> Program:
    """The program with `described_weeks`, `days`, their `slots` and `sets`, live and in their order: a query for each kind."""
    sets = ProgramSet.objects.live().order_by("position", "id")
    slots = ProgramSlot.objects.live().order_by("position", "id").prefetch_related(Prefetch("sets", sets))
    days = ProgramDay.objects.live().order_by("position", "id").prefetch_related(Prefetch("slots", slots))
    weeks = ProgramWeek.objects.live().order_by("number", "id")
    prefetch_related_objects([program], Prefetch("described_weeks", weeks), Prefetch("days", days))
    return program
