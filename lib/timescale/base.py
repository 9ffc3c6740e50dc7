"""The database engine: django-timescaledb's where the server has the extension, plain PostgreSQL where it has not.

django-timescaledb drops the primary key of every hypertable and cannot migrate a server without the extension. Here a
model keeps its key (which must hold the time column), and TIMESCALEDB=auto|off|required says what is expected.
"""

import logging
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, DatabaseError
from psycopg import sql
from timescale.db.backends.postgresql.base import DatabaseWrapper as TimescaleWrapper
from timescale.db.backends.postgresql.schema import TimescaleSchemaEditor

from lib.connections import PATIENCE, Opened, Pool
from lib.sqlfiles import load_sql

# Disks without moving parts: a page of a pull is read in the order of its index, and not by sorting all that follows. And
# our statements are too short to be worth compiling.
SESSION = "-c random_page_cost=1.1 -c jit=off"
POOL = Pool(settings.DATABASE_CONNECTIONS)
logger = logging.getLogger(__name__)


class SchemaEditor(TimescaleSchemaEditor):  # type: ignore[misc]  # no stubs
    def _create_hypertable(self, model: Any, field: Any, should_migrate: bool = False) -> None:  # noqa: FBT001, FBT002 - overridden
        if not self.connection.has_timescaledb:
            return
        if field.column not in {key.column for key in model._meta.pk_fields}:
            raise ImproperlyConfigured(
                f"{model._meta.label}: the primary key must hold {field.name!r} for the table to become a hypertable."
            )
        self._run(
            "create_hypertable",
            table=self.quote_name(model._meta.db_table),
            column=field.column,
            interval=str(field.interval),
        )

    def _set_chunk_time_interval(self, model: Any, field: Any) -> None:
        if self.connection.has_timescaledb:
            table = self.quote_name(model._meta.db_table)
            self._run("set_chunk_time_interval", table=table, interval=str(field.interval))

    def _run(self, name: str, **literals: str) -> None:
        """Runs a file of lib/sql as text, because Django's schema editor knows no composed SQL."""
        composed = sql.SQL(load_sql("lib", name)).format(**{key: sql.Literal(value) for key, value in literals.items()})
        self.execute(composed.as_string(self.connection.connection), None)


class DatabaseWrapper(TimescaleWrapper):  # type: ignore[misc]  # no stubs
    SchemaEditorClass = SchemaEditor
    _timescaledb_version: str | None = None
    _opened: Opened | None = None

    def connect(self) -> None:
        self._timescaledb_version = None
        super().connect()

    def get_connection_params(self) -> dict[str, Any]:
        """Beside those of DATABASE_URL, which win; its `options` come later, and so win too."""
        params: dict[str, Any] = PATIENCE | super().get_connection_params()
        return params | {"options": f"{SESSION} {params.get('options', '')}".strip()}

    # --- the process's connections, instead of one for each thread (docs/decisions/0023) ---

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connect = partial(super().get_new_connection, conn_params)
        if self.alias != DEFAULT_DB_ALIAS:  # where databases are made and dropped
            return connect()
        self._opened = POOL.take(conn_params, connect)
        return self._opened.connection

    def _close(self) -> None:
        if self._opened is None:
            super()._close()
            return
        given, self._opened, self.connection = self._opened, None, None
        POOL.give_back(given)

    def close_pool(self) -> None:
        """Django's name: called before a database is cloned or dropped."""
        POOL.close_idle()

    @property
    def has_timescaledb(self) -> bool:
        """Whether the extension is there; asks once a connection."""
        if self._timescaledb_version is None:
            with self.cursor() as cursor:
                cursor.execute(load_sql("lib", "timescaledb_version"))
                row = cursor.fetchone()
            self._timescaledb_version = row[0] if row else ""
        return bool(self._timescaledb_version)

    def prepare_database(self) -> None:
        """Enables the extension where the server offers it. Called by `migrate`."""
        super(TimescaleWrapper, self).prepare_database()  # not TimescaleWrapper's own: it insists on the extension
        if settings.TIMESCALEDB != "off":
            self._enable_extension()
        self._timescaledb_version = None
        if settings.TIMESCALEDB == "required" and not self.has_timescaledb:
            raise ImproperlyConfigured("TIMESCALEDB=required, but the server does not offer the extension.")

    def _enable_extension(self) -> None:
        with self.cursor() as cursor:
            cursor.execute(load_sql("lib", "timescaledb_available"))
            if cursor.fetchone() is None:
                return
            try:
                cursor.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
            except DatabaseError:
                if settings.TIMESCALEDB == "required":
                    raise
                logger.warning(
                    "The server has timescaledb, but it could not be enabled; plain tables are used.", exc_info=True
                )
