"""What a test that commits leaves behind is gone before the next one begins."""

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillBusy

import pytest
from django.core.cache import caches
from django.db import connection
from django.utils import timezone

from accounts.services.tokens import start_session
from accounts.tasks import send_link
from config.tests.tables import Tables
from lib import wire
from lib.jobs import enqueue
from lib.tests.factories import make, make_user

pytestmark = pytest.mark.django_db(transaction=True)

WAIT_S = 0.2


@pytest.fixture
def tables(transactional_db: None) -> Tables:
    return Tables()


def filled(tables: Tables) -> set[str]:
    with connection.cursor() as cursor:
        return {name for name in tables.emptied if cursor.execute(f"SELECT FROM {name} LIMIT 1").fetchone() is not None}


def empty_elsewhere(tables: Tables) -> None:
    """In a thread with a connection of its own."""
    try:
        tables.empty()
    finally:
        connection.close()


def test_only_what_django_makes_and_the_groups_are_there_before_a_test(tables: Tables) -> None:
    """Rows that a migration of ours adds are kept after each test, but not put right where a test changed them. So there are
    no others than the groups of the admin: a test that commits gives them permissions and members, which stand elsewhere.
    """
    assert tables.kept == {"django_migrations", "django_content_type", "auth_permission", "auth_group"}


def test_rows_of_every_kind_go_and_no_trigger_writes_others(tables: Tables) -> None:
    user = make_user("alice@example.org")
    start_session(user=user, at=timezone.now())
    for entity in wire.entities():
        if entity.wire.creatable:
            make(entity.model, user)
    enqueue(send_link, {"link_id": 1})
    caches["limits"].add("attempts", 1)
    assert {"accounts_user", "training_set", "sync_log", "procrastinate_jobs", "lib_counter"} <= filled(tables)

    tables.empty()

    assert filled(tables) == set()


def test_who_still_writes_is_waited_for(tables: Tables) -> None:
    beside = connection.copy()
    beside.set_autocommit(False)
    with ThreadPoolExecutor(1) as pool, beside.cursor() as cursor:
        cursor.execute("INSERT INTO lib_counter (key, value, expires) VALUES ('late', 1, 0)")
        emptied = pool.submit(empty_elsewhere, tables)
        with pytest.raises(StillBusy):
            emptied.result(timeout=WAIT_S)
        beside.commit()
        emptied.result(timeout=10)
    beside.close()
    assert filled(tables) == set()
