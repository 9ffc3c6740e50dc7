"""The reference client against the real server: phones that are offline most of the time end up equal."""

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from catalog.tests.factories import make_canonical
from dropset_client import Device, RetryPolicy
from dropset_client.wire import Limits
from lib.tests.factories import as_id, make, make_user
from sync.models import Conflict, Head, LogEntry, Mutation
from sync.services.upkeep import epochs
from sync.tests.proof import backups
from training.models import Set, Workout

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "correct horse battery staple"
Open = Callable[..., Device]


class LostAnswer(Exception):
    """The request arrived, the answer did not."""


@pytest.fixture
def ann(db: None) -> User:
    return make_user("ann@example.org", password=PASSWORD)


@pytest.fixture
def open_device(ann: User, live_server: Any, tmp_path: Path) -> Iterator[Open]:
    """Opens (again) the device with this name, signed in."""
    with ExitStack() as stack:

        def opened(name: str, **values: Any) -> Device:
            retry = RetryPolicy(waits_s=())
            device = stack.enter_context(Device.open(tmp_path / f"{name}.db", live_server.url, retry=retry, **values))
            device.login(ann.email, PASSWORD)
            return device

        yield opened


def settle(*devices: Device) -> None:
    """Each syncs until there is nothing left to tell: what one pushes last, the others have to pull."""
    for _ in range(2):
        for device in devices:
            device.sync()


def assert_equal(*devices: Device) -> None:
    for device in devices:
        assert device.pending() == 0
        assert device.verify().is_equal, device.verify()
    assert len({device.content_hash() for device in devices}) == 1


def titles(device: Device) -> list[str]:
    return sorted(record["title"] for record in device.list("workout"))


def log_workout(device: Device, exercise_type: str, title: str) -> dict[str, str]:
    with device.batch():
        workout = device.create("workout", {"title": title, "status": "in_progress", "started_at": timezone.now()})
        exercise = device.create("exercise", {"workout": workout, "exercise_type": exercise_type})
        first = device.create("set", {"exercise": exercise, "position": 1, "reps": 8, "load_kg": "82.5"})
    return {"workout": workout, "exercise": exercise, "set": first}


def test_two_devices_end_up_equal(open_device: Open) -> None:
    phone, tablet = open_device("phone"), open_device("tablet")
    ids = log_workout(phone, as_id(make_canonical()), "Push")
    settle(phone, tablet)
    assert titles(tablet) == ["Push"]
    tablet.update("workout", ids["workout"], {"notes": "from the tablet"})
    phone.update("set", ids["set"], {"reps": 9})
    phone.update("workout", ids["workout"], {"title": "Pull"})
    settle(phone, tablet)
    assert_equal(phone, tablet)
    assert phone.conflicts() == []
    assert (titles(tablet), Workout.objects.get().notes, Set.objects.get().reps) == (["Pull"], "from the tablet", 9)


def test_values_that_lost_are_shown_on_both_devices(open_device: Open) -> None:
    phone, tablet = open_device("phone"), open_device("tablet")
    ids = log_workout(phone, as_id(make_canonical()), "Push")
    settle(phone, tablet)
    phone.update("set", ids["set"], {"reps": 9}, at=timezone.now() - timedelta(seconds=1))
    tablet.update("set", ids["set"], {"reps": 10})
    settle(phone, tablet)
    assert_equal(phone, tablet)
    for device in (phone, tablet):
        (conflict,) = device.conflicts()
        (field,) = conflict["fields"]
        assert (field["name"], field["base"], field["kept"]["value"], field["lost"]["value"]) == ("reps", 8, 10, 9)


def test_workout_deleted_on_one_device_and_continued_on_the_other_stays(open_device: Open) -> None:
    phone, tablet = open_device("phone"), open_device("tablet")
    ids = log_workout(phone, as_id(make_canonical()), "Push")
    settle(phone, tablet)
    phone.delete("workout", ids["workout"], at=timezone.now() - timedelta(seconds=1))
    tablet.create("set", {"exercise": ids["exercise"], "position": 2, "reps": 5})
    settle(phone, tablet)
    assert_equal(phone, tablet)
    assert (len(phone.list("set")), titles(phone)) == (2, ["Push"])
    assert [conflict["kind"] for conflict in phone.conflicts()] == ["delete"]


def test_deletion_of_what_another_device_had_written_is_no_conflict_once_it_was_seen(open_device: Open) -> None:
    phone, tablet = open_device("phone"), open_device("tablet")
    ids = log_workout(phone, as_id(make_canonical()), "Push")
    settle(phone, tablet)
    tablet.update("set", ids["set"], {"reps": 12})
    settle(tablet, phone)
    phone.delete("workout", ids["workout"])
    settle(phone, tablet)
    assert_equal(phone, tablet)
    assert (phone.conflicts(), phone.list("set")) == ([], [])


def test_group_over_a_deleted_parent_and_a_refused_one_leave_nothing_behind(open_device: Open) -> None:
    phone = open_device("phone")
    with phone.batch(group=True):
        workout = phone.create("workout", {"title": "Both"})
        phone.create("exercise", {"workout": workout, "exercise_type": as_id(make_canonical())})
        phone.create("workout", {"title": "Contradictory", "status": "completed"})
    phone.create("workout", {"title": "Alone"})
    report = phone.sync()
    assert (titles(phone), len(phone.rejected()), report.statuses["rejected"]) == (["Alone"], 3, 3)
    for item in phone.rejected():
        repair = {"status": "planned"} if item.mutation.patch.get("status") else {}
        phone.repair_rejected(item.mutation.id, repair)
    settle(phone)
    assert_equal(phone)
    assert titles(phone) == ["Alone", "Both", "Contradictory"]


