"""What each request asks: by one statement of SQL, because the ORM would take longer than all the rest of a short answer."""

from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from psycopg import sql

from accounts.models import Session, User
from lib.sqlfiles import load_sql
from lib.statements import Question, rows_of

# The rest, such as the ids of up to 64 earlier tokens, is fetched where somebody asks for it.
SESSION_FIELDS = ("id", "user_id", "device_id", "security_stamp", "revoked_at")
USER_FIELDS = tuple(field.attname for field in User._meta.concrete_fields)
OF_USER = len(SESSION_FIELDS)  # where they begin in a row
OF_OTHERS = OF_USER + len(USER_FIELDS)


class Login(NamedTuple):
    session: Session
    told: tuple[Any, ...]  # what was asked along; NULLs where that has no row


def standing_login(session_id: UUID, along: Question | None = None) -> Login | None:
    """The log-in with its user, unless it was ended, its user may not log in, or has another password or address by now."""
    query = _statement() if along is None else _with(along.app, along.name)
    rows = rows_of(query, {"session_id": session_id, **({} if along is None else along.params)})
    if not rows:
        return None
    session = Session.from_db(DEFAULT_DB_ALIAS, SESSION_FIELDS, rows[0][:OF_USER])
    session.user = User.from_db(DEFAULT_DB_ALIAS, USER_FIELDS, rows[0][OF_USER:OF_OTHERS])
    return Login(session, rows[0][OF_OTHERS:])


@cache
def _statement() -> str:
    names = {"session": _columns("s", SESSION_FIELDS), "owner": _columns("u", USER_FIELDS)}
    return sql.SQL(load_sql("accounts", "standing_login")).format(**names).as_string()


@cache
def _with(app: str, name: str) -> str:
    query = sql.SQL(load_sql("accounts", "standing_login_with"))
    return query.format(login=sql.SQL(_statement()), other=sql.SQL(load_sql(app, name))).as_string()


def _columns(table: str, names: tuple[str, ...]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(table, name) for name in names)
