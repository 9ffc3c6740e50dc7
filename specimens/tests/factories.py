from lib.tests.factories import Example, as_id, make, register
from specimens.models import Plan, PlanDay, PlanSlot

register(Example(Plan, document=lambda user: {"title": "Base"}, patch={"title": "Peak", "notes": "Eight weeks."}))
register(
    Example(
        PlanDay,
        document=lambda user: {"plan": as_id(make(Plan, user))},
        patch={"title": "Legs", "position": 2},
    )
)
register(Example(PlanSlot, document=lambda user: {"day": as_id(make(PlanDay, user))}, patch={"reps": 5}))
