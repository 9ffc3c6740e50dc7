"""Workouts from templates, templates from workouts, copies of templates. Each is made once, whoever asks how often."""

from uuid import UUID

from training.domain import templates as domain
from training.domain.templates import Start
from training.models import Workout, WorkoutTemplate
from training.services.trees import TEMPLATE, WORKOUT, exercise_ids, make_once, read_tree


def start_workout(*, template: WorkoutTemplate, start: Start) -> None:
    """Makes a workout of the template. Raises IdTaken, TooLarge. The caller is inside of `writing`."""
    tree = read_tree(TEMPLATE, template)
    make_once(WORKOUT, domain.workout_of(tree, start), origins=exercise_ids(tree), user=template.user_id)


def save_as_template(*, workout: Workout, template_id: UUID, title: str) -> None:
    """Makes a template of the workout. Raises IdTaken, TooLarge. The caller is inside of `writing`."""
    tree = read_tree(WORKOUT, workout)
    made = domain.template_of(tree, template_id=template_id, title=title)
    make_once(TEMPLATE, made, origins=exercise_ids(tree), user=workout.user_id)


def copy_template(*, template: WorkoutTemplate, template_id: UUID, title: str) -> None:
    """Makes another template like this one. Raises IdTaken, TooLarge. The caller is inside of `writing`."""
    tree = read_tree(TEMPLATE, template)
    made = domain.copy_of(tree, template_id=template_id, title=title)
    make_once(TEMPLATE, made, origins=exercise_ids(tree), user=template.user_id)
