"""A database of the release before, with rows: what each migration makes of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from accounts.models import User
from catalog.models import ExerciseType
from catalog.tests.factories import make_canonical
from lib.tests.factories import make
from sync.models import Head, LogEntry, Record

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def before(name: str) -> Iterator[None]:
    """The catalogue's tables are as they were before this migration, which is applied again in the end."""
    loader = MigrationLoader(connection)
    migration, node = loader.get_migration("catalog", name), ("catalog", name)
    with connection.schema_editor() as editor:
        migration.unapply(loader.project_state(node, at_end=False), editor)
    try:
        yield
    finally:
        with connection.schema_editor() as editor:
            migration.apply(loader.project_state(node, at_end=False), editor)


def run(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def synced() -> list[Any]:
    return [sorted(model.objects.values_list(), key=str) for model in (Record, LogEntry, Head)]


def test_types_of_before_become_shared_rows_and_no_device_hears_of_it(alice: User) -> None:
    kept = {status: make_canonical(status, status=status).pk for status in ("draft", "published", "retired")}
    private, gone = make(ExerciseType, alice).pk, make(ExerciseType, alice).pk
    with before("0006_shared_model"):
        run("UPDATE catalog_exercisetype SET name = 'Renamed' WHERE id = ANY(%s)", [kept["draft"], private])
        run("UPDATE catalog_exercisetype SET deleted_at = now() WHERE id = %s", gone)
        stood = synced()
    assert synced() == stood
    found = dict(ExerciseType.objects.values_list("pk", "visible"))
    assert found == {kept["draft"]: False, kept["published"]: True, kept["retired"]: True, private: True, gone: True}
    ExerciseType.objects.filter(pk=kept["draft"]).update(status="published")
    assert not Record.objects.get(id=kept["draft"]).deleted
    assert set(ExerciseType.objects.usable_by(alice).values_list("pk", flat=True)) == {*kept.values(), private}
