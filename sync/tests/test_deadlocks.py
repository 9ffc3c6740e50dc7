"""A push and plain SQL in each other's way: PostgreSQL ends one of the two, and the push goes through in either case.

SQL locks the row first and the head late, the push the other way round. Who waits looks for a deadlock once, when
deadlock_timeout is over, and is the one to be ended if there is one. So the one that came first is let wait for longer than
that before the other comes: it has looked and found nothing, and it is known which of the two will be ended.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from accounts.models import User
from lib import writes
from lib.tests.factories import as_id, make
from sync.models import Head
from sync.tests.devices import Phone
from sync.tests.test_concurrency import TIMEOUT_S, at_once, push_as, sql
from training.models import Exercise, Workout

pytestmark = pytest.mark.django_db(transaction=True)

WAIT_S = TIMEOUT_S / 2
MARGIN_S = 0.5  # for a backend that is slow to look
BLOCKED = """
    SELECT FROM pg_locks
     WHERE pid = %(waiting)s AND NOT granted AND %(holding)s = ANY(pg_blocking_pids(pid))
       AND clock_timestamp() - waitstart >= make_interval(secs => %(for_s)s)
"""


class Backend:
    """Of one of the threads: known to the others once it has said so."""

    def __init__(self) -> None:
        self._told = threading.Event()
        self._pid = 0

    def tell(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (self._pid,) = cursor.fetchone()
        self._told.set()

    @property
    def pid(self) -> int:
        assert self._told.wait(WAIT_S)
        return self._pid

    def wait_until_blocked(self, *, by: "Backend", for_s: float = 0) -> None:
        """Asks only what no transaction remembers: pg_stat_activity stays as it was when it was first looked at."""
        asked = {"waiting": self.pid, "holding": by.pid, "for_s": for_s}
        deadline = time.monotonic() + WAIT_S
        with connection.cursor() as cursor:
            while True:
                cursor.execute(BLOCKED, asked)
                if cursor.fetchone() is not None:
                    return
                assert time.monotonic() < deadline
                time.sleep(0.01)

    def wait_until_it_has_looked(self, *, by: "Backend") -> None:
        """And found no deadlock."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT extract(epoch FROM current_setting('deadlock_timeout')::interval)::float8")
            (timeout_s,) = cursor.fetchone()
        self.wait_until_blocked(by=by, for_s=timeout_s + MARGIN_S)


class Scene:
    """A workout with an exercise. SQL writes the notes of the exercise; a push the title of the workout, then the exercise."""

    def __init__(self, user: User, phone: Phone) -> None:
        self.user, self.phone = user, phone
        self.workout = make(Workout, user)
        self.exercise = make(Exercise, user, workout_id=self.workout.pk)
        self.seen = Head.objects.get(user=user).version
        self.gate, self.of_sql, self.of_push = Backend(), Backend(), Backend()
        self.row_is_locked, self.sql_is_over = threading.Event(), threading.Event()
        self.beginnings_of_push = 0

    def by_sql(self, before_the_head: Callable[[], None]) -> str:
        try:
            with transaction.atomic():
                sql("SELECT FROM training_exercise WHERE id = %s FOR UPDATE", [self.exercise.pk])
                self.of_sql.tell()
                self.row_is_locked.set()
                before_the_head()
                sql("UPDATE training_exercise SET notes = 'sql' WHERE id = %s", [self.exercise.pk])
        except OperationalError as error:
            return f"was ended: {state_of(error)}"
        else:
            return "went through"
        finally:
            self.sql_is_over.set()

    def by_push(self) -> list[str]:
        self.of_push.tell()
        assert self.row_is_locked.wait(WAIT_S)
        with connection.execute_wrapper(self._noting_beginnings):
            results = push_as(self.user, self.phone, *self._mutations())
        return [str(result["status"]) for result in results]

    def _mutations(self) -> list[dict[str, Any]]:
        def update(entity: str, row: Any, **patch: Any) -> dict[str, Any]:
            return self.phone.mutation("update", entity, as_id(row), patch, base_version=self.seen)

        return [update("workout", self.workout, title="pushed"), update("exercise", self.exercise, position=7)]

    def _noting_beginnings(self, execute: Callable[..., Any], statement: str, *rest: Any) -> Any:
        """A push that was ended begins again when SQL is through: who would lock the head sooner does not matter here."""
        if "FOR UPDATE OF h" in statement:
            self.beginnings_of_push += 1
            assert self.beginnings_of_push == 1 or self.sql_is_over.wait(WAIT_S)
        return execute(statement, *rest)

    def stands(self) -> tuple[str, float, str]:
        self.workout.refresh_from_db()
        self.exercise.refresh_from_db()
        return self.workout.title, self.exercise.position, self.exercise.notes


def state_of(error: OperationalError) -> str:
    return str(getattr(error.__cause__, "sqlstate", None))


@pytest.fixture
def scene(alice: User, api: Any, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(writes, "PATIENCE", "60s")  # what a push waits for a lock is not what is tried here
    return Scene(alice, Phone(api, alice))


def test_push_that_is_ended_for_a_deadlock_begins_again(scene: Scene) -> None:
    """SQL waits for the head first, then the push for the row: until then it stands before a gate."""
    closed = threading.Event()

    def gate() -> None:
        with transaction.atomic():
            sql("SELECT FROM training_workout WHERE id = %s FOR UPDATE", [scene.workout.pk])
            scene.gate.tell()
            closed.set()
            scene.of_sql.wait_until_it_has_looked(by=scene.of_push)

    def by_push() -> list[str]:
        assert closed.wait(WAIT_S)
        return scene.by_push()

    outcome, statuses, _ = at_once(
        lambda: scene.by_sql(lambda: scene.of_push.wait_until_blocked(by=scene.gate)), by_push, gate
    )
    assert scene.beginnings_of_push == 2
    assert (outcome, statuses) == ("went through", ["applied", "merged"])
    assert scene.stands() == ("pushed", 7, "sql")


def test_push_goes_through_where_sql_is_ended_for_a_deadlock(scene: Scene) -> None:
    """The push waits for the row first, then SQL for the head."""
    outcome, statuses = at_once(
        lambda: scene.by_sql(lambda: scene.of_push.wait_until_it_has_looked(by=scene.of_sql)), scene.by_push
    )
    assert scene.beginnings_of_push == 1
    assert (outcome, statuses) == ("was ended: 40P01", ["applied", "applied"])
    assert scene.stands() == ("pushed", 7, "")
