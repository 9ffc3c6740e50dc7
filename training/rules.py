"""Rules over rows: a workout has room for so many exercises; metadata fit the schema of their exercise type, whichever of the
three is written.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson
from django.db import connection

from lib.row_rules import Fault, Faults, RowChange
from lib.rules import Rule
from lib.sqlfiles import load_sql
from lib.statements import fetch
from training.domain.metadata import Problem, problems_of

METADATA_ENTITIES = EXERCISE, SET, TYPE = "exercise", "set", "exercise_type"


class WorkoutNotFull(Rule):
    """As many as can be made into a template."""

    file = "workout_not_full"
    violation_code = "workout_full"
    violation_message = "A workout has at most 500 exercises."


def metadata_by_schema(changes: Sequence[RowChange]) -> Faults:
    """Nothing is asked where nobody says anything in metadata, and nothing changes what may be said."""
    written = _Written(changes)
    if not (written.says_anything or written.retyped or written.new_schemas):
        return {}
    context = _context(written)
    faults: Faults = {}
    for found in (_of_written(written, context), _of_kept_sets(context), _of_new_schemas(written)):
        for key, its in found.items():
            faults.setdefault(key, []).extend(its)
    return faults


class _Written:
    def __init__(self, changes: Sequence[RowChange]) -> None:
        self.exercises = {c.id: c for c in changes if c.entity == EXERCISE}
        self.sets = {c.id: c for c in changes if c.entity == SET}
        self.types = {c.id: c for c in changes if c.entity == TYPE}
        self.retyped = {c.id for c in self.exercises.values() if c.before is not None and c.changes(TYPE)}
        self.new_schemas = [c for c in self.types.values() if c.before is not None and c.changes("metadata_schema")]
        rows = (*self.exercises.values(), *self.sets.values())
        self.speaking = [c for c in rows if c.after.get("metadata") and (not c.deleted or c.changes("metadata"))]

    @property
    def says_anything(self) -> bool:
        """Whether something is said that was not said before, or not under this type."""
        return any(c.changes("metadata") or c.changes(TYPE) or c.changes(EXERCISE) for c in self.speaking)

    def type_of(self, exercise_id: str) -> str | None:
        change = self.exercises.get(exercise_id)
        return None if change is None else _text(change.after[TYPE])


class KeptSet(NamedTuple):
    """A set that is not written, though its exercise is."""

    exercise_id: str
    metadata: dict[str, Any]


@dataclass
class _Context:
    """What the written rows hang on, and what hangs on them."""

    written: _Written
    types: dict[str, str] = field(default_factory=dict)  # of exercises that are not written
    kept: list[KeptSet] = field(default_factory=list)
    schemas: dict[str, str] = field(default_factory=dict)

    def schema_for(self, change: RowChange) -> str:
        return self.schema_of(change.id if change.entity == EXERCISE else str(change.after[EXERCISE]))

    def schema_of(self, exercise_id: str) -> str:
        """Where a reference leads nowhere, others refuse it."""
        type_id = self.written.type_of(exercise_id) or self.types.get(exercise_id, "")
        return self.schemas.get(type_id, "{}")


def _context(written: _Written) -> _Context:
    """One query."""
    exercises = {str(c.after[EXERCISE]) for c in written.speaking if c.entity == SET} - written.exercises.keys()
    types = {type_id for key in written.exercises if (type_id := written.type_of(key)) is not None}
    context = _Context(written)
    rows = fetch(
        "training",
        "metadata_context",
        exercises=sorted(exercises),
        retyped=sorted(written.retyped),
        types=sorted(types - written.types.keys()),
    )
    for kind, row_id, of, text in rows:
        if kind == EXERCISE:
            context.types[row_id] = of
        elif kind == SET and row_id not in written.sets:
            context.kept.append(KeptSet(of, orjson.loads(text)))
        elif kind == "type":
            context.schemas[row_id] = text
    said = {c.id: orjson.dumps(c.after.get("metadata_schema", {})).decode() for c in written.types.values()}
    context.schemas |= said
    return context


def _of_written(written: _Written, context: _Context) -> Faults:
    problems = {
        (change.entity, change.id): problems_of(change.after["metadata"], context.schema_for(change))
        for change in written.speaking
    }
    return {key: [_fault(problem) for problem in found] for key, found in problems.items() if found}


def _of_kept_sets(context: _Context) -> Faults:
    """What the sets of an exercise say, and its new type does not allow."""
    found: dict[str, list[Problem]] = {}
    for kept in context.kept:
        found.setdefault(kept.exercise_id, []).extend(
            problems_of(kept.metadata, context.schema_of(kept.exercise_id))[:1]
        )
    return {
        (EXERCISE, key): [
            Fault(
                TYPE,
                "metadata_invalid",
                f"The type does not allow the metadata of {_counted(len(problems), 'set')} of this exercise: "
                f"{problems[0].detail}. Change or empty them first, or in the same group.",
            )
        ]
        for key, problems in found.items()
        if problems
    }


def _of_new_schemas(written: _Written) -> Faults:
    """What stands of a type, and its new schema does not allow: counted, and not shown, for it may be anybody's."""
    if not written.new_schemas:
        return {}
    fetch("training", "lock_types", types=sorted(c.id for c in written.new_schemas))
    found = {change.id: _broken_by(change, written) for change in written.new_schemas}
    return {
        (TYPE, key): [Fault("metadata_schema", "schema_breaks_metadata", broken.described())]
        for key, broken in found.items()
        if broken.rows
    }


