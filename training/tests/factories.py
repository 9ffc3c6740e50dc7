from typing import Any

from accounts.models import User
from catalog.models import Program, ProgramSlot
from catalog.tests.factories import any_canonical, broken_prescriptions
from lib.tests.factories import Example, as_id, make, register
from training.models import (
    Enrolment,
    Exercise,
    ExerciseAlias,
    Favourite,
    Goal,
    Gym,
    GymItem,
    Measurement,
    Mesocycle,
    MesocycleWeek,
    ProgressionState,
    ScheduledWorkout,
    Set,
    TemplateExercise,
    TemplateSet,
    Workout,
    WorkoutTemplate,
)

NO_ID = "00000000-0000-4000-8000-000000000000"

register(
    Example(
        Workout,
        document=lambda user: {"title": "Push day"},
        patch={"title": "Pull day", "notes": "Felt strong."},
        breaks={
            "training_workout_ends_after_start": {
                "status": "completed",
                "started_at": "2026-03-01T10:00:00Z",
                "ended_at": "2026-03-01T09:00:00Z",
            },
            "training_workout_status_times": {"status": "planned", "started_at": "2026-03-01T10:00:00Z"},
        },
    )
)


def _exercise(user: User) -> dict[str, Any]:
    return {"exercise_type": as_id(any_canonical())}


register(
    Example(
        ExerciseAlias,
        document=lambda user: {"name": "Flachbank", **_exercise(user)},
        patch={"name": "Flachbank (LH)"},
    )
)
register(Example(Exercise, document=_exercise, patch={"notes": "Wide grip.", "superset_group": 1}))
register(
    Example(
        Set,
        document=lambda user: {"exercise": as_id(make(Exercise, user)), "reps": 5, "load_kg": "100.00"},
        patch={"reps": 6, "rpe": "8.5"},
        breaks={
            "training_set_typed_load_unit": {"typed_load": "225.000"},
            "training_set_load_as_typed": {"load_kg": "100", "typed_load": "100", "typed_load_unit": "lb"},
            **broken_prescriptions("training_set"),
        },
    )
)
register(
    Example(
        Measurement,
        document=lambda user: {"kind": "body_weight", "value": "82.500", "measured_at": "2026-03-01T07:00:00.000000Z"},
        patch={"value": "82.100"},
        breaks={"training_measurement_possible": {"kind": "waist", "value": "85.000"}},
    )
)
register(
    Example(
        Gym,
        document=lambda user: {"name": "Cellar"},
        patch={"is_default": True, "notes": "The bar is bent."},
    )
)
register(
    Example(
        GymItem,
        document=lambda user: {
            "gym": as_id(make(Gym, user)),
            "kind": "plate",
            "weight": "20.000",
            "unit": "kg",
            "count": 4,
        },
        patch={"count": 6},
        breaks={
            "training_gymitem_ladder": {"kind": "stack", "highest": "50.000"},
            "training_gymitem_rises": {"kind": "stack", "weight": "50.000", "highest": "20.000", "step": "5.000"},
            "training_gymitem_plate_weighs": {"weight": "0.000"},
        },
    )
)
register(
    Example(
        WorkoutTemplate,
        document=lambda user: {"title": "Push day"},
        patch={"title": "Push day A", "folder": "5/3/1", "tags": ["strength"]},
    )
)
register(
    Example(
        TemplateExercise,
        document=lambda user: _exercise(user) | {"template": as_id(make(WorkoutTemplate, user))},
        patch={"rest_s": 180, "superset_group": 1},
    )
)
register(
    Example(
        TemplateSet,
        document=lambda user: {"template_exercise": as_id(make(TemplateExercise, user)), "target_reps": 5},
        patch={"target_reps": 8, "target_max_reps": 12, "target_rir": "2.0"},
        breaks={
            "training_templateset_one_load": {"target_load_kg": "100.00", "target_rpe": "8.0"},
            **broken_prescriptions("training_templateset"),
        },
    )
)
register(
    Example(
        Enrolment,
        document=lambda user: {"program": as_id(make(Program, user)), "started_on": "2026-03-02", "running": False},
        patch={"weekdays": ["friday", "monday"], "notes": "With Anna."},
        breaks={
            "training_enrolment_weekdays_known": {"weekdays": ["someday"]},
            "training_enrolment_end": {"outcome": "finished"},
            "training_enrolment_ends_after_start": {"outcome": "finished", "ended_on": "2026-03-01"},
        },
    )
)
register(
    Example(
        ProgressionState,
        document=lambda user: {
            "enrolment": as_id(make(Enrolment, user)),
            "slot": as_id(make(ProgramSlot, user)),
            "load_kg": "60.00",
        },
        patch={"load_kg": "62.50", "outcome": "success", "reason": "All five sets done."},
    )
)
register(
    Example(
        ScheduledWorkout,
        document=lambda user: {"scheduled_on": "2026-03-02"},
        patch={"scheduled_on": "2026-03-03", "title": "Easy run"},
        breaks={"training_scheduledworkout_of_one": {"template": NO_ID, "program_day": NO_ID}},
    )
)
register(
    Example(
        Mesocycle,
        document=lambda user: {"title": "Spring"},
        patch={"started_on": "2026-03-02", "current_week": 1},
        breaks={
            "training_mesocycle_end": {"outcome": "completed"},
            "training_mesocycle_ends_after_start": {
                "started_on": "2026-03-02",
                "outcome": "completed",
                "ended_on": "2026-03-01",
            },
        },
    )
)
register(
    Example(
        MesocycleWeek,
        document=lambda user: {"mesocycle": as_id(make(Mesocycle, user)), "number": 1},
        patch={"kind": "deload", "volume_percentage": "50.00"},
        breaks={"training_mesocycleweek_percentages": {"min_percentage": "80.00", "max_percentage": "70.00"}},
    )
)
register(
    Example(
        Favourite,
        document=lambda user: {"position": 1.5},
        patch={"position": 2.5},
        breaks={"training_favourite_of_one": {"template": NO_ID, "program": NO_ID}},
    )
)
register(
    Example(
        Goal,
        document=lambda user: {"kind": "weekly_workouts", "target_value": "4.000"},
        patch={"target_value": "5.000", "due_on": "2026-12-31"},
        breaks={
            "training_goal_measurement": {"measurement_kind": "body_weight"},
            "training_goal_exercise": {"kind": "one_rep_max"},
            "training_goal_due_after_start": {"starts_on": "2026-03-02", "due_on": "2026-03-01"},
        },
    )
)
