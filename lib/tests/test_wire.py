"""The wire: what a field looks like in a document, and that its two makers, SQL and Python, agree."""

import datetime as dt
import math
import re
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Settings, User
from accounts.tests.factories import settings_of
from catalog.models import ExerciseType
from lib import patches, wire
from lib.fields import SLUG_PATTERN, known_time_zones
from lib.models import OwnedModel
from lib.tests.factories import make, of_the_product
from sync.models import Conflict, Record
from training.domain.measurements import RANGES
from training.models import Exercise, Measurement, Set, Workout

WORKOUT, SET, MEASUREMENT = (wire.entity_of(model) for model in (Workout, Set, Measurement))
TYPE, SETTINGS = wire.entity_of(ExerciseType), wire.entity_of(Settings)
ID = "cafe0000-0000-4000-8000-000000000000"


def checked(entity: wire.Entity, name: str, value: Any) -> Any:
    return patches.check_patch(entity, {name: value})[name]


def problem(entity: wire.Entity, name: str, value: Any) -> str:
    with pytest.raises(patches.PatchError) as caught:
        patches.check_patch(entity, {name: value})
    assert list(caught.value.fields) == [name]
    code, detail = caught.value.fields[name]
    assert detail
    return code


# --- every kind of field ---


@pytest.mark.parametrize(
    ("entity", "name", "value", "canonical"),
    [
        (SET, "exercise", ID.upper(), ID),
        (SET, "exercise", ID.replace("-", ""), ID),
        (SET, "kind", "drop", "drop"),
        (SET, "typed_load_unit", "", ""),
        (SET, "reps", 8, 8),
        (SET, "reps", None, None),
        (SET, "position", 1, 1.0),
        (SET, "position", -0.5, -0.5),
        (SET, "load_kg", "82.5", "82.50"),
        (SET, "load_kg", "1e2", "100.00"),
        (SET, "load_kg", "-0", "0.00"),
        (SET, "load_kg", 82, "82.00"),
        (SET, "load_kg", 82.5, "82.50"),
        (SET, "tempo", "3-1-1-0", "3-1-1-0"),
        (SET, "notes", "Grüße 💪", "Grüße 💪"),
        (SET, "completed_at", "2026-03-01T10:00:00Z", "2026-03-01T10:00:00.000000Z"),
        (SET, "completed_at", "2026-03-01T12:00:00.031+02:00", "2026-03-01T10:00:00.031000Z"),
        (WORKOUT, "started_at", "1900-01-01T00:00:00Z", "1900-01-01T00:00:00.000000Z"),
        (WORKOUT, "planned_on", "2026-03-01", "2026-03-01"),
        (WORKOUT, "planned_on", None, None),
        (WORKOUT, "time_zone", "Europe/Berlin", "Europe/Berlin"),
        (SETTINGS, "notify_by_email", False, False),
        (SETTINGS, "equipment", ["rack", "barbell", "rack"], ["barbell", "rack"]),
        (TYPE, "names", {"de": "Bankdrücken"}, {"de": "Bankdrücken"}),
        (TYPE, "aliases", ["b", "a"], ["b", "a"]),
        (TYPE, "metadata_schema", {}, {}),
    ],
)
def test_value_becomes_canonical(entity: wire.Entity, name: str, value: Any, canonical: Any) -> None:
    found = checked(entity, name, value)
    assert (found, type(found)) == (canonical, type(canonical))
    assert checked(entity, name, found) == found


