"""Real threads against real commits: a poller's cursor never passes a change, and bulk SQL over many users never deadlocks.

PROOF_COMMITS=100000 make test ARGS=sync/tests/test_races.py tries that many commits.
"""

import os
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import orjson
import psycopg
import pytest
from django.db import connection, connections
from django.utils import timezone

from accounts.models import User
from lib.tests.factories import make, make_user
from sync.domain.shapes import PullRequest
from sync.models import Head, LogEntry
from sync.services.pull.pages import pull
from training.models import Workout

pytestmark = pytest.mark.django_db(transaction=True)

COMMITS = int(os.environ.get("PROOF_COMMITS") or 4000)
USERS, WRITERS = 2, 4  # each user has so many writers, and one poller
LONGEST_DELAY_S = 0.001  # between the allocation of a version and its commit
PAGE = 200
BULK_THREADS, BULK_USERS, BULK_ROUNDS = 8, 40, 12
INSERT = """
    INSERT INTO training_workout (id, user_id, created_at, updated_at, title, status, time_zone, notes)
    VALUES (%s, %s, now(), now(), '', 'planned', 'UTC', '')
"""


def connect() -> psycopg.Connection:
    """Beside Django: a connection whose statements go out together, so that the time between them is the delay."""
    parameters = {
        k: v for k, v in connection.get_connection_params().items() if k in ("dbname", "user", "host", "port")
    }
    return psycopg.connect(**parameters, autocommit=True)


def write(user: User, count: int) -> set[UUID]:
    made = {uuid4() for _ in range(count)}
    dice = random.Random()
    with connect() as own:
        for key in made:
            with own.pipeline(), own.transaction():
                own.execute(INSERT, [key, user.pk])
                own.execute("SELECT pg_sleep(%s)", [dice.uniform(0, LONGEST_DELAY_S)])
    return made


def poll(user: User, done: threading.Event) -> list[tuple[int, str, str]]:
    """(version, entity, id) of every change, in the order in which it came."""
    seen: list[tuple[int, str, str]] = []
    cursor = None
    try:
        while True:
            last = done.is_set()
            page = pull(user=user, request=PullRequest(cursor=cursor, limit=PAGE), at=timezone.now())
            seen += [(c["version"], c["entity"], c["id"]) for c in orjson.loads(bytes(orjson.dumps(page["changes"])))]
            cursor = page["cursor"]
            if last and not page["has_more"]:
                return seen
    finally:
        connections.close_all()


def test_no_change_is_missed_in_many_commits() -> None:
    users = [make_user(f"racer{number}@example.org") for number in range(USERS)]
    done = threading.Event()
    each = COMMITS // (USERS * WRITERS)
    with ThreadPoolExecutor(USERS * (WRITERS + 1)) as pool:
        pollers = [pool.submit(poll, user, done) for user in users]
        writers = [[pool.submit(write, user, each) for _ in range(WRITERS)] for user in users]
        try:
            made = [set[UUID]().union(*(writer.result() for writer in theirs)) for theirs in writers]
        finally:
            done.set()
        seen = [poller.result() for poller in pollers]
    for user, own, changes in zip(users, made, seen, strict=True):
        workouts = [UUID(record_id) for _, entity, record_id in changes if entity == "workout"]
        assert (len(workouts), set(workouts)) == (each * WRITERS, own)
        assert [version for version, _, _ in changes] == sorted(version for version, _, _ in changes)
        versions = set(LogEntry.objects.filter(user=user).values_list("version", flat=True))
        assert versions == set(range(1, Head.objects.get(user=user).version + 1))


def test_bulk_sql_over_many_users_never_deadlocks() -> None:
    """Each thread changes rows of its own, of all users in any order: only the users' heads are shared."""
    users = [make_user(f"user{number}@example.org") for number in range(BULK_USERS)]
    rows = [[make(Workout, user).pk for user in users] for _ in range(BULK_THREADS)]
    before = sum(head.version for head in Head.objects.filter(user__in=users))

    def update(keys: list[UUID]) -> None:
        dice = random.Random()
        with connect() as own:
            for number in range(BULK_ROUNDS):
                dice.shuffle(keys)
                own.execute(
                    "UPDATE training_workout AS w SET title = %s FROM unnest(%s::uuid[]) AS k (id) WHERE w.id = k.id",
                    [str(number), keys],
                )

    with ThreadPoolExecutor(BULK_THREADS) as pool:
        for future in [pool.submit(update, keys) for keys in rows]:
            future.result()  # raises what PostgreSQL said, a deadlock for one
    after = sum(head.version for head in Head.objects.filter(user__in=users))
    assert after - before == BULK_THREADS * BULK_ROUNDS * BULK_USERS
