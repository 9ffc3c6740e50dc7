"""References from one row to another one, moved as sets: to the winner of a merge, and back."""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import sql

from catalog.models import Merge
from catalog.models.relations import Relation, relations_to
from lib import wire
from lib.constraints import AtMostOne
from lib.row_rules import hold_to_rules, is_ruled, row_change
from lib.sqlfiles import load_sql
from lib.statements import rows_of
from lib.writes import lock_heads

ROWS_AT_ONCE = 2000


@dataclass(frozen=True)
class Moved:
    rows: int
    athletes: int


def movable(model: Any) -> list[Relation]:
    """What names a row itself. What names a part of it stays where it is: the parts stay with their whole."""
    return [relation for relation in relations_to(model) if not relation.within]


def move(*, merge: Merge, model: Any, at: dt.datetime, only: Any = None) -> Moved:
    """From the loser to the winner of a merge; the caller is inside of `authored`. only: a user whose rows move, and no other's.

    Raises RowsRefused where the winner does not allow what athletes recorded with the loser.
    """
    relations = movable(model)
    locked = [only.pk] if only is not None else _athletes_naming(relations, merge.loser_id)
    lock_heads(locked)
    moved = 0
    for relation in relations:
        params = {**_of(merge, relation), "at": at, "locked": locked}
        moved += sum(len(_ask("drop_doubles", relation, params, same)) for same in _singles(relation))
        _hold_to_rules(relation, merge, locked)
        moved += len(_ask("move_references", relation, params))
    return Moved(moved, len(locked))


def move_back(*, merge: Merge, model: Any, at: dt.datetime) -> int:
    """What the merge moved, and nobody moved on since."""
    relations = movable(model)
    locked = {user for relation in relations for user in _ask("athletes_moved", relation, _of(merge, relation))}
    lock_heads(locked)
    own = {"at": at, "locked": sorted(locked)}
    return sum(len(_ask("move_back", relation, {**_of(merge, relation), **own})) for relation in relations)


def _athletes_naming(relations: list[Relation], key: UUID) -> list[UUID]:
    return sorted({user for relation in relations for user in _ask("athletes_naming", relation, {"loser": key})})


def _singles(relation: Relation) -> Iterator[sql.Composable]:
    """For each thing that an athlete has at most one of, and the reference is part of: that the rest of it is the same."""
    for single in relation.model._meta.constraints:
        if isinstance(single, AtMostOne) and relation.field in single.fields:
            others = [name for name in single.fields if name != relation.field]
            columns = [sql.Identifier(str(relation.model._meta.get_field(name).column)) for name in others]  # type: ignore[union-attr]  # columns
            equal = [sql.SQL("o.{0} = t.{0}").format(column) for column in columns]
            yield sql.SQL(" AND ").join([sql.SQL("TRUE"), *equal])


def _hold_to_rules(relation: Relation, merge: Merge, locked: Collection[UUID]) -> None:
    if not is_ruled(wire.name_of(relation.model)):
        return
    rows = relation.rows(merge.loser_id).filter(user__in=locked)
    chunk: list[Any] = []
    for row in rows.iterator(ROWS_AT_ONCE):
        chunk.append(row_change(row, {relation.column: merge.winner_id}))
        if len(chunk) == ROWS_AT_ONCE:
            hold_to_rules(chunk)
            chunk = []
    hold_to_rules(chunk)


def _of(merge: Merge, relation: Relation) -> dict[str, Any]:
    return {"merge": merge.pk, "reference": relation.name, "loser": merge.loser_id, "winner": merge.winner_id}


def _ask(name: str, relation: Relation, params: dict[str, Any], same: sql.Composable | None = None) -> list[UUID]:
    table, column = sql.Identifier(relation.model._meta.db_table), sql.Identifier(relation.column)
    places = {"table": table, "column": column} | ({} if same is None else {"same": same})
    return [found for (found,) in rows_of(sql.SQL(load_sql("catalog", name)).format(**places), params)]