@pytest.mark.parametrize(
    ("entity", "name", "value", "code"),
    [
        (SET, "exercise", "x", "invalid"),
        (SET, "exercise", None, "invalid"),
        (SET, "exercise", 7, "invalid"),
        (SET, "kind", "mega", "invalid_choice"),
        (SET, "kind", None, "invalid"),
        (SET, "reps", -1, "out_of_range"),
        (SET, "reps", 10_001, "out_of_range"),
        (SET, "reps", 8.5, "invalid"),
        (SET, "reps", 8.0, "invalid"),
        (SET, "reps", "8", "invalid"),
        (SET, "reps", True, "invalid"),
        (SET, "reps", 2**70, "out_of_range"),
        (SET, "position", 1.1e9, "out_of_range"),
        (SET, "position", math.nan, "out_of_range"),
        (SET, "position", math.inf, "out_of_range"),
        (SET, "position", None, "invalid"),
        (SET, "load_kg", "-0.01", "out_of_range"),
        (SET, "load_kg", "10000.01", "out_of_range"),
        (SET, "load_kg", "82.555", "max_decimal_places"),
        (SET, "load_kg", "NaN", "out_of_range"),
        (SET, "load_kg", "Infinity", "out_of_range"),
        (SET, "load_kg", "1e1000000", "out_of_range"),
        (SET, "load_kg", "1e-1000000", "max_decimal_places"),
        (SET, "load_kg", "text", "invalid"),
        (SET, "tempo", "x" * 21, "invalid"),
        (SET, "tempo", "nul\0", "null_characters_not_allowed"),
        (SET, "notes", "x" * 2001, "max_length"),
        (SET, "notes", None, "invalid"),
        (SET, "completed_at", "2026-03-01T10:00:00", "invalid"),
        (SET, "completed_at", "2026-03-01", "invalid"),
        (SET, "completed_at", 1772359200, "invalid"),
        (WORKOUT, "started_at", "0001-01-01T00:00:00+01:00", "out_of_range"),
        (WORKOUT, "started_at", "9999-12-31T23:59:59-01:00", "out_of_range"),
        (WORKOUT, "planned_on", "2026-02-30", "invalid"),
        (WORKOUT, "planned_on", "2026-03-01T00:00:00Z", "invalid"),
        (WORKOUT, "time_zone", "Mars/Olympus", "invalid_time_zone"),
        (WORKOUT, "time_zone", "", "invalid"),
        (WORKOUT, "local_date", "2026-03-01", "read_only"),
        (WORKOUT, "user", ID, "unknown_field"),
        (WORKOUT, "id", ID, "unknown_field"),
        (WORKOUT, "deleted_at", None, "unknown_field"),
        (TYPE, "slug", "x", "unknown_field"),
        (TYPE, "status", "draft", "unknown_field"),
        (SETTINGS, "notify_by_email", 1, "invalid"),
        (SETTINGS, "equipment", ["Not A Slug"], "invalid"),
        (SETTINGS, "equipment", ["x" * 65], "invalid"),
        (SETTINGS, "equipment", [f"thing-{n}" for n in range(101)], "invalid"),
        (SETTINGS, "equipment", "barbell", "invalid"),
        (SETTINGS, "equipment", None, "invalid"),
        (TYPE, "name", "", "invalid"),
        (TYPE, "names", [], "invalid"),
        (TYPE, "names", {"de": "nul\0"}, "null_characters_not_allowed"),
        (TYPE, "aliases", {}, "invalid"),
        (TYPE, "aliases", ["x" * 20_000], "max_length"),
        (TYPE, "metadata_schema", {"type": "array"}, "invalid_schema"),
    ],
    ids=lambda value: value.name if isinstance(value, wire.Entity) else str(value)[:30],
)
def test_value_that_the_entity_does_not_allow_is_refused(entity: wire.Entity, name: str, value: Any, code: str) -> None:
    assert problem(entity, name, value) == code


def test_refusal_names_all_that_is_wrong_at_once() -> None:
    with pytest.raises(patches.PatchError) as caught:
        patches.check_patch(SET, {"reps": -1, "rpe": "11", "notes": "fine", "colour": "red"})
    assert {name: code for name, (code, _) in caught.value.fields.items()} == {
        "reps": "out_of_range", "rpe": "out_of_range", "colour": "unknown_field",
    }  # fmt: skip


@pytest.mark.parametrize("patch", [None, [], 7, "text", [["reps", 8]]])
def test_patch_that_is_no_object_is_refused(patch: Any) -> None:
    with pytest.raises(patches.PatchError) as caught:
        patches.check_patch(SET, patch)
    assert list(caught.value.fields) == ["patch"]


def test_patch_holds_what_it_names_alone() -> None:
    assert patches.check_patch(SET, {}) == {}
    assert patches.check_patch(SET, {"reps": None}) == {"reps": None}


def test_every_time_zone_that_is_accepted_is_known_to_the_database(db: None) -> None:
    from django.db import connection  # noqa: PLC0415 - the one test that asks the server itself

    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_timezone_names")
        known = {name for (name,) in cursor.fetchall()}
    assert known_time_zones() - known == set()


# --- laws, over every entity ---


@cache  # a strategy takes longer to make than to draw from
def values_of(field: wire.WireField) -> st.SearchStrategy[Any]:
    """Wire values that the field allows, in all the ways in which a client may write them."""
    some = _values_of(field)
    return some | st.none() if field.field.null else some


