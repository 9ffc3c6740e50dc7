"""What users have, as CSV: nothing is missing, and nothing is computed by the spreadsheet that opens it."""

import csv
import io
import tracemalloc
import zipfile
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from config.tests.contract import SchemaClient, check_error
from lib import wire
from lib.tests.factories import as_id, make, make_many
from sync.models import Record
from sync.services.states.tables import export_tables
from sync.tests.devices import Phone
from sync.tests.transfers import EXPORT, body_of
from training.models import Measurement, Workout

pytestmark = pytest.mark.django_db(transaction=True)

Table = list[dict[str, str]]


def tables_in(content: bytes) -> dict[str, Table]:
    with zipfile.ZipFile(io.BytesIO(content)) as zf:
        texts = {name: zf.read(name).decode("utf-8-sig") for name in zf.namelist()}
    return {
        name.removesuffix(".csv"): list(csv.DictReader(io.StringIO(text, newline=""))) for name, text in texts.items()
    }


def exported(api: SchemaClient) -> dict[str, Table]:
    return tables_in(body_of(api.get(EXPORT, {"format": "csv"})))


def test_tables_hold_every_live_record_field_by_field(api: SchemaClient, alice: User, bob: User) -> None:
    for entity in wire.entities():
        if entity.wire.creatable and not entity.wire.read_only:
            for user in (alice, bob):
                make(entity.model, user)
    found = exported(api)
    live = Record.objects.filter(user=alice, deleted=False)
    assert {row["id"] for rows in found.values() for row in rows} == {
        str(pk) for pk in live.values_list("id", flat=True)
    }
    assert set(found) == {entity.name for entity in wire.entities()}
    for entity in wire.entities():
        for row in found[entity.name]:
            assert list(row) == ["id", *entity.field_names, "last_modified_at", "deleted"]


def test_values_are_written_as_the_page_says(phone: Phone, api: SchemaClient) -> None:
    title = 'Legs, "heavy"\r\nand ünïcode'
    began = {"status": "in_progress", "started_at": "2026-03-01T10:00:00Z", "time_zone": "Europe/Berlin"}
    phone.create("workout", {"title": title, **began})
    (row,) = exported(api)["workout"]
    assert (row["title"], row["started_at"], row["time_zone"]) == (
        title,
        "2026-03-01T10:00:00.000000Z",
        "Europe/Berlin",
    )
    assert (row["planned_on"], row["deleted"], row["local_date"]) == ("", "false", "2026-03-01")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_is_a_formula(api: SchemaClient, phone: Phone, text: str) -> None:
    phone.create("workout", {"title": text, "notes": f"fine {text}"})
    (row,) = exported(api)["workout"]
    assert (row["title"], row["notes"]) == (f"'{text}", f"fine {text}")


def test_negative_number_stays_a_number(api: SchemaClient, phone: Phone) -> None:
    phone.create("set", {"exercise": phone.exercise(), "position": -1.5})
    assert exported(api)["set"][0]["position"] == "-1.5"


def test_retired_type_is_in_its_table(api: SchemaClient, phone: Phone, alice: User) -> None:
    own = phone.create("exercise_type", {"name": "Plank on a ball", "category": "strength"})
    phone.exercise(exercise_type=own)
    phone.one("delete", "exercise_type", own)
    assert [(row["id"], row["name"], row["deleted"]) for row in exported(api)["exercise_type"]] == [
        (own, "Plank on a ball", "true")
    ]


def test_log_is_no_table(api: SchemaClient) -> None:
    check_error(api.get(EXPORT, {"format": "csv", "log": "true"}), 400, "invalid", "log")
    check_error(api.get(EXPORT, {"format": "xml"}), 400, "invalid", "format")


def test_tables_of_all_say_whose_a_row_is(alice: User, bob: User, tmp_path: Path) -> None:
    rows = {as_id(make(Workout, user)): str(user.pk) for user in (alice, bob)}
    said = StringIO()
    call_command("export_csv", "--all", str(tmp_path / "all.zip"), stdout=said)
    found = tables_in((tmp_path / "all.zip").read_bytes())
    assert {row["id"]: row["user"] for row in found["workout"]} == rows
    assert list(found["workout"][0])[:2] == ["user", "id"]
    call_command("export_csv", "--user", alice.email, str(tmp_path / "one.zip"), stdout=said)
    assert [row["id"] for row in tables_in((tmp_path / "one.zip").read_bytes())["workout"]] == [
        pk for pk, user in rows.items() if user == str(alice.pk)
    ]
    assert (tmp_path / "one.zip").stat().st_mode & 0o077 == 0


def test_command_says_what_is_wrong(alice: User, tmp_path: Path) -> None:
    there = tmp_path / "there.zip"
    there.write_bytes(b"precious")
    with pytest.raises(CommandError, match="File exists"):
        call_command("export_csv", "--all", str(there))
    assert there.read_bytes() == b"precious"
    with pytest.raises(CommandError, match=r"no account nobody@example\.org"):
        call_command("export_csv", "--user", "nobody@example.org", str(tmp_path / "x.zip"))
    with pytest.raises(CommandError, match="one of the arguments --user --all is required"):
        call_command("export_csv", str(tmp_path / "x.zip"))


def test_large_table_is_never_in_memory(alice: User) -> None:
    notes = "x" * 1900
    make_many(Measurement, alice, 4000, notes=notes)  # 8 MB
    tracemalloc.start()
    with export_tables(user=alice, at=timezone.now()) as made:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert made.size > 0
    assert peak < 4_000_000
