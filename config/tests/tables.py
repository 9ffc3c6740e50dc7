"""After a test that commits, its rows go by DELETE, from the tables that hold some.

Django's own way is TRUNCATE of every table, which makes new files for each of them and for each index: 200 ms for a few rows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from graphlib import TopologicalSorter
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import TransactionTestCase

NAMES = "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
# Who refers to whom at once. Constraints that are deferred wait for the end.
REFERENCES = """
    SELECT confrelid::regclass::text, conrelid::regclass::text FROM pg_constraint
     WHERE contype = 'f' AND conrelid <> confrelid AND NOT condeferrable AND connamespace = 'public'::regnamespace
"""
# Triggers would log what is deleted here. It is a setting that pgtrigger's function asks for.
SILENCE = "SELECT set_config('pgtrigger.ignore', array_agg(tgname)::text, TRUE) FROM pg_trigger WHERE NOT tgisinternal"


class Tables:
    def __init__(self) -> None:
        """Those of the database that Django is connected to. What is filled already, by migrations, stays as it is."""
        names = {name for (name,) in _rows(NAMES)}
        self.kept = set(_filled(names))
        referring: dict[str, set[str]] = {name: set() for name in names}
        for parent, child in _rows(REFERENCES):
            referring[parent].add(child)
        in_order = TopologicalSorter(referring).static_order()  # who refers comes first
        self.emptied = [name for name in in_order if name not in self.kept]

    def empty(self) -> None:
        """Waits for whoever still writes, as TRUNCATE would: what they commit would stay."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {', '.join(self.emptied)} IN SHARE ROW EXCLUSIVE MODE")
            filled = _filled(self.emptied)
            if filled:
                cursor.execute(SILENCE)
                cursor.execute("; ".join(f"DELETE FROM {name}" for name in filled))


def _rows(query: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def _filled(names: Any) -> list[str]:
    found = {
        name for (name,) in _rows(" UNION ALL ".join(f"SELECT '{n}' WHERE EXISTS (SELECT FROM {n})" for n in names))
    }
    return [name for name in names if name in found]


@contextmanager
def emptied_after_tests() -> Iterator[None]:
    tables = Tables()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: tables.empty())
        yield
