"""Real threads, each with its own connection: nothing is missed, nothing is done twice, nobody waits for ever."""

import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from accounts.models import User
from lib.tests.factories import as_id, make, make_user
from lib.writes import writing
from sync.domain.shapes import PullRequest
from sync.models import Head, LogEntry, Mutation, Record
from sync.services.pull.pages import pull
from sync.services.push.receiving import push
from sync.tests.devices import Json, Phone
from training.models import Workout

pytestmark = pytest.mark.django_db(transaction=True)

TIMEOUT_S = 30
INSERT = """
    INSERT INTO training_workout (id, user_id, created_at, updated_at, title, status, time_zone, notes)
    VALUES (%s, %s, now(), now(), 'sql', 'planned', 'UTC', '')
"""


def at_once(*functions: Callable[[], Any]) -> list[Any]:
    """Runs all at the same time. Gives what they gave; raises what one of them raised."""
    gate = threading.Barrier(len(functions))

    def run(function: Callable[[], Any]) -> Any:
        try:
            gate.wait(TIMEOUT_S)
            return function()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(functions)) as pool:
        futures = [pool.submit(run, function) for function in functions]
        return [future.result(TIMEOUT_S) for future in futures]


def push_as(user: User, phone: Phone, *mutations: Json) -> list[Json]:
    """Through the service: the HTTP client is not to be shared by threads."""
    answer = push(user=user, body=orjson.dumps(phone.envelope(*mutations)), at=timezone.now())
    results: list[Json] = orjson.loads(orjson.dumps(answer["results"], default=str))
    return results


