from typing import Any

from accounts.models import User
from catalog.models import (
    Equipment,
    ExerciseType,
    Muscle,
    Program,
    ProgramDay,
    ProgramSet,
    ProgramSlot,
    ProgramWeek,
)
from lib.tests.factories import Example, as_id, make, register

BREAK_THE_PRESCRIPTION: dict[str, dict[str, Any]] = {
    "target_typed_load_unit": {"target_typed_load": "225.000"},
    "target_load_as_typed": {"target_load_kg": "100", "target_typed_load": "100", "target_typed_load_unit": "lb"},
    "target_reps_in_order": {"target_reps": 8, "target_max_reps": 6},
    "target_percentage_of": {"target_percentage": "80.00"},
}


def broken_prescriptions(name: str) -> dict[str, dict[str, Any]]:
    """name: of the model's table."""
    return {f"{name}_{fact}": values for fact, values in BREAK_THE_PRESCRIPTION.items()}


register(
    Example(
        ExerciseType,
        document=lambda user: {"name": "Towel curl"},
        patch={"name": "Towel row", "aliases": ["Beach towel row"]},
        breaks={"catalog_exercisetype_slug_if_canonical": {"slug": "towel-curl"}},
    )
)
register(
    Example(
        Program,
        document=lambda user: {"title": "Four days a week"},
        patch={"title": "Three days a week", "weeks": 12, "tags": ["strength"]},
        breaks={"catalog_program_slug_if_canonical": {"slug": "four-days-a-week"}},
    )
)
register(
    Example(
        ProgramWeek,
        document=lambda user: {"program": as_id(make(Program, user)), "number": 4},
        patch={"kind": "deload", "title": "Easy week"},
    )
)
register(
    Example(
        ProgramDay,
        document=lambda user: {"program": as_id(make(Program, user))},
        patch={"title": "Upper body", "week": 2, "position": 1.5},
    )
)
register(
    Example(
        ProgramSlot,
        document=lambda user: {"day": as_id(make(ProgramDay, user)), "exercise_type": as_id(any_canonical())},
        patch={"progression": {"kind": "linear", "increment": {"value": 2.5, "unit": "kg"}}, "rest_s": 180},
    )
)
register(
    Example(
        ProgramSet,
        document=lambda user: {"slot": as_id(make(ProgramSlot, user)), "target_reps": 5},
        patch={"target_reps": 8, "target_max_reps": 12, "target_rir": "2.0", "week": 1},
        breaks={
            "catalog_programset_one_load": {"target_load_kg": "100.00", "target_rpe": "8.0"},
            **broken_prescriptions("catalog_programset"),
        },
    )
)


def any_canonical() -> ExerciseType:
    return ExerciseType.objects.filter(user=None).first() or make_canonical()


def make_canonical(slug: str = "bench-press", **values: Any) -> ExerciseType:
    found: ExerciseType = ExerciseType.objects.create(
        user=None, slug=slug, **{"name": slug.replace("-", " ").title(), **values}
    )
    return found


def make_muscle(slug: str = "chest", **values: Any) -> Muscle:
    return Muscle.objects.create(slug=slug, **{"name": slug.title(), "body_region": "upper", "side": "front", **values})


def make_equipment(slug: str = "barbell", **values: Any) -> Equipment:
    return Equipment.objects.create(slug=slug, **{"name": slug.title(), "kind": "free_weight", **values})


def make_program(
    user: User | None = None, *, slug: str = "base", status: str = "draft", days: int = 2, **values: Any
) -> Program:
    """Of two weeks, the second with sets of its own; of days with two slots each. Without a user it is canonical."""
    program = Program.objects.create(
        user=user, slug=None if user else slug, status="draft", **{"title": "Base", "weeks": 2, **values}
    )
    ProgramWeek.objects.create(user=user, program=program, number=2, kind="deload")
    for n in range(1, days + 1):
        day = ProgramDay.objects.create(user=user, program=program, title=f"Day {n}", position=n)
        for position in (1, 2):
            slot = ProgramSlot.objects.create(user=user, day=day, position=position, exercise_type=any_canonical())
            for week, reps in ((None, 5), (None, 5), (2, 3)):
                ProgramSet.objects.create(user=user, slot=slot, week=week, target_reps=reps)
    Program.objects.filter(pk=program.pk).update(status=status)
    program.refresh_from_db()
    return program
