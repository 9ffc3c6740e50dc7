from lib.tests.factories import Example, as_id, make, register
from specimens.models import Crate, DayNote, Kit, Plan, PlanDay, PlanSlot, Rack, Room, Shelf

register(Example(Plan, document=lambda user: {"title": "Base"}, patch={"title": "Peak", "notes": "Eight weeks."}))
register(
    Example(
        PlanDay,
        document=lambda user: {"plan": as_id(make(Plan, user))},
        patch={"title": "Legs", "position": 2},
    )
)
register(Example(PlanSlot, document=lambda user: {"day": as_id(make(PlanDay, user))}, patch={"reps": 5}))
register(Example(Room, document=lambda user: {"title": "Cellar"}, patch={"title": "Garage"}))
register(Example(Rack, document=lambda user: {"room": as_id(make(Room, user))}, patch={"notes": "Left wall."}))
register(
    Example(
        DayNote,
        document=lambda user: {"text": "Slept well."},
        patch={"text": "Slept badly."},
        breaks={"specimens_daynote_place": {"latitude": 1.0, "longitude": None}},
    )
)
register(
    Example(
        Kit,
        document=lambda user: {"label": "Travel"},
        patch={"label": "Home"},
        breaks={"specimens_kit_label_says_something": {"label": " x "}},
    )
)
register(Example(Shelf, document=lambda user: {"label": "Left"}, patch={"label": "Right"}))
register(Example(Crate, document=lambda user: {"shelf": as_id(make(Shelf, user))}, patch={"notes": "Bands."}))