def _values_of(field: wire.WireField) -> st.SearchStrategy[Any]:  # noqa: PLR0912 - a table
    source: Any = field.field
    text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=source.max_length or 50)
    match type(source).__name__:
        case "OwnedForeignKey" | "ForeignKey" | "UUIDField":
            return st.uuids().map(str)
        case "EnumField":
            return st.sampled_from(source.values)
        case "TimeZoneField":
            return st.sampled_from([*(("",) if source.blank else ()), *sorted(known_time_zones())])
        case "BooleanField":
            return st.booleans()
        case "BoundedIntegerField":
            return st.integers(source.min_value, source.max_value)
        case "BoundedFloatField":
            return st.floats(source.min_value, source.max_value) | st.integers(-5, 5)
        case "BoundedDecimalField":
            return st.decimals(source.min_value, source.max_value, places=source.decimal_places).map(str)
        case "MomentField":
            zones = st.sampled_from(
                [dt.UTC, dt.timezone(dt.timedelta(hours=5, minutes=45)), dt.timezone(-dt.timedelta(hours=11))]
            )
            return st.datetimes(dt.datetime(1900, 1, 3), dt.datetime(2199, 12, 29), timezones=zones).map(
                lambda at: at.isoformat()
            )
        case "DateField":
            return st.dates().map(lambda day: day.isoformat())
        case "SlugSetField":
            return st.lists(
                st.from_regex(SLUG_PATTERN, fullmatch=True).filter(lambda slug: len(slug) <= 64),
                max_size=source.max_size,
            )
        case "JsonField":
            says_more = len(source.validators) > 1 or source.shape == "object"
            return st.just(source.get_default()) if says_more else st.lists(text, max_size=3)
        case "PatternField":
            return st.from_regex(source.whole_pattern, fullmatch=True).filter(
                lambda text: len(text) <= source.max_length
            )
        case "NoteField" | "CharField" | "TextField":
            return text if source.blank else text.filter(bool)
    raise AssertionError(f"Say in this test which values {field.name} may have.")


@cache
def patches_of(entity: wire.Entity) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={field.name: values_of(field) for field in entity.writable})


WRITABLE = [entity for entity in wire.entities() if not entity.wire.read_only]


@pytest.mark.parametrize("entity", WRITABLE, ids=lambda entity: entity.name)
@settings(max_examples=40, deadline=None, database=None, derandomize=True)
@given(data=st.data())
def test_checked_patch_passes_again_unchanged(entity: wire.Entity, data: st.DataObject) -> None:
    checked_once = patches.check_patch(entity, data.draw(patches_of(entity)))
    assert patches.check_patch(entity, checked_once) == checked_once
    assert orjson.loads(orjson.dumps(checked_once)) == checked_once


@pytest.mark.parametrize("entity", WRITABLE, ids=lambda entity: entity.name)
def test_defaults_pass_the_check_that_they_stand_in_for(entity: wire.Entity) -> None:
    defaults = {field.name: field.default() for field in entity.writable if not field.required}
    assert patches.check_patch(entity, defaults) == defaults


# --- the document, as SQL renders it ---


def document(row: OwnedModel) -> dict[str, Any]:
    entity = wire.entity_of(type(row))
    found: dict[str, Any] = orjson.loads(Record.objects.get(entity=entity.code, id=row.pk).data)
    return found


FULL_SET = {
    "position": 1e-7, "kind": "rest_pause", "target_reps": 0, "target_max_reps": 10_000, "target_load_kg": "0.00",
    "target_typed_load": "0.000", "target_typed_load_unit": "kg", "target_percentage": "0.01",
    "target_reference": "one_rep_max", "target_rpe": "1.0", "target_rir": "0.0", "target_duration_s": 0,
    "target_distance_m": "0.00", "reps": 10_000, "load_kg": "10000.00",
    "typed_load": "22046.226", "typed_load_unit": "lb", "rpe": "10.0", "rir": "0.5", "duration_s": 604_800,
    "distance_m": "2000000.00", "rest_s": 0, "tempo": '"\\/\b', "completed_at": "2026-03-01T10:00:00.000001Z",
    "notes": "line\nbreak \u2028 💪 <b> \x7f", "side": "right", "metadata": {"ä": [1.5, None], "b": {"c": "💪"}},
}  # fmt: skip


def test_document_of_a_full_row_is_what_was_written(alice: User) -> None:
    row = make(Set, alice, **FULL_SET)
    assert document(row) == FULL_SET | {"exercise": str(row.exercise_id)}


