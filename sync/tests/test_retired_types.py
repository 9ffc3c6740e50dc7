"""An exercise type that logs name outlives its deletion: whoever holds the log can read what was done."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from catalog.models import ExerciseType
from catalog.tests.factories import make_canonical
from config.tests.contract import SchemaClient, check_error
from lib.tests.factories import as_id
from lib.writes import Catalogue, writing
from sync.models import Record
from sync.services.upkeep.retention import purge
from sync.tests.devices import Json, Phone
from sync.tests.transfers import SNAPSHOT, body_of, counted, exported, imported, lines_of, unzipped

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/api/v1/exercise-types/"


def log_of(phone: Phone, name: str = "Zercher squat") -> tuple[str, str]:
    """A private type, and an exercise that names it."""
    private = phone.create("exercise_type", {"name": name})
    return private, phone.create("exercise", {"exercise_type": private})


def delete(phone: Phone, record_id: str, how: str) -> None:
    if how == "push":
        phone.one("delete", "exercise_type", record_id, base_version=phone.pull()["version"])
    elif how == "rest":
        assert phone.api.delete(f"{URL}{record_id}/").status_code == 204
    else:
        ExerciseType.objects.filter(pk=record_id).tombstone()


def change_of(phone: Phone, record_id: str, **query: Any) -> Json:
    page = phone.api.get("/api/v1/sync/pull", query).json()
    (found,) = [change for change in page["changes"] if change["id"] == record_id]
    return dict(found)


@pytest.mark.parametrize("how", ["push", "rest", "sql"])
@pytest.mark.parametrize("query", [{}, {"since": "2020-01-01T00:00:00Z"}])
def test_new_device_can_read_the_name_of_a_deleted_type(phone: Phone, how: str, query: Json) -> None:
    private, exercise = log_of(phone)
    delete(phone, private, how)
    change = change_of(phone, private, **query)
    assert (change["deleted"], change["data"]["name"]) == (True, "Zercher squat")
    assert phone.records()["exercise", exercise]["data"]["exercise_type"] == private


def test_log_that_comes_after_the_deletion_finds_the_name(phone: Phone, tablet: Phone) -> None:
    private = phone.create("exercise_type", {"name": "Zercher squat"})
    delete(phone, private, "push")
    result = tablet.one("create", "exercise", "0190b2a4-8f00-7000-8000-000000000002", {"exercise_type": private})
    assert result["status"] == "applied"
    assert change_of(tablet, private)["data"]["name"] == "Zercher squat"


def test_tombstone_of_anything_else_is_empty(phone: Phone) -> None:
    workout = phone.create("workout", {"title": "a mistake"})
    phone.one("delete", "workout", workout, base_version=phone.pull()["version"])
    assert change_of(phone, workout)["data"] is None


def test_purge_leaves_a_type_that_a_log_names(phone: Phone, alice: User) -> None:
    private, _ = log_of(phone)
    unused = phone.create("exercise_type", {"name": "never done"})
    for record_id in (private, unused):
        delete(phone, record_id, "push")
    purge(user=alice, at=timezone.now() + dt.timedelta(days=1000))
    assert not Record.objects.filter(id=unused).exists()
    assert change_of(phone, private)["data"]["name"] == "Zercher squat"


def test_rest_reads_a_retired_type_and_writes_it_no_more(api: SchemaClient, phone: Phone) -> None:
    private, _ = log_of(phone)
    assert api.get(f"{URL}{private}/").json()["deleted_at"] is None
    delete(phone, private, "rest")
    answer = api.get(f"{URL}{private}/").json()
    assert (answer["name"], answer["deleted_at"] is None) == ("Zercher squat", False)
    assert api.get(URL).json()["results"] == []
    check_error(api.patch(f"{URL}{private}/", {"name": "other"}), 404, "not_found")
    check_error(api.delete(f"{URL}{private}/"), 404, "not_found")


def test_stranger_reads_no_retired_type(bobs_api: SchemaClient, phone: Phone) -> None:
    private, _ = log_of(phone)
    delete(phone, private, "rest")
    check_error(bobs_api.get(f"{URL}{private}/"), 404, "not_found")


def test_restored_type_is_as_it_was(phone: Phone) -> None:
    private, _ = log_of(phone)
    delete(phone, private, "push")
    result = phone.one("restore", "exercise_type", private, base_version=phone.pull()["version"])
    assert (result["status"], result["record"]["data"]["name"]) == ("applied", "Zercher squat")


def test_whole_state_holds_retired_types(phone: Phone, api: SchemaClient) -> None:
    private, _ = log_of(phone)
    delete(phone, private, "push")
    begin, *records, end = lines_of(body_of(api.get(SNAPSHOT)))
    (line,) = [record for record in records if record["id"] == private]
    assert (line["deleted"], line["data"]["name"]) == (True, "Zercher squat")
    assert begin["count"] == end["count"] == len(records)
    assert "exercise_type" not in end["digest"], "the digest is of what is live"


def test_export_of_a_log_can_be_imported_elsewhere(
    phone: Phone, bobs_phone: Phone, api: SchemaClient, bobs_api: SchemaClient
) -> None:
    private, _ = log_of(phone)
    delete(phone, private, "push")
    file = exported(api)
    assert lines_of(unzipped(file)["records/exercise_type.ndjson"])[0]["deleted"] is True
    assert counted(imported(bobs_api, file)) == {"created": 2, "noop": 1}
    (exercise,) = [change for change in bobs_phone.records().values() if change["entity"] == "exercise"]
    change = change_of(bobs_phone, exercise["data"]["exercise_type"])
    assert (change["deleted"], change["data"]["name"]) == (True, "Zercher squat")
    assert counted(imported(bobs_api, file)) == {"noop": 3}, "the second import finds the first"


def test_replacement_by_a_state_in_which_a_type_was_retired_retires_it(phone: Phone, api: SchemaClient) -> None:
    private, _ = log_of(phone)
    delete(phone, private, "push")
    file = exported(api)
    phone.one("restore", "exercise_type", private, base_version=phone.pull()["version"])
    assert counted(imported(api, file, mode="replace"))["deleted"] == 1
    assert change_of(phone, private)["deleted"]


def test_retired_type_of_the_library_stays_readable(phone: Phone) -> None:
    row = make_canonical()
    phone.create("exercise", {"exercise_type": as_id(row)})
    with writing(user=Catalogue(), source="admin"):
        ExerciseType.objects.filter(pk=row.pk).update(status="draft")
    assert change_of(phone, as_id(row), scope="catalog")["data"]["name"] == row.name
