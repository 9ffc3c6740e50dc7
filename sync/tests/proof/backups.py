"""A backup of one user's rows, and its return: what an operator does with pg_dump, for one user alone."""

from typing import Any

from django.db import connection, transaction
from psycopg import sql

from accounts.models import User

# Parents before children. Log-ins stay: they are not what a restored server is about.
TABLES = {
    "accounts_device": "t.user_id = %(user)s",
    "accounts_settings": "t.user_id = %(user)s",
    "catalog_exercisetype": "t.user_id = %(user)s",
    "training_workout": "t.user_id = %(user)s",
    "training_exercise": "t.user_id = %(user)s",
    "training_set": "t.user_id = %(user)s",
    "training_measurement": "t.user_id = %(user)s",
    "specimens_plan": "t.user_id = %(user)s",
    "specimens_planday": "t.user_id = %(user)s",
    "specimens_planslot": "t.user_id = %(user)s",
    "specimens_room": "t.user_id = %(user)s",
    "specimens_rack": "t.user_id = %(user)s",
    "specimens_daynote": "t.user_id = %(user)s",
    "catalog_keptfood": "t.user_id = %(user)s",
    "nutrition_meal": "t.user_id = %(user)s",
    "nutrition_meallog": "t.user_id = %(user)s",
    "nutrition_meallogitem": "t.user_id = %(user)s",
    "nutrition_nutritiontarget": "t.user_id = %(user)s",
    "nutrition_supplementplan": "t.user_id = %(user)s",
    "nutrition_supplementlog": "t.user_id = %(user)s",
    "nutrition_waterlog": "t.user_id = %(user)s",
    "sync_conflict": "t.user_id = %(user)s",
    "sync_head": "t.user_id = %(user)s",
    "sync_record": "t.user_id = %(user)s",
    "sync_digest": "t.user_id = %(user)s",
    "sync_log": "t.user_id = %(user)s",
    "sync_mutation": "t.user_id = %(user)s",
    "sync_purged": "t.user_id = %(user)s",
    "sync_past_epoch": "t.user_id = %(user)s",
    "sync_device": "t.device_id IN (SELECT id FROM accounts_device WHERE user_id = %(user)s)",
}
COLUMNS = """
    SELECT attname FROM pg_attribute
     WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""
Rows = dict[str, str]  # JSON arrays, by table


def dump(user: User) -> Rows:
    found: Rows = {}
    with connection.cursor() as cursor:
        for table, condition in TABLES.items():
            query = sql.SQL("SELECT coalesce(jsonb_agg(to_jsonb(t)), '[]')::text FROM {} AS t WHERE {}")
            cursor.execute(query.format(sql.Identifier(table), sql.SQL(condition)), {"user": user.pk})
            found[table] = cursor.fetchone()[0]
    return found


def load(user: User, rows: Rows) -> None:
    """With the triggers asleep, as pg_restore has them."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
        cursor.execute("UPDATE accounts_session SET device_id = NULL WHERE user_id = %s", [user.pk])
        for table, condition in reversed(TABLES.items()):
            query = sql.SQL("DELETE FROM {} AS t WHERE {}")
            cursor.execute(query.format(sql.Identifier(table), sql.SQL(condition)), {"user": user.pk})
        for table in TABLES:
            cursor.execute(_insert(cursor, table), [rows[table]])
        for table in TABLES:
            cursor.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.Identifier(table)))


def _insert(cursor: Any, table: str) -> sql.Composed:
    cursor.execute(COLUMNS, [table])
    columns = sql.SQL(", ").join(sql.Identifier(name) for (name,) in cursor.fetchall())
    query = sql.SQL("INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, %s)")
    return query.format(table=sql.Identifier(table), columns=columns)
