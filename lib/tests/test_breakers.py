"""The circuit breaker, by the clock."""

from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import caches

from lib.breakers import Breaker

BREAKER = Breaker("test", failures=3, open_s=30, trial_s=5, memory_s=100)


@pytest.fixture
def clock(db: None) -> Iterator[time_machine.Traveller]:
    caches["limits"].clear()
    with time_machine.travel("2026-12-01T12:00:00Z", tick=False) as clock:
        yield clock


def fail(times: int) -> None:
    for _ in range(times):
        BREAKER.failed()


def test_opens_after_failures_in_a_row(clock: time_machine.Traveller) -> None:
    fail(2)
    BREAKER.succeeded()
    fail(2)
    assert BREAKER.wait_s() == 0
    fail(1)
    assert BREAKER.wait_s() == BREAKER.open_s
    clock.shift(10)
    assert BREAKER.wait_s() == BREAKER.open_s - 10
    assert Breaker("another", failures=1).wait_s() == 0


def test_one_caller_tries_while_the_others_wait(clock: time_machine.Traveller) -> None:
    fail(3)
    clock.shift(31)
    assert [BREAKER.wait_s(), BREAKER.wait_s()] == [0, 5]
    BREAKER.succeeded()
    assert [BREAKER.wait_s(), BREAKER.wait_s()] == [0, 0]


def test_failed_trial_opens_it_again(clock: time_machine.Traveller) -> None:
    fail(3)
    clock.shift(31)
    assert BREAKER.wait_s() == 0
    fail(1)
    assert BREAKER.wait_s() == BREAKER.open_s


def test_trial_that_never_ends_is_followed_by_another(clock: time_machine.Traveller) -> None:
    fail(3)
    clock.shift(31)
    assert BREAKER.wait_s() == 0
    clock.shift(6)
    assert [BREAKER.wait_s(), BREAKER.wait_s()] == [0, 5]


def test_old_failures_are_forgotten(clock: time_machine.Traveller) -> None:
    fail(2)
    clock.shift(101)
    fail(2)
    assert BREAKER.wait_s() == 0
