"""The digests: kept with the records by whatever changes them, and proved by a command."""

from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from catalog.tests.factories import make_canonical
from config.tests.contract import SchemaClient
from lib.shared import CATALOGUE
from lib.tests.factories import make
from lib.writes import writing
from sync.domain.lifetimes import TOMBSTONE
from sync.models import Digest, Record
from sync.services.upkeep.digests import wrong_digests
from sync.services.upkeep.retention import purge
from sync.tests.devices import STATUS, Phone
from sync.tests.test_pull import digest_of
from training.models import Set, Workout

pytestmark = pytest.mark.django_db(transaction=True)


def live(user: User) -> dict[int, int]:
    return dict(Digest.objects.filter(user=user, records__gt=0).values_list("entity", "records"))


def test_digests_follow_every_way_of_writing(phone: Phone, api: SchemaClient, alice: User) -> None:
    exercise = phone.exercise()
    sets = [phone.create("set", {"exercise": exercise, "reps": 5}) for _ in range(3)]
    phone.push(phone.mutation("update", "set", sets[0], {"reps": 6}), phone.mutation("delete", "set", sets[1]))
    phone.one("restore", "set", sets[1])
    assert api.patch(f"/api/v1/sets/{sets[2]}/", {"reps": 7}).status_code == 200
    make(Set, alice, exercise=exercise)  # as SQL does
    with writing(user=alice, source="admin"):
        Workout.objects.filter(user=alice).tombstone()
    assert wrong_digests() == []
    assert live(alice).keys() == set(Record.objects.filter(user=alice, deleted=False).values_list("entity", flat=True))


def test_digests_outlive_a_purge_and_go_with_their_account(phone: Phone, alice: User) -> None:
    phone.create("workout")
    phone.one("delete", "workout", phone.create("workout"))
    assert purge(at=timezone.now() + TOMBSTONE).tombstones == 1
    assert wrong_digests() == []
    alice.delete()
    assert not Digest.objects.filter(user_id=phone.id).exists()
    assert wrong_digests() == []


def test_digests_of_the_catalogue_are_kept_too(alice: User) -> None:
    make_canonical("plank")
    make_canonical("dip").delete()
    assert wrong_digests() == []
    assert Digest.objects.filter(user_id=CATALOGUE).exists()


def test_wrong_digest_is_found_and_repaired(phone: Phone, alice: User) -> None:
    phone.create("workout")
    good = set(Digest.objects.values_list())
    Digest.objects.filter(user=alice).update(records=77)
    said = StringIO()
    with pytest.raises(CommandError, match="--repair"):
        call_command("check_digests", stdout=said)
    assert f"Wrong: workout of {alice.pk}" in said.getvalue()
    call_command("check_digests", "--repair", stdout=said)
    assert set(Digest.objects.values_list()) == good
    call_command("check_digests", stdout=said)
    assert said.getvalue().endswith("All digests say what the records say.\n")


def test_digest_of_what_was_never_kept_is_made(phone: Phone, alice: User) -> None:
    phone.create("workout")
    Digest.objects.all().delete()
    call_command("check_digests", "--repair", stdout=StringIO())
    assert wrong_digests() == []
    assert live(alice)


def test_status_reads_no_records(phone: Phone) -> None:
    """So that its cost does not grow with the years."""
    phone.create("workout")
    with CaptureQueriesContext(connection) as asked:
        phone.api.get(STATUS)
    assert len(asked) > 0
    assert not [query for query in asked.captured_queries if "sync_record" in query["sql"]]


def test_sum_is_that_of_the_page_however_many_come_at_once(phone: Phone) -> None:
    """Marks are signed in the database: the sum of some of them lies far outside of 64 bits."""
    for number in (1, 40, 7):
        phone.push(*[phone.mutation("create", "workout", str(uuid4()), {}) for _ in range(number)])
        told = phone.api.get(STATUS, {"entities": "workout"}).json()["digest"]
        changes, _ = phone.pull_all()
        assert told == digest_of([change for change in changes if change["entity"] == "workout"])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sync_digest SET total = total - 5 * power(2::numeric, 64) WHERE entity = 30")
    assert phone.api.get(STATUS, {"entities": "workout"}).json()["digest"] == told
