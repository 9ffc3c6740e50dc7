"""Ids that follow from what there is once: these alone are used again, however long ago they were deleted."""

import pytest

from accounts.models import User
from config.tests.contract import SchemaClient
from lib.identity import derived_id
from sync.models import Purged
from sync.tests.devices import Phone
from sync.tests.test_retention import age, run

pytestmark = pytest.mark.django_db(transaction=True)


def test_id_that_follows_is_there_again_after_its_tombstone_left(phone: Phone, api: SchemaClient, alice: User) -> None:
    """What there is once may be made again, however long ago it was deleted."""
    rule = {"key": "evening-phone", "condition": "It is late."}
    record_id = str(derived_id(alice.pk, "mechanism", "evening-phone"))
    for again in ("push", "rest"):
        assert phone.one("create", "mechanism", record_id, rule)["status"] == "applied"
        assert phone.one("delete", "mechanism", record_id, base_version=phone.pull()["version"])["status"] == "applied"
        age(366)
        assert run().tombstones == 1, again
    assert phone.one("update", "mechanism", record_id, {"action": "Charge it."})["status"] == "conflict"
    assert api.post("/api/v1/mechanisms/", rule).json()["id"] == record_id
    assert Purged.objects.filter(user=alice).count() == 2  # for devices that were away
