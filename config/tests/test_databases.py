"""The databases that tests run on: made once, copied for each process, nobody's in the way of another."""

from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from config.tests.databases import KEPT, Databases, connected_to, key_of, sources

Open = Callable[..., Databases]


def fill() -> None:
    """Stands for the migrations, which take 10 s."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE filled ()")


def is_filled(name: str) -> bool:
    with connected_to(name):
        return connection.introspection.table_names() == ["filled"]


@pytest.fixture
def open_databases(django_db_setup: None, django_db_blocker: object) -> Iterator[Open]:
    """As each run would; named after this process's own test database."""
    opened: list[Databases] = []

    def new(fill: Callable[[], None] = fill) -> Databases:
        opened.append(Databases(fill))
        return opened[-1]

    with django_db_blocker.unblock():  # type: ignore[attr-defined]  # pytest-django's, untyped
        yield new
        for each in opened:
            each.close()
        last = Databases()
        for (name,) in last.run("SELECT datname FROM pg_database"):
            if f"_{last.base}_" in name:
                last.drop(name)
        last.close()


def test_test_database_is_migrated(db: None) -> None:
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []


def test_key_changes_with_each_file_and_word() -> None:
    keys = [
        key_of({"a": b"1", "b": b"2"}, "17"),
        key_of({"a": b"1", "b": b"3"}, "17"),
        key_of({"a": b"1", "c": b"2"}, "17"),
        key_of({"a": b"1"}, "17"),
        key_of({"a": b"1", "b": b"2"}, "18"),
    ]
    assert len(set(keys)) == len(keys)
    assert key_of({"b": b"2", "a": b"1"}, "17") == keys[0]


def test_sources_are_migrations_sql_and_what_they_need() -> None:
    expected = {
        "training/migrations/0001_initial.py",
        "sync/sql/functions.sql",
        "training/models/expressions.py",  # imported by a migration
        "lib/operations.py",
        "lib/timescale/base.py",
        "config/settings.py",
        "specimens/settings.py",
        "requirements.txt",
    }
    assert expected <= sources().keys()


def test_template_is_made_once_and_copied(open_databases: Open) -> None:
    made: list[str] = []

    def counted() -> None:
        made.append("once")
        fill()

    copies = [open_databases(counted).new_copy() for _ in range(2)]
    assert made == ["once"]
    assert len(set(copies)) == 2
    assert all(is_filled(copy) for copy in copies)


def test_runs_at_once_have_a_copy_each_and_a_killed_one_gives_its_own_back(open_databases: Open) -> None:
    first, second = open_databases(), open_databases()
    left = first.new_copy()
    assert second.new_copy() != left
    with connected_to(left), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE left_behind ()")

    first.close()  # as the server does for who is killed

    assert open_databases().new_copy() == left
    assert is_filled(left)


def test_template_that_was_not_finished_is_made_anew(open_databases: Open) -> None:
    def interrupted() -> None:
        fill()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_databases(interrupted).new_copy()
    assert open_databases().templates() == []
    assert is_filled(open_databases().new_copy())


def test_only_the_newest_templates_are_kept(open_databases: Open) -> None:
    databases = open_databases()
    names = [f"template_{databases.base}_{number:012}" for number in range(KEPT + 2)]
    for name in names:
        databases.make_template(name)
    assert databases.templates() == names[:1:-1]
