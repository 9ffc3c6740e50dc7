"""Workouts and templates with all that is in them: read whole, and made once, whoever asks how often.

A fixed number of queries, however large the tree is: one to look, one to read each kind of row, one to write it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lib.documents import document_of, documents_of, insert_rows
from lib.errors import IdTaken
from lib.identity import id_within
from lib.models import OwnedModel
from training.domain.templates import Tree
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


def make_once(kind: Kind, tree: Tree, *, origins: Iterable[UUID], user: Any) -> None:
    """Writes it; nothing if it was made before, whatever became of it since. origins: what its exercises were made from.

    Raises IdTaken if the id is that of something else: it is another user's, deleted, or shares no row with this origin.
    """
    standing: Any = kind.root._default_manager.filter(pk=tree.root["id"]).first()
    if standing is None:
        insert_rows(kind.root, [tree.root], user)
        insert_rows(kind.exercise, tree.exercises, user)
        insert_rows(kind.set, tree.sets, user)
        return
    ids = [id_within(tree.root["id"], origin) for origin in origins]
    made_of_it = not ids or kind.exercise._default_manager.filter(pk__in=ids).exists()
    if standing.user_id != user or standing.deleted_at is not None or not made_of_it:
        raise IdTaken


def exercise_ids(tree: Tree) -> list[UUID]:
    return [row["id"] for row in tree.exercises]


def read_tree(kind: Kind, root: Any) -> Tree:
    of_root = {"user": root.user_id, kind.to_root: root}
    of_sets = {
        "user": root.user_id,
        f"{kind.to_exercise}__{kind.to_root}": root,
        f"{kind.to_exercise}__deleted_at": None,
    }
    exercises: Any = kind.exercise._default_manager.live().filter(**of_root).order_by("position", "id")
    sets: Any = kind.set._default_manager.live().filter(**of_sets).order_by(f"{kind.to_exercise}_id", "position", "id")
    return Tree(
        document_of(root),
        documents_of(exercises, MAX_EXERCISES, "exercises"),
        documents_of(sets, MAX_SETS, "sets"),
    )
