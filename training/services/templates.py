"""Workouts from templates, templates from workouts, copies of templates. Each is made once, whoever asks how often.

A fixed number of queries, however large the tree is: one to look, one to read each kind of row, one to write it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lib import wire
from lib.errors import IdTaken, TooLarge
from lib.identity import id_within
from lib.models import OwnedModel
from training.domain import templates as domain
from training.domain.templates import Document, Start, Tree
from training.models import Exercise, Set, TemplateExercise, TemplateSet, Workout, WorkoutTemplate

MAX_EXERCISES = 500
MAX_SETS = 5000


@dataclass(frozen=True)
class Kind:
    """The three models of a tree, and the references that hold it together."""

    root: type[OwnedModel]
    exercise: type[OwnedModel]
    set: type[OwnedModel]
    to_root: str
    to_exercise: str


WORKOUT = Kind(Workout, Exercise, Set, "workout", "exercise")
TEMPLATE = Kind(WorkoutTemplate, TemplateExercise, TemplateSet, "template", "template_exercise")


def start_workout(*, template: WorkoutTemplate, start: Start) -> None:
    """Makes a workout of the template. Raises IdTaken, TooLarge. The caller is inside of `writing`."""
    tree = _read(TEMPLATE, template)
    _make_once(WORKOUT, domain.workout_of(tree, start), origin=tree, user=template.user_id)


def save_as_template(*, workout: Workout, template_id: UUID, title: str) -> None:
    """Makes a template of the workout. Raises IdTaken, TooLarge. The caller is inside of `writing`."""
    tree = _read(WORKOUT, workout)
    made = domain.template_of(tree, template_id=template_id, title=title)
    _make_once(TEMPLATE, made, origin=tree, user=workout.user_id)


def copy_template(*, template: WorkoutTemplate, template_id: UUID, title: str) -> None:
    """Makes another template like this one. Raises IdTaken, TooLarge. The caller is inside of `writing`."""
    tree = _read(TEMPLATE, template)
    made = domain.copy_of(tree, template_id=template_id, title=title)
    _make_once(TEMPLATE, made, origin=tree, user=template.user_id)


def _make_once(kind: Kind, tree: Tree, *, origin: Tree, user: Any) -> None:
    """Nothing if it was made before, whatever became of it since.

    Raises IdTaken if the id is that of something else: it is another user's, deleted, or shares no row with this origin.
    """
    standing: Any = kind.root._default_manager.filter(pk=tree.root["id"]).first()
    if standing is None:
        _insert(kind.root, [tree.root], user)
        _insert(kind.exercise, tree.exercises, user)
        _insert(kind.set, tree.sets, user)
        return
    ids = [id_within(tree.root["id"], row["id"]) for row in origin.exercises]
    made_of_it = not ids or kind.exercise._default_manager.filter(pk__in=ids).exists()
    if standing.user_id != user or standing.deleted_at is not None or not made_of_it:
        raise IdTaken


def _read(kind: Kind, root: Any) -> Tree:
    of_root = {"user": root.user_id, kind.to_root: root}
    of_sets = {
        "user": root.user_id,
        f"{kind.to_exercise}__{kind.to_root}": root,
        f"{kind.to_exercise}__deleted_at": None,
    }
    exercises: Any = kind.exercise._default_manager.live().filter(**of_root).order_by("position", "id")
    sets: Any = kind.set._default_manager.live().filter(**of_sets).order_by(f"{kind.to_exercise}_id", "position", "id")
    return Tree(
        _document(root),
        _documents(exercises, MAX_EXERCISES, "exercises"),
        _documents(sets, MAX_SETS, "sets"),
    )


def _documents(rows: Any, limit: int, what: str) -> list[Document]:
    found = [_document(row) for row in rows[: limit + 1]]
    if len(found) > limit:
        raise TooLarge(f"This has more than {limit:,} {what}, the most that can be made into something else at once.")
    return found


def _document(row: OwnedModel) -> Document:
    values = {field.name: getattr(row, field.column) for field in wire.entity_of(type(row)).writable}
    return {"id": row.pk, **values}


def _insert(model: type[OwnedModel], documents: Iterable[Document], user: Any) -> None:
    columns = {"id": "id", **{field.name: field.column for field in wire.entity_of(model).writable}}
    rows = [model(user_id=user, **{columns[name]: value for name, value in row.items()}) for row in documents]
    model._default_manager.bulk_create(rows)
