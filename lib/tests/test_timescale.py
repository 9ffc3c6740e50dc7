"""The database engine on both kinds of server: the same models, the same answers. Which kind this is, the connection says."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.apps.registry import Apps
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, connection, models, transaction
from timescale.db.models.fields import TimescaleDateTimeField

from accounts.models import User
from lib.tests.factories import make
from lib.timescale.functions import TimeBucket
from training.models import Measurement

Connection: Any = connection
START = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def sample_model() -> Any:
    """A table as the sensors will have: wide keys, the time among them."""

    class Sample(models.Model):
        pk = models.CompositePrimaryKey("series", "time")
        series = models.UUIDField()
        time = TimescaleDateTimeField(interval="7 days")
        value = models.FloatField()

        class Meta:
            app_label = "lib"
            apps = Apps()
            db_table = "lib_test_sample"

    return Sample


@pytest.fixture
def sample(db: None) -> Any:
    model = sample_model()
    with connection.schema_editor() as editor:
        editor.create_model(model)
    return model  # the table goes with the test's transaction


def key_columns(table: str) -> list[str]:
    """Of the primary key, in its order."""
    with connection.cursor() as cursor:
        return connection.introspection.get_primary_key_columns(cursor, table) or []


def hypertables() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT hypertable_name FROM timescaledb_information.hypertables")
        return {name for (name,) in cursor.fetchall()}


# --- tables ---


def test_table_keeps_its_primary_key(sample: Any) -> None:
    assert key_columns("lib_test_sample") == ["series", "time"]


def test_table_is_a_hypertable_where_the_server_can(sample: Any) -> None:
    if Connection.has_timescaledb:
        assert "lib_test_sample" in hypertables()
    else:
        with connection.cursor() as cursor:
            cursor.execute("SELECT relkind FROM pg_class WHERE relname = 'lib_test_sample'")
            assert cursor.fetchall() == [("r",)]


def test_upsert_keeps_one_row_a_key(sample: Any) -> None:
    series = uuid4()

    def write(value: float) -> None:
        rows = [sample(series=series, time=START + dt.timedelta(days=n), value=value) for n in range(30)]
        sample.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["series", "time"], update_fields=["value"]
        )

    write(1.0)
    write(2.0)
    assert set(sample.objects.values_list("value", flat=True)) == {2.0}
    assert sample.objects.count() == 30


def test_same_key_twice_is_refused(sample: Any) -> None:
    series = uuid4()
    sample.objects.create(series=series, time=START, value=1.0)
    with pytest.raises(IntegrityError), transaction.atomic():
        sample.objects.create(series=series, time=START, value=2.0)


def test_row_is_found_by_its_key(sample: Any) -> None:
    series = uuid4()
    sample.objects.create(series=series, time=START, value=1.0)
    assert sample.objects.get(pk=(series, START)).value == 1.0


def test_time_column_that_is_added_later_makes_the_table_no_hypertable_without_its_key(db: None) -> None:
    class Plain(models.Model):
        value = models.FloatField()

        class Meta:
            app_label = "lib"
            apps = Apps()
            db_table = "lib_test_plain"

    field = TimescaleDateTimeField(interval="7 days", default=START)
    field.set_attributes_from_name("time")
    field.model = Plain
    with connection.schema_editor() as editor:
        editor.create_model(Plain)
        if Connection.has_timescaledb:
            with pytest.raises(ImproperlyConfigured, match="primary key must hold 'time'"):
                editor.add_field(Plain, field)
        else:
            editor.add_field(Plain, field)
    assert key_columns("lib_test_plain") == ["id"]


def test_key_without_the_time_is_refused_where_it_matters(db: None) -> None:
    class Keyless(models.Model):
        time = TimescaleDateTimeField(interval="7 days")

        class Meta:
            app_label = "lib"
            apps = Apps()
            db_table = "lib_test_keyless"

    if Connection.has_timescaledb:
        with (
            pytest.raises(ImproperlyConfigured, match=r"lib\.Keyless: the primary key must hold 'time'"),
            connection.schema_editor() as editor,
        ):
            editor.create_model(Keyless)
    else:
        with connection.schema_editor() as editor:
            editor.create_model(Keyless)
        assert key_columns("lib_test_keyless") == ["id"]


def test_width_of_chunks_can_be_changed(sample: Any) -> None:
    old, new = sample._meta.get_field("time"), TimescaleDateTimeField(interval="1 day")
    new.set_attributes_from_name("time")
    new.model = sample
    with connection.schema_editor() as editor:
        editor.alter_field(sample, old, new)
    if Connection.has_timescaledb:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT time_interval FROM timescaledb_information.dimensions WHERE hypertable_name = 'lib_test_sample'"
            )
            assert cursor.fetchone() == (dt.timedelta(days=1),)


# --- the connection ---


def test_connection_knows_its_server_and_asks_once(db: None, django_assert_num_queries: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_extension WHERE extname = 'timescaledb'")
        enabled = cursor.fetchone() == (1,)
    assert Connection.has_timescaledb is enabled
    with django_assert_num_queries(0):
        assert Connection.has_timescaledb is enabled


@pytest.mark.parametrize("mode", ["auto", "off"])
def test_server_is_taken_as_it_is(db: None, settings: Any, mode: str) -> None:
    settings.TIMESCALEDB = mode
    before = Connection.has_timescaledb
    Connection.prepare_database()
    assert Connection.has_timescaledb is before


def test_server_without_the_extension_is_refused_where_it_is_required(db: None, settings: Any) -> None:
    settings.TIMESCALEDB = "required"
    if Connection.has_timescaledb:
        Connection.prepare_database()
    else:
        with pytest.raises(ImproperlyConfigured, match="TIMESCALEDB=required"):
            Connection.prepare_database()


# --- buckets ---


def day_of(local: dt.datetime) -> dt.datetime:
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


STARTS: dict[str, Callable[[dt.datetime], dt.datetime]] = {
    "1 day": day_of,
    "1 week": lambda local: day_of(local) - dt.timedelta(days=local.weekday()),
    "1 month": lambda local: day_of(local).replace(day=1),
    "3 months": lambda local: day_of(local).replace(day=1, month=(local.month - 1) // 3 * 3 + 1),
    "1 year": lambda local: day_of(local).replace(day=1, month=1),
}
CHANGES = {  # the days around which the clocks change in 2026
    "Europe/Berlin": [dt.date(2026, 3, 29), dt.date(2026, 10, 25)],
    "America/New_York": [dt.date(2026, 3, 8), dt.date(2026, 11, 1)],
    "UTC": [dt.date(2026, 1, 1)],
}


def expected(time: dt.datetime, width: str, zone: str) -> dt.datetime:
    """Where Python sees the bucket start: by the wall clock, whatever its offset was then."""
    local = time.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return STARTS[width](local).replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)


@pytest.mark.parametrize("width", STARTS)
@pytest.mark.parametrize("zone", CHANGES)
def test_buckets_start_by_the_wall_clock(alice: User, zone: str, width: str) -> None:
    times = [
        dt.datetime.combine(day, dt.time(), dt.UTC) + dt.timedelta(hours=hours, minutes=30 * (hours % 2))
        for day in CHANGES[zone]
        for hours in range(-50, 75)
    ]
    Measurement.objects.bulk_create(Measurement(user=alice, kind="hrv", value=1, measured_at=time) for time in times)
    buckets = Measurement.objects.annotate(bucket=TimeBucket("measured_at", width, time_zone=zone))
    wrong = [
        (row.measured_at, row.bucket, expected(row.measured_at, width, zone))
        for row in buckets
        if row.bucket != expected(row.measured_at, width, zone)
    ]
    assert (wrong, len(times)) == ([], buckets.count())


@pytest.mark.parametrize("width", ["15 minutes", "1 hour", "6 hours", "30 seconds", "2 days", "2 weeks"])
def test_buckets_of_any_width_line_up_with_a_monday(alice: User, width: str) -> None:
    amount, _, unit = width.partition(" ")
    step = dt.timedelta(**{unit if unit.endswith("s") else f"{unit}s": int(amount)})
    monday = dt.datetime(2000, 1, 3, tzinfo=dt.UTC)
    times = [START + dt.timedelta(hours=7 * n, minutes=11 * n, seconds=13 * n) for n in range(40)]
    Measurement.objects.bulk_create(Measurement(user=alice, kind="hrv", value=1, measured_at=time) for time in times)
    for row in Measurement.objects.annotate(bucket=TimeBucket("measured_at", width)):
        assert row.bucket == monday + (row.measured_at - monday) // step * step


def test_buckets_group_and_count(alice: User) -> None:
    for hour in (1, 2, 25):
        make(Measurement, alice, measured_at=START + dt.timedelta(hours=hour))
    days = Measurement.objects.annotate(day=TimeBucket("measured_at", "1 day")).values("day")
    assert list(days.annotate(n=models.Count("id")).order_by("day")) == [
        {"day": START, "n": 2}, {"day": START + dt.timedelta(days=1), "n": 1},
    ]  # fmt: skip


@pytest.mark.parametrize(
    "width",
    [
        "",
        "1",
        "day",
        "one day",
        "1 fortnight",
        "-1 day",
        "0 days",
        "2 months",
        "5 years",
        "1 day'; --",
        "1 day 2 hours",
    ],
)
def test_width_that_has_no_answer_is_refused(width: str) -> None:
    with pytest.raises(ValueError, match="not the width of a time bucket"):
        TimeBucket("measured_at", width)


def test_zone_is_a_value_and_no_sql(alice: User) -> None:
    make(Measurement, alice)
    odd = Measurement.objects.annotate(bucket=TimeBucket("measured_at", "1 day", time_zone="UTC'; DROP TABLE x; --"))
    with pytest.raises(Exception, match="time zone"), transaction.atomic():
        list(odd)


# --- settings of our connections ---


def test_connection_is_set_up_for_short_statements(db: None) -> None:
    with connection.cursor() as cursor:
        found = [cursor.execute(f"SHOW {name}").fetchone() for name in ("jit", "random_page_cost")]
    assert found == [("off",), ("1.1",)]


def test_options_of_the_database_url_win(db: None) -> None:
    other = Connection.copy()
    other.settings_dict = other.settings_dict | {"OPTIONS": other.settings_dict["OPTIONS"] | {"options": "-c jit=on"}}
    try:
        with other.cursor() as cursor:
            assert cursor.execute("SHOW jit").fetchone() == ("on",)
            assert cursor.execute("SHOW random_page_cost").fetchone() == ("1.1",)
    finally:
        other.close()
