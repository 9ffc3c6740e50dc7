from typing import Any

from accounts.models import User
from catalog.tests.factories import any_canonical, broken_prescriptions
from lib.tests.factories import Example, as_id, make, register
from training.models import (
    Exercise,
    Gym,
    GymItem,
    Measurement,
    Set,
    TemplateExercise,
    TemplateSet,
    Workout,
    WorkoutTemplate,
)

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