def sql(statement: str, params: Sequence[Any] = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


# --- nothing is missed ---


def test_poller_misses_nothing_of_what_several_write(alice: User, api: Any) -> None:
    """Transactions take their number, linger, and commit; the poller's cursor must not pass them."""
    phones = [Phone(api, alice) for _ in range(2)]
    made: set[UUID] = set()
    done = threading.Event()
    rounds = 25

    def by_sql() -> None:
        for _ in range(rounds):
            key = uuid4()
            with transaction.atomic():
                sql(INSERT, [key, alice.pk])
                sql("SELECT pg_sleep(%s)", [random.uniform(0, 0.02)])
            made.add(key)

    def by_push(phone: Phone) -> None:
        for _ in range(rounds):
            key = uuid4()
            (result,) = push_as(alice, phone, phone.mutation("create", "workout", str(key)))
            assert result["status"] == "applied"
            made.add(key)

    def write_all() -> None:
        try:
            at_once(by_sql, by_sql, *(lambda phone=phone: by_push(phone) for phone in phones))
        finally:
            done.set()

    def poll() -> list[Json]:
        seen: list[Json] = []
        cursor = None
        while True:
            last = done.is_set()
            page = pull(user=alice, request=PullRequest(cursor=cursor, limit=7), at=timezone.now())
            seen += orjson.loads(bytes(orjson.dumps(page["changes"])))
            cursor = page["cursor"]
            if last and not page["has_more"]:
                return seen

    _, changes, more = at_once(write_all, poll, poll)
    for found in (changes, more):
        workouts = [change for change in found if change["entity"] == "workout"]
        assert {UUID(change["id"]) for change in workouts} == made
        assert len(workouts) == len(made) == 4 * rounds
        assert [change["version"] for change in found] == sorted(change["version"] for change in found)
    versions = set(LogEntry.objects.filter(user=alice).values_list("version", flat=True))
    assert versions == set(range(1, Head.objects.get(user=alice).version + 1))


# --- one user, several pushes ---


def test_simultaneous_pushes_of_one_user_all_go_through(alice: User, api: Any) -> None:
    phones = [Phone(api, alice) for _ in range(4)]
    workout = as_id(make(Workout, alice))
    standing = Head.objects.get(user=alice).version

    def write(phone: Phone) -> list[str]:
        mutations = [phone.mutation("update", "workout", workout, {"title": phone.id}, base_version=standing)]
        mutations += [phone.mutation("create", "workout", str(uuid4())) for _ in range(20)]
        return [result["status"] for result in push_as(alice, phone, *mutations)]

    statuses = at_once(*(lambda phone=phone: write(phone) for phone in phones))
    assert [found[1:] for found in statuses] == [["applied"] * 20] * 4
    assert sorted(found[0] for found in statuses) == ["applied", "conflict", "conflict", "conflict"]
    assert Workout.objects.filter(user=alice).count() == 81
    assert Head.objects.get(user=alice).version == standing + 4


def test_same_mutation_sent_twice_at_once_is_applied_once(alice: User, api: Any) -> None:
    """A client that lost patience repeats a request whose first copy is still under way."""
    phone = Phone(api, alice)
    for _ in range(5):
        batch = [phone.mutation("create", "workout", str(uuid4())) for _ in range(3)]
        both = at_once(*[lambda batch=batch: push_as(alice, phone, *batch)] * 3)
        assert sorted(result["replayed"] for results in both for result in results) == [False] * 3 + [True] * 6
        assert {result["status"] for results in both for result in results} == {"applied"}
        ids = [mutation["id"] for mutation in batch]
        assert (
            LogEntry.objects.filter(mutation_id__in=ids).count()
            == Mutation.objects.filter(mutation_id__in=ids).count()
            == 3
        )


def test_first_pushes_of_a_new_device_do_not_collide(alice: User, api: Any) -> None:
    phone = Phone(api, alice)
    mutation = phone.mutation("create", "workout", str(uuid4()))
    found = at_once(*[lambda: push_as(alice, phone, mutation)] * 4)
    assert [results[0]["status"] for results in found] == ["applied"] * 4
    assert sorted(results[0]["replayed"] for results in found) == [False, True, True, True]


# --- deadlocks ---


def test_bulk_writes_over_many_users_in_opposite_order_do_not_deadlock(db: None) -> None:
    users = [make_user(f"user{n}@example.org") for n in range(8)]
    rows = {name: [make(Workout, user, title=name).pk for user in users] for name in "abc"}

    def update(keys: list[UUID]) -> None:
        for number in range(8):
            sql(
                """UPDATE training_workout AS w SET title = %s
                     FROM unnest(%s::uuid[]) WITH ORDINALITY AS k (id, place) WHERE w.id = k.id""",
                [str(number), keys],
            )

    at_once(*(lambda keys=keys: update(keys) for keys in (rows["a"], rows["b"][::-1], rows["c"])))
    assert {head.version for head in Head.objects.filter(user__in=users)} == {1 + 3 + 3 * 8}


def test_pushes_and_api_writes_of_the_same_rows_do_not_deadlock(alice: User, api: Any) -> None:
    phone = Phone(api, alice)
    rows = [as_id(make(Workout, alice)) for _ in range(10)]

    def by_api() -> None:
        for number in range(10):
            with writing(user=alice, source="api"):
                for key in rows:
                    Workout.objects.filter(pk=key).update(notes=f"{number}")

    def by_push() -> None:
        for number in range(10):
            head = Head.objects.get(user=alice).version
            mutations = [
                phone.mutation("update", "workout", key, {"title": f"{number}"}, base_version=head)
                for key in rows[::-1]
            ]
            assert "rejected" not in {result["status"] for result in push_as(alice, phone, *mutations)}

    at_once(by_api, by_push)
    assert set(Workout.objects.filter(user=alice).values_list("title", "notes")) == {("9", "9")}


def test_snapshot_is_of_one_moment(alice: User) -> None:
    """Head and rows of one page belong together: no page shows a record above the version that it announces."""
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            make(Workout, alice)

    def read() -> None:
        try:
            for _ in range(40):
                page = pull(user=alice, request=PullRequest(), at=timezone.now())
                changes = orjson.loads(bytes(orjson.dumps(page["changes"])))
                assert {change["version"] for change in changes} == set(range(1, page["version"] + 1))
        finally:
            stop.set()

    at_once(write, read)
    assert Record.objects.filter(user=alice).count() > 1
