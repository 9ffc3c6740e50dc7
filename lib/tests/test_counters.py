"""Counters on PostgreSQL: what django-ratelimit asks of a cache, with the same answers for every process."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import InvalidCacheBackendError, caches
from django.db import connection, transaction

from lib.counters import CounterCache, delete_expired_counters
from lib.tests.running import at_once

MARCH = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def counters(db: None) -> CounterCache:
    found = caches["limits"]
    assert isinstance(found, CounterCache)
    found.clear()
    return found


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MARCH, tick=False) as clock:
        yield clock


def rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM lib_counter")
        return int(cursor.fetchone()[0])


def test_add_counts_for_the_first_alone(counters: CounterCache) -> None:
    assert counters.add("a", 1) is True
    assert counters.add("a", 7) is False
    assert counters.get("a") == 1


def test_incr_gives_the_new_value(counters: CounterCache) -> None:
    counters.add("a", 1)
    assert [counters.incr("a"), counters.incr("a", 5), counters.incr("a", -2)] == [2, 7, 5]


def test_incr_of_what_is_not_there_says_so(counters: CounterCache) -> None:
    with pytest.raises(ValueError, match="'a' not found"):
        counters.incr("a")


def test_get_of_what_is_not_there_gives_the_default(counters: CounterCache) -> None:
    assert (counters.get("a"), counters.get("a", 3)) == (None, 3)


def test_set_replaces(counters: CounterCache) -> None:
    counters.set("a", 3)
    counters.set("a", 4)
    assert counters.get("a") == 4


def test_delete_says_whether_there_was_something(counters: CounterCache) -> None:
    counters.set("a", 3)
    assert [counters.delete("a"), counters.delete("a")] == [True, False]


def test_keys_do_not_touch_each_other(counters: CounterCache) -> None:
    counters.set("a", 1)
    counters.set("a", 2, version=2)
    counters.set("b", 3)
    assert (counters.get("a"), counters.get("a", version=2), counters.get("b")) == (1, 2, 3)


def test_counter_expires(counters: CounterCache, clock: time_machine.Traveller) -> None:
    counters.add("a", 1, timeout=60)
    clock.shift(59)
    assert counters.incr("a") == 2
    clock.shift(1)
    assert counters.get("a") is None
    with pytest.raises(ValueError, match="not found"):
        counters.incr("a")
    assert counters.add("a", 1, timeout=60) is True
    assert counters.get("a") == 1


def test_counter_without_a_timeout_stays(counters: CounterCache, clock: time_machine.Traveller) -> None:
    counters.add("a", 1, timeout=None)
    clock.shift(dt.timedelta(days=10_000))
    assert counters.get("a") == 1


def test_touch_lengthens_what_still_counts(counters: CounterCache, clock: time_machine.Traveller) -> None:
    counters.set("a", 1, timeout=60)
    assert counters.touch("a", timeout=600) is True
    clock.shift(300)
    assert counters.get("a") == 1
    clock.shift(301)
    assert counters.touch("a", timeout=600) is False


def test_expired_counters_are_swept_and_others_stay(counters: CounterCache, clock: time_machine.Traveller) -> None:
    counters.set("a", 1, timeout=60)
    counters.set("b", 1, timeout=6000)
    counters.set("c", 1, timeout=None)
    clock.shift(61)
    assert delete_expired_counters() == 1
    assert (rows(), counters.get("b"), counters.get("c")) == (2, 1, 1)


def test_counters_hold_integers_alone(counters: CounterCache) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        counters.set("a", "text")


def test_there_is_no_counter_cache_of_another_name() -> None:
    with pytest.raises(InvalidCacheBackendError):
        caches["counters"]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_when_many_count_at_once() -> None:
    counters = caches["limits"]
    counters.set("a", 0)
    values = at_once([lambda: [caches["limits"].incr("a") for _ in range(20)] for _ in range(5)])
    assert sorted(value for part in values for value in part) == list(range(1, 101))
    assert counters.get("a") == 100
    counters.clear()


@pytest.mark.django_db(transaction=True)
def test_one_of_many_that_add_at_once_is_the_first() -> None:
    caches["limits"].clear()
    assert sorted(at_once([lambda: caches["limits"].add("a", 1) for _ in range(5)])) == [False] * 4 + [True]
    caches["limits"].clear()


@pytest.mark.django_db(transaction=True)
def test_attempt_that_fails_later_in_its_transaction_is_not_counted() -> None:
    """Checks of limits stand outside of transactions: inside of one, a rollback would forget the attempt."""
    caches["limits"].set("a", 1)
    with transaction.atomic():
        caches["limits"].incr("a")
        transaction.set_rollback(True)
    assert caches["limits"].get("a") == 1
    caches["limits"].clear()
