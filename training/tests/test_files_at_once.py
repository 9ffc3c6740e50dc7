"""Two phones of one athlete send the same file at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from accounts.models import User
from catalog.models import ExerciseType
from dropset_files.hevy.render import render_hevy
from dropset_files.shared.generate import generate_workouts
from lib.tests.factories import make_user
from training.models import Exercise, Set, Workout
from training.services.files.importing import HowToRead, HowToTake, import_file

AT = datetime(2026, 12, 1, 12, tzinfo=UTC)


def taken(user: User, content: bytes, start: Barrier) -> int:
    start.wait()
    try:
        how = HowToRead("Europe/Berlin", "kg", "km")
        done = import_file(user=user, content=content, how=how, take=HowToTake(), source="job", at=AT, dry_run=False)
        return done.plan.made["set"]
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_the_same_file_at_the_same_moment_makes_one_history(transactional_db: Any) -> None:
    user = make_user("twice@example.org")
    content = render_hevy(generate_workouts(5, until=AT, workouts=6)).encode()
    start = Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        made = sorted(pool.map(lambda _: taken(user, content, start), range(2)))

    assert made[0] == 0
    assert made[1] == Set.objects.for_user(user).count() > 0
    assert [model.objects.for_user(user).count() for model in (Workout, Exercise, ExerciseType)] == [6, 24, 12]