def test_document_of_an_empty_row_holds_the_defaults(alice: User) -> None:
    row = make(Workout, alice, title="")
    assert document(row) == {field.name: field.default() for field in WORKOUT.writable} | {"local_date": None}


def test_document_passes_the_check_of_its_own_entity(alice: User) -> None:
    rows = [make(model, alice) for model in (Workout, Exercise, Set, Measurement, ExerciseType)] + [settings_of(alice)]
    for row in rows:
        entity = wire.entity_of(type(row))
        written = {name: value for name, value in document(row).items() if not entity.by_name[name].read_only}
        assert patches.check_patch(entity, written) == written


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kathmandu"])
def test_document_does_not_depend_on_the_zone_of_the_session(alice: User, zone: str) -> None:
    from django.db import connection  # noqa: PLC0415 - the one test that changes the session

    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('TimeZone', %s, TRUE), set_config('DateStyle', 'SQL, DMY', TRUE)", [zone])
        cursor.execute(
            "SELECT set_config('extra_float_digits', '-10', TRUE), set_config('IntervalStyle', 'iso_8601', TRUE)"
        )
    row = Workout.objects.create(
        user=alice,
        status="in_progress",
        started_at=dt.datetime(2026, 3, 1, 23, 30, tzinfo=dt.UTC),
        planned_on=dt.date(2026, 3, 2),
    )
    found = document(row)
    assert (found["started_at"], found["planned_on"], found["local_date"]) == (
        "2026-03-01T23:30:00.000000Z", "2026-03-02", "2026-03-01",
    )  # fmt: skip


@settings(max_examples=25, deadline=None, database=None, derandomize=True)
@given(patch=patches_of(MEASUREMENT))
@pytest.mark.django_db
def test_document_of_any_measurement_is_the_checked_patch(patch: dict[str, Any]) -> None:
    user = User.objects.filter(email="any@example.org").first() or User.objects.create_user("any@example.org")
    values = patches.check_patch(
        MEASUREMENT, {"kind": "hrv", "value": "1", "measured_at": "2026-03-01T00:00:00Z", **patch}
    )
    possible = RANGES[values["kind"]]
    values["value"] = (
        values["value"] if possible.low <= Decimal(values["value"]) <= possible.high else f"{possible.low:.3f}"
    )
    row = Measurement(id=uuid4(), user=user, **values)
    row.save(force_insert=True)
    found = document(row)
    assert {name: found[name] for name in values} == values


# --- entities ---


def test_entities_come_parents_first() -> None:
    seen: set[Any] = set()
    for entity in wire.entities():
        for field in entity.references:
            assert field.target in seen | {entity.model}, f"{entity.name}.{field.name}"
        seen.add(entity.model)


def test_names_on_the_wire_are_snake_case() -> None:
    names = [entity.name for entity in of_the_product(wire.entities())]
    assert {"exercise_type", "workout", "set", "template_exercise"} <= set(names)
    assert [name for name in names if not re.fullmatch(r"[a-z]+(_[a-z]+)*", name)] == []


def test_internal_columns_stay_on_the_server() -> None:
    assert {"slug", "status", "replaced_by", "search"} & set(TYPE.field_names) == set()
    assert {"user", "created_at", "updated_at", "deleted_at", "id"} & set(TYPE.field_names) == set()


def test_required_is_what_has_neither_default_nor_null() -> None:
    required = {entity.name: [field.name for field in entity.writable if field.required] for entity in wire.entities()}
    assert required["exercise_type"] == ["name"]
    assert required["exercise"] == ["exercise_type"]
    assert required["set"] == ["exercise"]
    assert required["measurement"] == ["kind", "value", "measured_at"]
    assert required["workout"] == required["settings"] == []


def test_rows_that_hang_on_others_say_so() -> None:
    assert [field.name for field in SET.parents] == ["exercise"]
    assert [field.name for field in wire.entity_of(Exercise).parents] == ["workout"]
    assert WORKOUT.parents == wire.entity_of(Conflict).parents == ()


def test_model_without_a_wire_is_no_entity() -> None:
    with pytest.raises(TypeError, match=r"User is owned by users but has no `wire = Wire"):
        wire.entity_of(User)


def test_default_of_a_decimal_is_text() -> None:
    share = TYPE.by_name["bodyweight_share"]
    assert (share.default(), share.to_wire(Decimal("0.5"))) == ("0.00", "0.50")
    assert SET.by_name["exercise"].to_wire(UUID(ID)) == ID
