"""What is held over more than one row or field: words of a vocabulary that many name, a rule of an app, a check on an
expression. The database refuses, and REST and sync say which field is to blame.
"""

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError
from django.db import connection, connections, models, transaction
from django.db.migrations.state import ProjectState
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.db.models.lookups import GreaterThan

from accounts.models import User
from catalog.models import Equipment
from catalog.tests.factories import make_canonical
from config.tests.contract import SchemaClient, check_error
from lib.constraints import KnownSlugs
from lib.tests.factories import as_id, make, make_many
from lib.tests.refusals import refused
from lib.violations import _attr
from specimens.models import Kit, Rack, Room
from sync.tests.devices import Phone

KITS, RACKS = "/api/v1/specimens/kits/", "/api/v1/specimens/racks/"
WAIT_S = 10


@pytest.fixture
def words(db: None) -> None:
    Equipment.objects.bulk_create(
        Equipment(slug=slug, name=slug.title(), kind="free_weight") for slug in ("barbell", "band", "kettlebell")
    )


@pytest.fixture
def phone(api: SchemaClient, alice: User) -> Phone:
    return Phone(api, alice)


def delete(slug: str) -> None:
    Equipment.objects.filter(slug=slug).delete()


# --- a vocabulary that many name ---


@pytest.mark.parametrize("field", ["equipment", "spare"])
def test_word_is_protected_by_each_field_that_names_it(words: None, alice: User, field: str) -> None:
    make(Kit, alice, **{field: ["band"]})
    with refused(f"specimens_kit_{field}_in_use"):
        delete("band")
    delete("barbell")
    assert sorted(Equipment.objects.values_list("slug", flat=True)) == ["band", "kettlebell"]


def test_word_is_protected_by_each_model_that_names_it(words: None, alice: User) -> None:
    kit, kind = make(Kit, alice, equipment=["band"]), make_canonical(equipment=["band"])
    kit.delete()
    with refused("catalog_exercisetype_equipment_in_use"):
        delete("band")
    type(kind).objects.filter(pk=kind.pk).update(equipment=[])
    delete("band")
    assert not Equipment.objects.filter(slug="band").exists()


def test_unknown_word_is_blamed_on_its_field(words: None, api: SchemaClient, phone: Phone) -> None:
    wrong = {"label": "Travel", "equipment": ["band"], "spare": ["sledge"]}
    check_error(api.post(KITS, wrong), 400, "does_not_exist", "spare")
    reason = phone.one("create", "kit", str(uuid4()), wrong)["error"]
    assert (reason["code"], list(reason["fields"])) == ("does_not_exist", ["spare"])
    assert not Kit.objects.exists()


def run(action: Callable[[], Any]) -> threading.Thread:
    def body() -> None:
        try:
            action()
        finally:
            connections.close_all()

    thread = threading.Thread(target=body)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
def test_word_cannot_go_while_somebody_names_it(words: None, alice: User) -> None:
    """Deleting waits for who has named it and has not committed yet."""
    refusals: list[bool] = []

    def deleting() -> None:
        with refused("specimens_kit_equipment_in_use"):
            delete("band")
        refusals.append(True)

    with transaction.atomic():
        make(Kit, alice, equipment=["band"])
        thread = run(deleting)
        _wait_for_a_lock()
    thread.join(WAIT_S)
    assert refusals == [True]


def _wait_for_a_lock() -> None:
    asked = """
        SELECT count(*) FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database
         WHERE NOT l.granted AND d.datname = current_database()
    """
    done = threading.Event()
    with connection.cursor() as cursor:
        for _ in range(WAIT_S * 100):
            cursor.execute(asked)
            if cursor.fetchone()[0]:
                return
            done.wait(0.01)
    raise AssertionError("Nobody waits.")


def test_words_are_free_once_the_table_is_gone(words: None) -> None:
    with transaction.atomic(), connection.schema_editor() as editor:
        editor.delete_model(Kit)
    delete("band")
    assert not Equipment.objects.filter(slug="band").exists()


def test_migration_that_does_not_depend_on_the_vocabulary_says_so() -> None:
    constraint = KnownSlugs(field="spare", vocabulary="catalog.Equipment", name="x_known_slugs")

    class Table:
        _meta = type("Meta", (), {"apps": ProjectState().apps})

    with pytest.raises(CommandError, match=r"x_known_slugs needs catalog\.Equipment: add the migration"):
        constraint.create_sql(Table, None)  # type: ignore[arg-type]  # of a state that has no catalog


# --- a rule that lives in its app ---


def test_rule_of_an_app_is_told_at_its_field(api: SchemaClient, phone: Phone, alice: User) -> None:
    room = make(Room, alice)
    make_many(Rack, alice, 20, room=as_id(room))
    check_error(api.post(RACKS, {"room": as_id(room)}), 400, "room_full", "room")
    reason = phone.one("create", "rack", str(uuid4()), {"room": as_id(room)})["error"]
    assert (reason["code"], list(reason["fields"])) == ("room_full", ["room"])
    with refused("specimens_rack_room_room_not_full"):
        Rack.objects.filter(pk=make(Rack, alice).pk).update(room=room)
    assert Rack.objects.filter(room=room).count() == 20


# --- a check on an expression ---


def test_check_on_an_expression_is_told_at_its_field(api: SchemaClient, phone: Phone) -> None:
    check_error(api.post(KITS, {"label": " x "}), 400, "blank", "label")
    reason = phone.one("create", "kit", str(uuid4()), {"label": " x "})["error"]
    assert (reason["code"], list(reason["fields"])) == ("blank", ["label"])


@pytest.mark.parametrize(
    ("condition", "attr"),
    [
        (Q(a__gt=0), "a"),
        (Q(a__gt=0) | ~Q(a=None), "a"),
        (Q(a__gt=0, b=None), None),
        (Q(a__gt=F("b")), "a"),  # what is compared is to blame, not what it is compared with
        (GreaterThan(F("a"), F("b")), "a"),
        (GreaterThan(Lower("a"), Lower("b")), "a"),
        (Q(GreaterThan(Lower("a"), 1)), "a"),
        (Q(GreaterThan(Lower("a"), 1), b=1), None),
        (models.Func(F("a"), F("b"), function="agree", output_field=models.BooleanField()), None),
        (models.Func(F("a"), function="valid", output_field=models.BooleanField()), "a"),
        (models.Case(models.When(a__gt=1, then=Q(a__lt=9)), output_field=models.BooleanField()), "a"),
        (models.Case(models.When(a__gt=1, then=F("b")), output_field=models.BooleanField()), None),
    ],
)
def test_check_blames_the_one_field_that_it_is_about(condition: Any, attr: str | None) -> None:
    assert _attr(models.CheckConstraint(condition=condition, name="check")) == attr


@pytest.mark.parametrize(
    ("constraint", "attr"),
    [
        (models.UniqueConstraint(fields=["user", "a"], name="unique"), "a"),
        (models.UniqueConstraint(fields=["a", "b"], name="unique"), None),
        (models.UniqueConstraint(Lower("a"), name="unique"), "a"),
        (models.UniqueConstraint("user", Lower("a"), name="unique"), "a"),
        (models.UniqueConstraint(Lower("a"), Lower("b"), name="unique"), None),
    ],
)
def test_unique_blames_the_one_field_that_it_is_about(constraint: models.UniqueConstraint, attr: str | None) -> None:
    assert _attr(constraint) == attr
