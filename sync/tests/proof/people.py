"""Users with data, made anew for each example, so that examples need no clean database."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from accounts.models import Settings, User
from accounts.services.tokens import Tokens, start_session
from catalog.models import Equipment, ExerciseType, Food, KeptFood, Nutrient
from catalog.tests.factories import make_canonical, make_equipment, make_food, make_nutrient
from lib.tests.factories import make_user
from lib.writes import writing
from nutrition.models import Meal, MealLog, MealLogItem, NutritionTarget, SupplementLog, SupplementPlan, WaterLog
from nutrition.tests.factories import any_supplement
from specimens.models import DayNote, Plan, PlanDay, PlanSlot, Rack, Room
from sync.tests.proof.clock import Clock
from training.models import Exercise, Measurement, Set, Workout

Key = tuple[str, str]
MODELS: dict[str, Any] = {
    "settings": Settings,
    "exercise_type": ExerciseType,
    "workout": Workout,
    "exercise": Exercise,
    "set": Set,
    "measurement": Measurement,
    "plan": Plan,
    "plan_day": PlanDay,
    "plan_slot": PlanSlot,
    "room": Room,
    "rack": Rack,
    "day_note": DayNote,
    "kept_food": KeptFood,
    "meal": Meal,
    "meal_log": MealLog,
    "meal_log_item": MealLogItem,
    "nutrition_target": NutritionTarget,
    "supplement_plan": SupplementPlan,
    "supplement_log": SupplementLog,
    "water_log": WaterLog,
}
GEAR = ["barbell", "bench", "bands"]


@dataclass
class Person:
    user: User
    tokens: Tokens
    canonical: str
    ids: dict[str, list[str]] = field(default_factory=dict)

    @property
    def keys(self) -> list[Key]:
        return [(entity, record_id) for entity, ids in self.ids.items() for record_id in ids]


def library() -> str:
    """What the examples refer to: some gear, and one type of exercise."""
    known = set(Equipment.objects.values_list("slug", flat=True))
    for slug in GEAR:
        if slug not in known:
            make_equipment(slug)
    found = ExerciseType.objects.filter(user=None).first() or make_canonical()
    return str(found.pk)


def foods() -> list[str]:
    """Two of the library, whose values are copied where they are logged."""
    if not Nutrient.objects.filter(slug="protein").exists():
        make_nutrient("protein")
    found = [
        Food.objects.filter(user=None, slug=slug).first() or make_food(slug, nutrients={"protein": protein})
        for slug, protein in (("oats", 13.5), ("rye", 10))
    ]
    return [str(food.pk) for food in found]


def supplement() -> str:
    return str(any_supplement().pk)


def make_person(canonical: str, clock: Clock, *, plans: bool, rooms: bool, diary: bool) -> Person:
    """Somebody with a small tree: two workouts, two exercises, two sets, one measurement, one type of their own. plans: with
    one that has two days, and two slots in the first; rooms: with two, two racks in the first, and two notes; diary: with a
    meal that was logged, a plan, a target.
    """
    user = make_user(f"{uuid4().hex}@example.org")
    with writing(user=user, source="api"):
        settings = Settings.objects.get_or_create(user=user)[0]
        workouts = [Workout(id=uuid4(), user=user, title=title) for title in ("one", "two")]
        Workout.objects.bulk_create(workouts)
        exercises = [
            Exercise(id=uuid4(), user=user, workout=workouts[0], exercise_type_id=UUID(canonical), notes=note)
            for note in ("first", "second")
        ]
        Exercise.objects.bulk_create(exercises)
        sets = [Set(id=uuid4(), user=user, exercise=exercises[0], reps=reps) for reps in (5, 6)]
        Set.objects.bulk_create(sets)
        weight = Measurement(
            id=uuid4(), user=user, kind="body_weight", value="80.000", measured_at=clock.now(), notes=""
        )
        weight.save(force_insert=True)
        own = ExerciseType(id=uuid4(), user=user, name="own", equipment=["barbell"])
        own.save(force_insert=True)
        more = (make_plan(user) if plans else {}) | (make_rooms(user) if rooms else {})
        more |= make_diary(user) if diary else {}
    ids = {
        "settings": [str(settings.pk)],
        "exercise_type": [str(own.pk)],
        "workout": [str(row.pk) for row in workouts],
        "exercise": [str(row.pk) for row in exercises],
        "set": [str(row.pk) for row in sets],
        "measurement": [str(weight.pk)],
        **more,
    }
    return Person(user, start_session(user=user, at=clock.now()), canonical, ids)


def make_plan(user: User | None, **values: Any) -> dict[str, list[str]]:
    """A plan of the user, or a canonical one. Gives the ids."""
    plan = Plan.objects.create(user=user, title="plan", **values)
    days = [PlanDay.objects.create(user=user, plan=plan, title=title) for title in ("one", "two")]
    slots = [PlanSlot.objects.create(user=user, day=days[0], reps=reps) for reps in (5, 6)]
    rows: dict[str, list[Any]] = {"plan": [plan], "plan_day": days, "plan_slot": slots}
    return {entity: [str(row.pk) for row in found] for entity, found in rows.items()}


def make_rooms(user: User) -> dict[str, list[str]]:
    """The first room is the default one, and the first note has a day and a place. Gives the ids."""
    rooms = [Room.objects.create(user=user, title=title, is_default=title == "one") for title in ("one", "two")]
    racks = [Rack.objects.create(user=user, room=rooms[0], notes=notes) for notes in ("left", "right")]
    notes = [
        DayNote.objects.create(user=user, day="2026-03-01", room=rooms[0], latitude=48.0, longitude=11.0),
        DayNote.objects.create(user=user, rack=racks[0], text="no day"),
    ]
    rows: dict[str, list[Any]] = {"room": rooms, "rack": racks, "day_note": notes}
    return {entity: [str(row.pk) for row in found] for entity, found in rows.items()}


def make_diary(user: User) -> dict[str, list[str]]:
    """A meal that was logged with one food, a plan of which no dose was taken, a target from a day. Gives the ids."""
    day = "2026-03-01"
    meal = Meal.objects.create(user=user, name="porridge")
    log = MealLog.objects.create(user=user, eaten_on=day, slot="breakfast", meal=meal)
    item = MealLogItem.objects.create(user=user, meal_log=log, food_id=foods()[0], grams="80.00")
    plan = SupplementPlan.objects.create(user=user, supplement_id=supplement(), starts_on=day)
    target = NutritionTarget.objects.create(user=user, starts_on=day, energy_kcal="2400.0")
    rows: dict[str, list[Any]] = {
        "meal": [meal], "meal_log": [log], "meal_log_item": [item], "supplement_plan": [plan],
        "supplement_log": [], "nutrition_target": [target], "water_log": [],
    }  # fmt: skip
    return {entity: [str(row.pk) for row in found] for entity, found in rows.items()}
