"""Every list of the API, with rows to fill it: many of them level in what the list is sorted by."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from accounts.models import AuditEntry, Device, User
from catalog.models import (
    Equipment,
    ExerciseType,
    Food,
    KeptFood,
    Muscle,
    Nutrient,
    NutritionTemplate,
    Program,
    RecommendationRule,
    ReferenceIntake,
    Suggestion,
    Supplement,
)
from catalog.tests.factories import (
    make_canonical,
    make_equipment,
    make_food,
    make_intake,
    make_muscle,
    make_nutrient,
    make_program,
    make_shared,
)
from config.tests.test_entities import CREATABLE, collection_of
from lib.models import OwnedModel
from lib.tests.factories import make, of_the_product
from nutrition.models import Meal, MealItem, MealLog, MealLogItem
from sync.models import Conflict, Mutation, Snapshot
from training.models import Exercise, Set, Workout

PARENT = "whose children a list shows"


@dataclass(frozen=True)
class Listed:
    """One list. add: makes a row of it and gives its key; rows with the same `level` are sorted by their keys alone."""

    path: str
    model: Any
    add: Callable[[User, int], str]
    key: str = "id"  # of a result, and of the model

    def __str__(self) -> str:
        return self.path

    def remove(self, *keys: Any) -> None:
        rows = self.model._default_manager.filter(**{f"{self.key}__in": keys})
        if self.model is AuditEntry:
            return  # its rows stay
        if self.model is Program:
            rows.update(status="retired")  # what was published is not deleted
        elif issubclass(self.model, OwnedModel):
            rows.tombstone()
        else:
            rows.delete()


def moment(level: int) -> dt.datetime:
    return dt.datetime(2026, 3, 1, 12, 0, level, 123_456, tzinfo=dt.UTC)


def owned(model: type[OwnedModel]) -> Callable[[User, int], str]:
    def add(user: User, level: int) -> str:
        row = make(model, user)
        model._default_manager.filter(pk=row.pk).update(created_at=moment(level))
        return str(row.pk)

    return add


def _workout(user: User) -> Workout:
    found: Workout = Workout.objects.for_user(user).filter(title=PARENT).first() or make(Workout, user, title=PARENT)
    return found


def _exercises(user: User) -> list[Exercise]:
    """Two of one workout."""
    found = Exercise.objects.for_user(user).filter(notes=PARENT).order_by("id")
    for _ in range(0 if found.exists() else 2):
        make(Exercise, user, workout=_workout(user).pk, position=1, notes=PARENT)
    return list(found.all())


def _exercise_of_workout(user: User, level: int) -> str:
    return str(make(Exercise, user, workout=_workout(user).pk, position=level / 3).pk)


def _set_of_exercise(user: User, level: int) -> str:
    return str(Set.objects.create(user=user, exercise=_exercises(user)[0], position=level / 3).pk)


def _set_of_workout(user: User, level: int) -> str:
    return str(Set.objects.create(user=user, exercise=_exercises(user)[level % 2], position=level / 3).pk)


def _meal(user: User) -> Meal:
    found: Meal = Meal.objects.for_user(user).filter(name=PARENT).first() or make(Meal, user, name=PARENT)
    return found


def _meal_log(user: User) -> MealLog:
    found: MealLog = MealLog.objects.for_user(user).filter(title=PARENT).first() or make(MealLog, user, title=PARENT)
    return found


def _item_of_meal(user: User, level: int) -> str:
    return str(make(MealItem, user, meal=_meal(user).pk, position=level / 3).pk)


def _item_of_log(user: User, level: int) -> str:
    return str(make(MealLogItem, user, meal_log=_meal_log(user).pk, position=level / 3).pk)


def _slug(level: int) -> str:
    return f"thing-{level}-{uuid4().hex}"


def of_library(path: str, model: Any) -> "Listed":
    def add(user: User, level: int) -> str:
        return str(make_shared(model, _slug(level), name=f"Thing {level}").pk)

    return Listed(f"/api/v1/library/{path}/", model, add)


def _kept_food(user: User, level: int) -> str:
    row = make(KeptFood, user, food=str(make_food(_slug(level)).pk))
    KeptFood.objects.filter(pk=row.pk).update(created_at=moment(level))
    return str(row.pk)


def _device(user: User, level: int) -> str:
    device = Device.objects.create(id=uuid4(), user=user, name="phone", instance_token_hash="x")
    Device.objects.filter(pk=device.pk).update(created_at=moment(level))
    return str(device.pk)


def _looked(user: User, level: int) -> str:
    entry = AuditEntry.objects.create(
        kind="page_seen", subject=user, actor_id=uuid4(), at=moment(level), what="workout"
    )
    return str(entry.pk)


def _refused(user: User, level: int) -> str:
    row = Mutation.objects.create(
        user=user, mutation_id=uuid4(), device_id=uuid4(), seq=1, payload_sha256=b"", payload="{}", status="rejected",
        result='{"error": null}', received_at=moment(level),
    )  # fmt: skip
    return str(row.mutation_id)


def _snapshot(user: User, level: int) -> str:
    row = Snapshot.objects.create(
        user=user, kind="named", name="kept", created_at=moment(level), sha256="", epoch=uuid4()
    )
    return str(row.pk)


LISTS = [
    *(Listed(collection_of(entity), entity.model, owned(entity.model)) for entity in of_the_product(CREATABLE)),
    Listed("/api/v1/exercises/?workout={workout}", Exercise, _exercise_of_workout),
    Listed("/api/v1/sets/?exercise={exercise}", Set, _set_of_exercise),
    Listed("/api/v1/sets/?exercise__workout={workout}", Set, _set_of_workout),
    Listed("/api/v1/meal-items/?meal={meal}", MealItem, _item_of_meal),
    Listed("/api/v1/meal-log-items/?meal_log={meal_log}", MealLogItem, _item_of_log),
    Listed("/api/v1/account/access/", AuditEntry, _looked),
    Listed("/api/v1/sync/devices", Device, _device),
    Listed("/api/v1/sync/conflicts", Conflict, owned(Conflict)),
    Listed("/api/v1/sync/conflicts?ordering=created_at", Conflict, owned(Conflict)),
    Listed("/api/v1/sync/rejected", Mutation, _refused, key="mutation_id"),
    Listed("/api/v1/suggestions/", Suggestion, owned(Suggestion)),
    Listed("/api/v1/sync/snapshots", Snapshot, _snapshot),
    Listed(
        "/api/v1/library/exercise-types/",
        ExerciseType,
        lambda user, level: str(make_canonical(_slug(level), name=f"Thing {level}").pk),
    ),
    Listed(
        "/api/v1/library/programs/",
        Program,
        lambda user, level: str(make_program(slug=_slug(level), title=f"Thing {level}", status="published").pk),
    ),
    of_library("foods", Food),
    of_library("supplements", Supplement),
    of_library("nutrition-templates", NutritionTemplate),
    of_library("recommendation-rules", RecommendationRule),
    Listed(
        "/api/v1/library/foods/?search=thing",
        Food,
        lambda user, level: str(make_food(_slug(level), name=f"Thing {level}").pk),
    ),
    Listed(
        "/api/v1/library/foods/?since_version=0",
        Food,
        lambda user, level: str(make_food(_slug(level), name=f"Thing {level}").pk),
    ),
    Listed("/api/v1/kept-foods/", KeptFood, _kept_food),
    Listed(
        "/api/v1/library/nutrients/",
        Nutrient,
        lambda user, level: make_nutrient(_slug(level), position=level).slug,
        key="slug",
    ),
    Listed(
        "/api/v1/library/reference-intakes/",
        ReferenceIntake,
        lambda user, level: make_intake(_slug(level)).slug,
        key="slug",
    ),
    Listed("/api/v1/library/muscles/", Muscle, lambda user, level: make_muscle(_slug(level)).slug, key="slug"),
    Listed("/api/v1/library/equipment/", Equipment, lambda user, level: make_equipment(_slug(level)).slug, key="slug"),
]


def filled(listed: Listed, user: User) -> str:
    """The path, with the ids of the rows above."""
    if "{" not in listed.path:
        return listed.path
    parents = {
        "workout": _workout(user),
        "exercise": _exercises(user)[0],
        "meal": _meal(user),
        "meal_log": _meal_log(user),
    }
    return listed.path.format(**{name: row.pk for name, row in parents.items()})
