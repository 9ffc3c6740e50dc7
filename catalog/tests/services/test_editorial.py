"""The way of a row from a draft to its retirement: who may take which step, and what is kept of it."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import User
from catalog.enums import Status
from catalog.exceptions import (
    PublishAtInvalid,
    PublishingNotAllowed,
    ReplacementInvalid,
    SecondPersonNeeded,
    StepNotAllowed,
)
from catalog.models import EditorialStep, ExerciseType, Food, Program, Supplement
from catalog.services import editorial
from catalog.services.signing import authored
from catalog.tasks import publish_scheduled
from catalog.tests.factories import make_canonical, make_food, make_program
from lib.tests.factories import make_user

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def make_curator(name: str = "carla", *codenames: str) -> User:
    user = make_user(f"{name}@example.org", is_staff=True)
    permissions = Permission.objects.filter(content_type__app_label="catalog")
    user.user_permissions.set(permissions.exclude(codename__in={"publish_library", "publish_alone"} - set(codenames)))
    return User.objects.get(pk=user.pk)  # permissions are kept on the object


@pytest.fixture
def curator() -> User:
    return make_curator("carla")


@pytest.fixture
def reviewer() -> User:
    return make_curator("rita", "publish_library")


def go(row: Any, to: str, by: Any, **values: Any) -> None:
    editorial.move(row=row, to=to, by=by, at=values.pop("at", NOW), **values)


def test_draft_is_reviewed_by_a_second_person_and_published(curator: User, reviewer: User) -> None:
    row = make_canonical(status=Status.DRAFT)
    go(row, Status.IN_REVIEW, curator, note="Please look at the muscles.")
    go(row, Status.PUBLISHED, reviewer)
    row.refresh_from_db()
    assert (row.status, row.visible, row.updated_at) == (Status.PUBLISHED, True, NOW)
    steps = editorial.steps_of(row).values_list("from_status", "to_status", "by__email", "note")
    assert list(steps) == [
        ("in_review", "published", "rita@example.org", ""),
        ("draft", "in_review", "carla@example.org", "Please look at the muscles."),
    ]


def test_curator_without_the_permission_publishes_and_retires_nothing(curator: User) -> None:
    row, published = make_canonical(status=Status.DRAFT), make_canonical("squat")
    for to in (Status.PUBLISHED, Status.SCHEDULED):
        with pytest.raises(PublishingNotAllowed):
            go(row, to, curator, publish_at=NOW + dt.timedelta(days=1))
    with pytest.raises(PublishingNotAllowed):
        go(published, Status.RETIRED, curator)
    assert editorial.next_steps(row, curator) == [Status.IN_REVIEW]
    assert editorial.next_steps(published, curator) == []
    assert not EditorialStep.objects.exists()


def test_who_made_it_does_not_publish_it_alone(reviewer: User) -> None:
    row = make_canonical(status=Status.DRAFT)
    editorial.began(row=row, by=reviewer, at=NOW)
    with pytest.raises(SecondPersonNeeded):
        go(row, Status.PUBLISHED, reviewer)
    go(row, Status.PUBLISHED, make_curator("wanda", "publish_library"))


def test_who_submitted_it_does_not_publish_or_schedule_it_alone(reviewer: User) -> None:
    row = make_canonical(status=Status.DRAFT)
    go(row, Status.IN_REVIEW, reviewer)
    with pytest.raises(SecondPersonNeeded):
        go(row, Status.SCHEDULED, reviewer, publish_at=NOW + dt.timedelta(days=1))


def test_who_changed_it_since_does_not_publish_it_alone(curator: User, reviewer: User) -> None:
    row = make_canonical(status=Status.DRAFT)
    go(row, Status.IN_REVIEW, curator)
    with authored(by=reviewer, source="admin"):
        ExerciseType.objects.filter(pk=row.pk).update(name="Bench press, flat")
    assert editorial.authors_of(row) == {curator.pk, reviewer.pk}
    with pytest.raises(SecondPersonNeeded):
        go(row, Status.PUBLISHED, reviewer)


def test_who_changed_a_part_of_it_does_not_publish_it_alone(reviewer: User) -> None:
    program = make_program()
    with authored(by=reviewer, source="admin"):
        program.days.update(title="Push")
    with pytest.raises(SecondPersonNeeded):
        go(program, Status.PUBLISHED, reviewer)


def test_who_only_sent_it_back_has_not_written_it(curator: User, reviewer: User) -> None:
    row = make_canonical(status=Status.DRAFT)
    go(row, Status.IN_REVIEW, curator)
    go(row, Status.DRAFT, reviewer, note="No instructions.")
    go(row, Status.IN_REVIEW, curator)
    go(row, Status.PUBLISHED, reviewer)
    assert row.status == Status.PUBLISHED


def test_who_may_publish_alone_does(curator: User) -> None:
    alone = make_curator("wanda", "publish_library", "publish_alone")
    row = make_canonical(status=Status.DRAFT)
    editorial.began(row=row, by=alone, at=NOW)
    go(row, Status.PUBLISHED, alone)
    assert editorial.may_change(row, alone)
    assert not editorial.may_change(row, curator)


@pytest.mark.parametrize(
    ("status", "to"),
    [
        ("draft", "draft"), ("draft", "retired"), ("in_review", "in_review"), ("in_review", "retired"),
        ("published", "draft"), ("published", "in_review"), ("published", "scheduled"), ("published", "published"),
        ("retired", "draft"), ("retired", "in_review"), ("retired", "scheduled"),
    ],
)  # fmt: skip
def test_step_that_the_workflow_does_not_have_is_refused(charlie: User, status: str, to: str) -> None:
    row = make_canonical(status=status)
    with pytest.raises(StepNotAllowed):
        go(row, to, charlie)
    row.refresh_from_db()
    assert row.status == status


def test_step_from_where_the_row_stood_before_is_refused(curator: User, reviewer: User) -> None:
    row, seen = make_canonical(status=Status.DRAFT), ExerciseType.objects.get()
    go(row, Status.IN_REVIEW, curator)
    with pytest.raises(StepNotAllowed):
        go(seen, Status.IN_REVIEW, reviewer)


@pytest.mark.parametrize("make", [make_canonical, make_food, make_program])
def test_scheduled_row_is_published_when_its_time_has_come(reviewer: User, make: Any) -> None:
    row = make(status=Status.DRAFT)
    go(row, Status.SCHEDULED, reviewer, publish_at=NOW + dt.timedelta(hours=2))
    assert editorial.publish_due(at=NOW + dt.timedelta(hours=1, minutes=59)) == 0
    assert editorial.publish_due(at=NOW + dt.timedelta(hours=2)) == 1
    row.refresh_from_db()
    assert (row.status, row.publish_at, row.visible) == (Status.PUBLISHED, None, True)
    assert editorial.publish_due(at=NOW + dt.timedelta(days=1)) == 0
    latest = editorial.steps_of(row).first()
    assert latest is not None
    assert (latest.to_status, latest.by) == (Status.PUBLISHED, None)


def test_job_publishes_what_is_due(reviewer: User) -> None:
    row = make_canonical(status=Status.SCHEDULED, publish_at=timezone.now() - dt.timedelta(minutes=1))
    later = make_canonical("squat", status=Status.SCHEDULED, publish_at=timezone.now() + dt.timedelta(minutes=9))
    publish_scheduled(0)
    found = dict(ExerciseType.objects.values_list("pk", "status"))
    assert found == {row.pk: Status.PUBLISHED, later.pk: Status.SCHEDULED}


@pytest.mark.parametrize("publish_at", [None, NOW, NOW - dt.timedelta(days=1)])
def test_schedule_is_for_a_time_to_come(reviewer: User, publish_at: Any) -> None:
    row = make_canonical(status=Status.DRAFT)
    with pytest.raises(PublishAtInvalid):
        go(row, Status.SCHEDULED, reviewer, publish_at=publish_at)


def test_retired_row_names_its_replacement_and_can_come_back(reviewer: User) -> None:
    row, newer = make_canonical("press-on-bench"), make_canonical()
    go(row, Status.RETIRED, reviewer, replaced_by=newer, note="Named twice.")
    row.refresh_from_db()
    assert (row.status, row.replaced_by, row.visible) == (Status.RETIRED, newer, True)
    go(row, Status.PUBLISHED, reviewer)
    row.refresh_from_db()
    assert (row.status, row.replaced_by) == (Status.PUBLISHED, None)


def test_replacement_is_another_published_row_of_the_library(alice: User, reviewer: User) -> None:
    row = make_canonical()
    private = ExerciseType.objects.create(user=alice, name="Mine")
    for other in (row, private, make_canonical("squat", status=Status.DRAFT), make_food()):
        with pytest.raises(ReplacementInvalid):
            go(row, Status.RETIRED, reviewer, replaced_by=other)


def test_publishing_a_version_of_a_program_retires_the_one_before(reviewer: User) -> None:
    old = make_program(status="published")
    new = Program.objects.create(slug=old.slug, version=2, title="Base, again", status=Status.DRAFT)
    go(new, Status.PUBLISHED, reviewer)
    old.refresh_from_db()
    assert (old.status, new.status) == (Status.RETIRED, Status.PUBLISHED)


def test_workflow_is_that_of_every_library(reviewer: User) -> None:
    assert {model.__name__ for model in editorial.libraries()} == {
        "ExerciseType", "Program", "Food", "Supplement", "NutritionTemplate", "RecommendationRule",
    }  # fmt: skip
    row = Supplement.objects.create(slug="creatine", name="Creatine", status=Status.DRAFT)
    go(row, Status.PUBLISHED, reviewer)
    assert Supplement.objects.published().get() == row


def test_private_row_has_no_workflow(alice: User, reviewer: User) -> None:
    row = Food.objects.create(user=alice, name="Soup")
    with pytest.raises(Food.DoesNotExist):
        go(row, Status.RETIRED, reviewer)


def test_steps_are_neither_changed_nor_deleted(curator: User) -> None:
    row = make_canonical(status=Status.DRAFT)
    go(row, Status.IN_REVIEW, curator)
    for refused in (lambda: EditorialStep.objects.update(note="x"), lambda: EditorialStep.objects.all().delete()):
        with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
            refused()
    curator.delete()
    assert EditorialStep.objects.get().by is None