def test_edit_on_the_web_reaches_the_devices(open_device: Open, ann: User) -> None:
    phone = open_device("phone")
    phone.sync()
    row = make(Workout, ann, title="Web")
    phone.sync()
    phone.update("workout", as_id(row), {"title": "Phone"})
    Workout.objects.filter(pk=row.pk).update(notes="Web, too")
    settle(phone)
    assert_equal(phone)
    row.refresh_from_db()
    assert (row.title, row.notes) == ("Phone", "Web, too")


def test_restored_server_brings_the_devices_back_without_losing_their_queue(open_device: Open, ann: User) -> None:
    phone = open_device("phone")
    phone.create("workout", {"title": "Before"})
    phone.sync()
    phone.create("workout", {"title": "Queued"})
    Head.objects.filter(user=ann).update(epoch=uuid4())
    report = phone.sync()
    assert report.healed == ["epoch_changed"]
    assert_equal(phone)
    assert titles(phone) == ["Before", "Queued"]


def test_child_pulled_without_its_parent_is_given_back_after_the_parent(open_device: Open, ann: User) -> None:
    """The exercise changed after it was made, so that it comes in a later page than its set."""
    phone, tablet = open_device("phone"), open_device("tablet")
    settle(phone, tablet)
    backup = backups.dump(ann)
    ids = log_workout(phone, as_id(make_canonical()), "Push")
    phone.sync()
    phone.update("exercise", ids["exercise"], {"notes": "warm"})
    phone.sync()
    tablet.store.set_limits(Limits(pull_page=2))
    tablet.pull()
    assert [len(tablet.list(entity)) for entity in ("workout", "exercise", "set")] == [1, 0, 1]
    backups.load(ann, backup)
    epochs.new_epoch(user=ann, at=timezone.now())
    tablet.sync()
    assert [item.reason.code for item in tablet.rejected()] == ["deferred"]
    settle(phone, tablet)
    assert_equal(phone, tablet)
    assert (list(tablet.rejected()), [one["reps"] for one in tablet.list("set")]) == ([], [8])
    assert not Mutation.objects.filter(status="deferred", settled_at=None).exists()


def test_device_behind_a_purge_takes_a_snapshot_and_keeps_its_queue(open_device: Open, ann: User) -> None:
    phone = open_device("phone")
    phone.sync()
    make(Workout, ann, title="Meanwhile")
    phone.create("workout", {"title": "Queued"})
    Head.objects.filter(user=ann).update(min_version=2)
    report = phone.sync()
    assert report.healed == ["resync_required"]
    assert_equal(phone)
    assert titles(phone) == ["Meanwhile", "Queued"]


@pytest.mark.parametrize("seed", range(4))
def test_random_lives_with_lost_answers_end_up_equal(open_device: Open, ann: User, seed: int) -> None:
    dice = random.Random(seed)
    losing = False

    def step(name: str) -> None:
        if (
            losing
            and name in {"push.answered", "pull.answered", "push.stored", "register.answered"}
            and dice.random() < 0.5
        ):
            raise LostAnswer

    devices = [open_device(name, step=step) for name in ("phone", "tablet", "watch")]
    bench = as_id(make_canonical())
    made: list[dict[str, str]] = []
    for _ in range(60):
        act(dice, dice.choice(devices), made, bench)
        if dice.random() < 0.2:
            losing = dice.random() < 0.6
            with suppress(LostAnswer):
                dice.choice(devices).sync()
    losing = False
    settle(*devices)
    assert_equal(*devices)
    written = LogEntry.objects.exclude(mutation_id=None).values_list("mutation_id", "entity", "record_id")
    assert len(written) == len(set(written))
    assert not Mutation.objects.filter(status="deferred").exists()
    assert not any(device.rejected() for device in devices)
    assert Conflict.objects.filter(user=ann).count() == len(devices[0].conflicts())


def act(dice: random.Random, device: Device, made: list[dict[str, str]], exercise_type: str) -> None:
    """Something that a user does, on what this device shows."""
    shown = [ids for ids in made if device.get("set", ids["set"]) and device.get("workout", ids["workout"])]
    ids = dice.choice(shown) if shown else None
    match dice.choice(["log", "set", "set", "title", "note", "delete set", "delete workout", "move"]):
        case "log":
            made.append(log_workout(device, exercise_type, f"{len(made)}"))
        case "set" if ids:
            device.update("set", ids["set"], {"reps": dice.randrange(20)})
        case "title" if ids:
            device.update("workout", ids["workout"], {"title": f"{dice.randrange(100)}"})
        case "note" if ids:
            device.update("set", ids["set"], {"notes": f"{dice.randrange(100)}"})
        case "delete set" if ids and dice.random() < 0.3:
            device.delete("set", ids["set"])
        case "delete workout" if ids and dice.random() < 0.5:
            device.delete("workout", ids["workout"])
        case "move" if ids and device.get("exercise", ids["exercise"]):
            device.update("exercise", ids["exercise"], {"workout": dice.choice(shown)["workout"]})
