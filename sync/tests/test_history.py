"""A field was renamed: what the server remembers of it takes the step that patches of older apps take."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.db import connection
from django.db.migrations.exceptions import IrreversibleError
from django.db.migrations.loader import MigrationLoader

from accounts.models import User
from config.tests.contract import SchemaClient
from lib import history
from lib.operations import RenderAgain
from lib.upcasting import UPCASTERS, UpcastError, upcast_losses, upcast_registers
from sync.models import Conflict, Head, LogEntry, Purged, Record
from sync.tests.devices import Json, Phone, ago
from sync.tests.test_resolving import decide, field_conflict, stands, status_of
from sync.tests.transfers import imported, record_line, snapshot_lines
from training.models import Set

pytestmark = pytest.mark.django_db(transaction=True)
OF_BEFORE = """
    UPDATE sync_log SET before = replace(before, '"reps"', '"repetitions"'), patch = replace(patch, '"reps"', '"repetitions"');
    UPDATE sync_record SET data = replace(data, '"reps"', '"repetitions"');
    UPDATE sync_conflict SET fields = replace(fields::text, '"reps"', '"repetitions"')::jsonb;
"""


def renamed(patch: Json) -> Json:
    """Once, the `reps` of a set were called repetitions."""
    if "repetitions" in patch:
        patch["reps"] = patch.pop("repetitions")
    return patch


@pytest.fixture(autouse=True)
def step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(UPCASTERS, ("set", 1), renamed)


def remember_the_old_name() -> None:
    """What the tables held before the release that renamed the field."""
    with connection.cursor() as cursor:
        cursor.execute(OF_BEFORE)


def migrate() -> None:
    state = MigrationLoader(connection).project_state()
    with connection.schema_editor() as editor:
        RenderAgain("Set", from_schema=1).database_forwards("training", editor, state, state)


def test_rival_that_wrote_under_the_old_name_is_met(phone: Phone, tablet: Phone) -> None:
    record = phone.create("set", {"exercise": phone.exercise(), "reps": 5})
    base = phone.records()["set", record]["version"]
    phone.one("update", "set", record, {"reps": 6}, base_version=base)
    remember_the_old_name()
    migrate()
    result = tablet.one("update", "set", record, {"reps": 4}, base_version=base)
    assert result["status"] == "conflict"
    (loss,) = Conflict.objects.get().fields
    assert (loss["name"], loss["base"], loss["lost"]["value"], loss["kept"]["value"]) == ("reps", 5, 6, 4)


def test_value_that_lost_under_the_old_name_can_be_used(phone: Phone, tablet: Phone) -> None:
    record, conflict, base = field_conflict(phone, tablet)
    remember_the_old_name()
    cursor = tablet.pull()["cursor"]
    migrate()
    told = {change["id"]: change["data"] for change in tablet.pull(cursor)["changes"]}
    assert [loss["name"] for loss in told[conflict]["fields"]] == ["reps"]
    assert (record in told, told[record]["reps"]) == (True, 4)
    result = phone.push(decide(phone, conflict, "use_lost", base_version=base))[0]
    assert (result["status"], result["conflict_ids"], stands(tablet, "set", record)["reps"]) == ("merged", [], 6)
    assert status_of(tablet, conflict) == ("resolved", "use_lost")


def test_decision_under_the_old_name_is_met_by_another(phone: Phone, tablet: Phone) -> None:
    record, conflict, base = field_conflict(phone, tablet)
    late = decide(tablet, conflict, "custom", {"reps": 9}, base_version=base, at=ago(0))
    phone.pull()
    phone.push(decide(phone, conflict, "custom", {"reps": 7}, base_version=base))
    remember_the_old_name()
    migrate()
    result = tablet.push(late)[0]
    assert (result["status"], stands(tablet, "set", record)["reps"]) == ("conflict", 7)
    (loss,) = Conflict.objects.exclude(pk=conflict).get().fields
    assert (loss["name"], loss["lost"]["value"]) == ("reps", 9)
    chosen = [
        orjson.loads(line.patch)["_chosen"]
        for line in LogEntry.objects.filter(record_id=conflict, op="U")
        if line.patch
    ]
    assert chosen == [{"reps": 7}]


def test_what_a_mutation_did_not_win_is_told_anew(phone: Phone, tablet: Phone) -> None:
    record = phone.create("set", {"exercise": phone.exercise(), "reps": 5})
    base = phone.records()["set", record]["version"]
    older = tablet.mutation("update", "set", record, {"reps": 4, "notes": "Slow"}, base_version=base, at=ago(0))
    phone.pull()
    phone.one("update", "set", record, {"reps": 6}, base_version=base)
    tablet.push(older)
    before = {line.pk: (line.before, line.patch) for line in LogEntry.objects.filter(record_id=record)}
    assert any('"_lost"' in (patch or "") for _, patch in before.values())
    remember_the_old_name()
    history_of = LogEntry.objects.filter(record_id=record).exclude(source="migration")
    assert any('"repetitions"' in (line.patch or "") for line in history_of)
    migrate()
    after = {line.pk: (line.before, line.patch) for line in history_of.all()}
    assert _read(after) == _read(before)


def test_history_is_told_in_small_pieces_and_only_once(
    phone: Phone, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "ROWS_PER_CHUNK", 2)
    exercise = phone.exercise()
    for reps in range(5):
        phone.create("set", {"exercise": exercise, "reps": reps})
    remember_the_old_name()
    migrate()
    lines = list(LogEntry.objects.filter(entity=50).values_list("record_id", "version", "before", "patch"))
    assert not any("repetitions" in text for line in lines for text in line[2:] if text)
    assert {orjson.loads(patch)["reps"] for *_, patch in lines if patch and "reps" in patch} == set(range(5))
    version = Head.objects.get(user=alice).version
    migrate()
    assert list(LogEntry.objects.filter(entity=50).values_list("record_id", "version", "before", "patch")) == lines
    assert Head.objects.get(user=alice).version == version


def test_value_of_a_field_that_is_no_more_is_not_used_in_part(
    phone: Phone, tablet: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dropped(patch: Json) -> Json:
        patch.pop("repetitions", None)
        return patch

    record = phone.create("set", {"exercise": phone.exercise(), "reps": 5})
    base = phone.pull()["version"]
    phone.one("update", "set", record, {"reps": 6, "notes": "slow"}, base_version=base)
    (conflict,) = tablet.one("update", "set", record, {"reps": 4, "notes": "fast"}, base_version=base)["conflict_ids"]
    remember_the_old_name()
    monkeypatch.setitem(UPCASTERS, ("set", 1), dropped)
    migrate()
    result = phone.push(decide(phone, conflict, "use_lost", base_version=base))[0]
    assert (result["status"], result["error"]["code"]) == ("rejected", "not_allowed")
    assert {field["lost"]["value"] for field in Conflict.objects.get().fields} == {6, "slow"}
    assert phone.push(decide(phone, conflict, "keep", base_version=base))[0]["status"] == "applied"


def test_conflict_about_a_record_that_is_no_more_is_told_too(phone: Phone, tablet: Phone) -> None:
    record, conflict, _ = field_conflict(phone, tablet)
    remember_the_old_name()
    Set.objects.filter(pk=record).delete()
    Record.objects.filter(id=record).delete()
    Purged.objects.create(entity=50, id=record, user=Conflict.objects.get().user, version=1)
    migrate()
    assert Conflict.objects.get(pk=conflict).fields[0]["name"] == "reps"


def test_other_entities_keep_their_words(phone: Phone) -> None:
    phone.create("workout", {"title": '"reps"', "notes": "reps"})
    before = list(LogEntry.objects.filter(entity=30).values())
    migrate()
    assert list(LogEntry.objects.filter(entity=30).values()) == before


def test_step_that_stumbles_says_over_what(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    record = phone.create("set", {"exercise": phone.exercise(), "reps": 5})

    def careless(patch: Json) -> Json:
        return {"reps": patch["repetitions"]}

    monkeypatch.setitem(UPCASTERS, ("set", 1), careless)
    with pytest.raises(UpcastError) as raised:
        migrate()
    assert record in raised.value.__notes__[0]


def test_conflict_that_nobody_can_read_stays_as_it_is(phone: Phone, tablet: Phone) -> None:
    _, conflict, _ = field_conflict(phone, tablet)
    Conflict.objects.update(fields=[{"name": "reps"}, 5])
    migrate()
    assert Conflict.objects.get(pk=conflict).fields == [{"name": "reps"}, 5]


def test_history_knows_no_way_back() -> None:
    operation = RenderAgain("Set", from_schema=1)
    assert operation.deconstruct() == ("RenderAgain", ["Set"], {"from_schema": 1})
    assert operation.describe() == "Render the documents of Set again, and take its history from schema version 1"
    state = MigrationLoader(connection).project_state()
    with connection.schema_editor() as editor, pytest.raises(IrreversibleError, match="no way back"):
        operation.database_backwards("training", editor, state, state)


# --- what a step makes of what is remembered ---


def loss(name: str, lost: Any, kept: Any, base: Any = None) -> Json:
    since = {"at": "2026-01-01T00:00:00.000000Z", "device_id": None, "mutation_id": None}
    return {"name": name, "base": base, "kept": {"value": kept, **since}, "lost": {"value": lost, **since}}


def split(patch: Json) -> Json:
    if "tempo" in patch:
        down, up = (patch.pop("tempo") or "-").split("-")
        patch |= {"down": down, "up": up}
    return patch


def test_registers_of_the_log_are_no_fields_and_hold_some() -> None:
    registers = {"_deleted": False, "repetitions": 5, "_lost": {"repetitions": 4, "_deleted": False}, "_voices": [[1]]}
    assert upcast_registers(registers, renamed) == {
        "_deleted": False, "reps": 5, "_lost": {"reps": 4, "_deleted": False}, "_voices": [[1]],
    }  # fmt: skip
    assert registers["repetitions"] == 5


def test_field_that_was_split_lost_in_each_of_its_parts() -> None:
    assert upcast_losses([loss("tempo", "3-1", "2-2", "1-1")], split) == [
        loss("down", "3", "2", "1"),
        loss("up", "1", "2", "1"),
    ]


def in_grams(patch: Json) -> Json:
    load = patch.pop("load_kg", None)
    return patch if load is None else {**patch, "load_g": int(Decimal(load) * 1000)}


def test_value_that_was_cleared_lost_under_the_new_name_too() -> None:
    assert upcast_losses([loss("load_kg", None, 80)], in_grams) == [loss("load_g", None, 80_000)]


def test_value_that_nobody_knows_is_no_patch() -> None:
    """Of what a deletion took away, a conflict knows no value that stands; no step needs to bear that."""

    def loud(patch: Json) -> Json:
        return {"sort": patch.pop("kind").upper()}

    assert upcast_losses([loss("kind", "drop", None)], loud) == [loss("sort", "DROP", None)]


def test_value_that_a_step_drops_keeps_its_name_beside_one_that_stays() -> None:
    def known(patch: Json) -> Json:
        return {"feeling": patch["mood"]} if patch["mood"] in ("good", "bad") else {}

    assert upcast_losses([loss("mood", "meh", "good")], known) == [loss("mood", "meh", "good")]
    assert upcast_losses([loss("mood", "good", "meh")], known) == [loss("feeling", "good", None)]


def test_loss_of_a_field_that_is_no_more_keeps_its_name() -> None:
    def dropped(patch: Json) -> Json:
        patch.pop("mood", None)
        return patch

    assert upcast_losses([loss("mood", 3, 4)], dropped) == [loss("mood", 3, 4)]


def test_deletion_that_lost_is_no_field() -> None:
    assert upcast_losses([loss("deleted", lost=True, kept=False)], split) == [loss("deleted", lost=True, kept=False)]


def _read(lines: Any) -> Any:
    return {key: tuple(text and orjson.loads(text) for text in texts) for key, texts in lines.items()}


# --- of files ---


def test_conflict_of_an_older_file_is_told_in_todays_words(api: SchemaClient, phone: Phone) -> None:
    record = phone.create("set", {"exercise": phone.exercise(), "reps": 4})
    content = conflict_about(record, loss("repetitions", 6, 4, 5), loss("notes", "heavy", ""))
    imported(api, snapshot_lines(record_line("conflict", content), schema_version=1))
    conflict = str(Conflict.objects.get().pk)
    phone.push(decide(phone, conflict, "use_lost", base_version=phone.pull()["version"]))
    data = stands(phone, "set", record)
    assert (data["reps"], data["notes"], status_of(phone, conflict)) == (6, "heavy", ("resolved", "use_lost"))


def test_conflict_of_a_file_stops_no_migration(
    api: SchemaClient, phone: Phone, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A file may bring any value."""
    content = conflict_about(str(uuid4()), loss("load_kg", ["a"], "NaN"))
    imported(api, snapshot_lines(record_line("conflict", content)))
    monkeypatch.setitem(UPCASTERS, ("set", 1), in_grams)
    migrate()
    assert Conflict.objects.get().fields == content["fields"]
    assert f"The conflict {Conflict.objects.get().pk} keeps the old names" in caplog.text


def conflict_about(record: str, *losses: Json) -> Json:
    facts = {"kind": "field", "status": "open", "entity": "set", "record_id": record, "record_version": 1}
    return facts | {"fields": list(losses)}
