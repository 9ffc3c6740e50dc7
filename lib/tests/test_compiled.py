"""Queries that are compiled once, and run for whoever asks."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import models

from accounts.models import User
from catalog.models import ExerciseType
from lib.compiled import Compiled, Parameter
from lib.tests.factories import make
from training.models import Workout

USER = Parameter("user", models.UUIDField())


def titles(query: Compiled, user: Any) -> list[str]:
    return sorted(title for (title,) in query.rows(user=user))


def test_query_is_run_for_whoever_is_given(alice: User, bob: User) -> None:
    for user in (alice, bob):
        make(Workout, user, title=f"of {user.email}")
    query = Compiled.of(Workout.objects.for_user(USER).values_list("title"))
    for user in (alice, bob, alice):
        assert titles(query, user.pk) == titles(query, str(user.pk)) == [f"of {user.email}"]


def test_parameter_may_stand_twice_and_deep_in_a_query(alice: User, bob: User) -> None:
    make(ExerciseType, alice, name="Towel curl")
    both = ExerciseType.objects.usable_by(USER) & ExerciseType.objects.filter(user=USER)
    assert titles(Compiled.of(both.values_list("name")), alice.pk) == ["Towel curl"]
    assert titles(Compiled.of(both.values_list("name")), bob.pk) == []


@pytest.mark.parametrize("value", ["x", "", 7.5, object()])
def test_value_of_another_type_never_reaches_the_database(value: Any) -> None:
    query = Compiled.of(Workout.objects.for_user(USER).values_list("title"))
    with pytest.raises(ValidationError):
        query.rows(user=value)


def test_value_that_is_missing_is_an_error() -> None:
    with pytest.raises(KeyError):
        Compiled.of(Workout.objects.for_user(USER).values_list("title")).rows()


def test_query_cannot_depend_on_who_asks() -> None:
    with pytest.raises(AttributeError):
        _ = USER.is_staff  # type: ignore[attr-defined]  # that is the point