class Standing(NamedTuple):
    kind: str
    exercise_id: str
    user_id: str
    deleted: bool
    metadata: dict[str, Any]


@dataclass
class _Broken:
    """deleted: they may come back, so they count."""

    rows: Counter[str] = field(default_factory=Counter)
    deleted: int = 0
    users: set[str] = field(default_factory=set)
    rule: str = ""

    def add(self, row: Standing, problem: Problem) -> None:
        self.rows[row.kind] += 1
        self.deleted += row.deleted
        self.users.add(row.user_id)
        self.rule = self.rule or problem.rule

    def described(self) -> str:
        rows = " and ".join(_counted(count, name) for name, count in sorted(self.rows.items()))
        users = f" of {_counted(len(self.users), 'user')}" if len(self.users) > 1 else ""
        deleted = f", {self.deleted:,} of them deleted" if self.deleted else ""
        return f"This schema does not allow the metadata of {rows}{users}{deleted}: see {self.rule or 'the schema'}."


def _broken_by(change: RowChange, written: _Written) -> _Broken:
    assert change.before is not None
    schema, before = (orjson.dumps(of.get("metadata_schema", {})).decode() for of in (change.after, change.before))
    broken = _Broken()
    for row in _standing(change.id, written):
        problems = problems_of(row.metadata, schema)
        if problems and not problems_of(row.metadata, before):
            broken.add(row, problems[0])
    return broken


def _standing(type_id: str, written: _Written) -> Iterator[Standing]:
    """Read bit by bit: of a type of the library they may be many. What is written now is judged by what it says."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(load_sql("training", "metadata_of_type"), {"type": type_id})
        for kind, row_id, exercise_id, user_id, deleted, text in cursor:
            rewritten = row_id in (written.exercises if kind == EXERCISE else written.sets)
            if not rewritten and written.type_of(exercise_id) in (None, type_id):
                yield Standing(kind, exercise_id, user_id, deleted, orjson.loads(text))


def _fault(problem: Problem) -> Fault:
    return Fault(f"metadata.{problem.path}" if problem.path else "metadata", problem.code, problem.detail)


def _counted(count: int, name: str) -> str:
    return f"{count:,} {name}" + ("" if count == 1 else "s")


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
