"""What a new child asks of its parent: nothing. Its own migration brings the trigger by which it goes with the parent."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from accounts.models import User
from lib.constraints import DeletedWith
from lib.fields import OwnedForeignKey
from lib.models import OwnedModel
from lib.tests.factories import make
from lib.wire import Wire
from training.models import Set, Workout


@pytest.fixture
def child() -> Iterator[type[OwnedModel]]:
    """A throwaway child of workouts, which is gone after the test."""
    registered = dict(apps.all_models["lib"])

    class Page(OwnedModel):
        wire = Wire(code=31_000)
        workout = OwnedForeignKey(Workout)

        class Meta(OwnedModel.Meta):
            app_label = "lib"
            triggers: list[Any] = []

    yield Page
    apps.all_models["lib"].clear()
    apps.all_models["lib"].update(registered)
    apps.clear_cache()


def hashes(model: Any) -> list[str]:
    """As migrations know the triggers of a model: another one means that it is installed anew."""
    return [trigger.compile(model).hash for trigger in model._meta.triggers]


def triggers_of(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgname LIKE %s",
            [table, "with_%"],
        )
        return {name for (name,) in cursor.fetchall()}


def test_new_child_changes_no_trigger_of_its_parent(request: pytest.FixtureRequest) -> None:
    before = hashes(Workout)
    request.getfixturevalue("child")
    assert [relation.related_model.__name__ for relation in Workout._meta.related_objects].count("Page") == 1
    assert hashes(Workout) == before


def test_child_brings_and_takes_the_trigger_on_its_parent(child: Any, alice: User) -> None:
    standing = triggers_of("training_workout")
    with connection.schema_editor() as editor:
        editor.create_model(child)
    assert triggers_of("training_workout") == {*standing, "with_lib_page_workout_id"}
    workout = make(Workout, alice)
    page = child.objects.create(id=uuid.uuid4(), user=alice, workout=workout)
    Workout.objects.filter(pk=workout.pk).tombstone()
    page.refresh_from_db()
    workout.refresh_from_db()
    assert page.deleted_at == workout.deleted_at is not None
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with connection.schema_editor() as editor:
        (constraint,) = (c for c in child._meta.constraints if isinstance(c, DeletedWith))
        editor.remove_constraint(child, constraint)
    assert triggers_of("training_workout") == standing


def test_only_a_parent_takes_its_children_along() -> None:
    """A reference that is emptied, or holds its target back, is none that a row goes with."""
    note = apps.get_model("specimens.DayNote")
    assert [c for c in note._meta.constraints if isinstance(c, DeletedWith)] == []
    assert [c.field for c in Set._meta.constraints if isinstance(c, DeletedWith)] == ["exercise"]
