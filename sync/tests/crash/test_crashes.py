"""kill -9: of a worker between the commit of a push and its answer, and of PostgreSQL during push and snapshot.

Afterwards every device and the server hold the same, nothing that a user wrote is missing, nothing was done twice, and no
version was given out twice or left out.
"""

import random
from collections.abc import Iterator

import pytest
from django.conf import settings

from dropset_client import Device
from sync.tests.crash.world import World, meanwhile, world

pytestmark = pytest.mark.skipif(
    settings.TIMESCALEDB == "required", reason="It runs on the embedded PostgreSQL, which the other run has tried."
)

ROUNDS = 4  # at least; more until some kills have hit a request
MOST_ROUNDS = 40
WITHIN_S = 0.15


@pytest.fixture(scope="module")
def crashing() -> Iterator[World]:
    with world() as made:
        yield made


def rounds(crashing: World) -> Iterator[int]:
    before = crashing.interruptions
    for number in range(MOST_ROUNDS):
        if number >= ROUNDS and crashing.interruptions > before:
            return
        yield number
    raise AssertionError("No kill has hit a request.")


def write_offline(device: Device, dice: random.Random, written: dict[str, str]) -> None:
    """Some workouts, made and edited. written: what must stand in the end."""
    own = [record.id for record in device.list("workout") if record.id in written]
    for number in range(40):
        title = f"{device.store.identity().device_id[:8]} {number} {dice.random()}"
        if own and dice.random() < 0.3:
            record_id = dice.choice(own)
            device.update("workout", record_id, {"title": title})
        else:
            record_id = device.create("workout", {"title": title})
        written[record_id] = title


def titles_of(device: Device, written: dict[str, str]) -> dict[str, str]:
    return {r.id: (r.data or {})["title"] for r in device.list("workout") if r.id in written}


def check_that_nothing_is_lost(crashing: World, devices: list[Device], written: dict[str, str]) -> None:
    fresh = crashing.device(f"fresh-{len(written)}")
    for _ in range(2):
        for device in [*devices, fresh]:
            device.sync()
    for device in [*devices, fresh]:
        assert device.verify().is_equal
        assert titles_of(device, written) == written
    user = fresh.user_id
    twice = "SELECT mutation_id FROM sync_log WHERE mutation_id IS NOT NULL GROUP BY 1, record_id HAVING count(*) > 1"
    assert crashing.query(twice) == []
    versions = {v for (v,) in crashing.query("SELECT DISTINCT version FROM sync_log WHERE user_id = %s", user)}
    ((head,),) = crashing.query("SELECT version FROM sync_head WHERE user_id = %s", user)
    assert versions == set(range(1, head + 1))


def test_worker_killed_between_commit_and_answer_loses_nothing(crashing: World) -> None:
    dice = random.Random(1)
    written: list[dict[str, str]] = [{}, {}]
    devices = [crashing.device(f"worker-{number}") for number in range(2)]
    for _ in range(ROUNDS // 2):
        for device, own in zip(devices, written, strict=True):
            write_offline(device, dice, own)
            crashing.order_to_die.touch()
            report = device.sync()
            assert not crashing.order_to_die.exists()  # a worker has died of it
            assert report.replayed > 0
    check_that_nothing_is_lost(crashing, devices, written[0] | written[1])


def test_worker_killed_at_any_moment_loses_nothing(crashing: World) -> None:
    dice = random.Random(2)
    written: dict[str, str] = {}
    device = crashing.device("moment")
    for _ in rounds(crashing):
        write_offline(device, dice, written)
        meanwhile(crashing.kill_workers, device.sync, within_s=WITHIN_S, dice=dice)
    check_that_nothing_is_lost(crashing, [device], written)


def test_postgresql_killed_during_push_and_snapshot_loses_nothing(crashing: World) -> None:
    dice = random.Random(3)
    written: dict[str, str] = {}
    device = crashing.device("database")

    for number in rounds(crashing):
        write_offline(device, dice, written)
        meanwhile(crashing.kill_database, device.sync, within_s=WITHIN_S, dice=dice)
        newcomer = crashing.device(f"newcomer-{number}")
        meanwhile(crashing.kill_database, newcomer.sync, within_s=WITHIN_S, dice=dice)
        assert newcomer.verify().is_equal
    check_that_nothing_is_lost(crashing, [device], written)
