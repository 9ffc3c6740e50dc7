"""Templates into workouts and back, by the vectors that clients check themselves by, and by their laws."""

import re
from typing import Any
from uuid import UUID

import hypothesis.strategies as st
import orjson
import pytest
from django.conf import settings
from hypothesis import given

from catalog.models.prescription import Prescription
from lib.identity import id_within
from training.domain.templates import NO_LOAD, OF_SETS, Start, Tree, copy_of, template_of, workout_of

VECTORS: list[dict[str, Any]] = orjson.loads((settings.BASE_DIR / "docs/vectors/templates.json").read_bytes())["cases"]
MAKE: dict[str, Any] = {
    "start": lambda tree, **given: workout_of(tree, Start(**given)),
    "save": template_of,
    "copy": copy_of,
}
IS_ID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
TEMPLATE = next(vector["origin"] for vector in VECTORS if vector["act"] == "copy")
WORKOUT_ID = UUID(int=7)
START = Start(workout_id=WORKOUT_ID, time_zone="UTC")
NOT_DONE = ("reps", "load_kg", "typed_load", "rpe", "rir", "duration_s", "distance_m", "completed_at")
RESULT = {**dict.fromkeys(NOT_DONE), "typed_load_unit": "", "load_kg": "100.00", "rpe": "9.0", "duration_s": 50}


def with_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: with_ids(member) for name, member in value.items()}
    if isinstance(value, list):
        return [with_ids(member) for member in value]
    return UUID(value) if isinstance(value, str) and IS_ID.fullmatch(value) else value


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['act']}: {vector['name']}")
def test_tree_is_that_of_the_vector(vector: dict[str, Any]) -> None:
    made = MAKE[vector["act"]](Tree(**with_ids(vector["origin"])), **with_ids(vector["given"]))
    assert orjson.loads(orjson.dumps(vars(made))) == vector["made"]


def test_nothing_of_a_prescription_is_forgotten() -> None:
    fields = {field.name for field in Prescription._meta.get_fields()}
    assert set(OF_SETS) == fields


def test_id_is_what_other_libraries_make_of_it() -> None:
    assert id_within(UUID(int=1), UUID(int=2)) == UUID("fc2a5a19-267c-526c-8abb-b488c2fda4a7")


loads = st.sampled_from(
    [
        {"target_load_kg": "102.06", "target_typed_load": "225.000", "target_typed_load_unit": "lb"},
        {"target_load_kg": "0.00"},
        {"target_percentage": "75.00", "target_reference": "training_max"},
        {"target_reference": "body_weight"},
        {"target_rpe": "8.0"},
        {"target_rir": "0.0"},
    ]
)
prescriptions = st.builds(
    lambda load, others: {**NO_LOAD, **load, **others},
    loads,
    st.fixed_dictionaries(
        {
            "position": st.floats(-10, 10),
            "kind": st.sampled_from(["warm_up", "working", "amrap"]),
            "target_reps": st.integers(0, 3),
            "target_max_reps": st.none() | st.integers(3, 5),
            "target_duration_s": st.integers(0, 3),
            "target_distance_m": st.sampled_from(["0.00", "400.00"]),
            "rest_s": st.none() | st.integers(0, 3),
            "tempo": st.sampled_from(["", "3-1-1-0"]),
            "side": st.sampled_from(["", "left", "right"]),
            "notes": st.text(max_size=3),
        }
    ),
)


@given(st.lists(prescriptions, max_size=4), st.integers(0, 9))
def test_template_of_a_workout_that_follows_a_template_prescribes_the_same(
    asked: list[dict[str, Any]], reps: int
) -> None:
    """Whatever was done: the template says reps, load, duration and distance. What it leaves open, the workout fills in."""
    exercise = with_ids(TEMPLATE["exercises"][1])
    sets = [{"id": UUID(int=n + 1), "template_exercise": exercise["id"], **each} for n, each in enumerate(asked)]
    workout = workout_of(Tree(with_ids(TEMPLATE["root"]), [exercise], sets), START)
    done = [{**row, **RESULT, "reps": reps} for row in workout.sets]
    saved = template_of(Tree(workout.root, workout.exercises, done), template_id=UUID(int=8), title="")
    assert [{name: row[name] for name in OF_SETS} for row in saved.sets] == asked


def test_made_trees_hang_together() -> None:
    template = Tree(**with_ids(TEMPLATE))
    for made, root, exercise in (
        (workout_of(template, START), "workout", "exercise"),
        (copy_of(template, template_id=WORKOUT_ID, title=""), "template", "template_exercise"),
    ):
        assert {row[root] for row in made.exercises} == {made.root["id"]} == {WORKOUT_ID}
        assert {row[exercise] for row in made.sets} == {row["id"] for row in made.exercises}
        ids = {row["id"] for row in (made.root, *made.exercises, *made.sets)}
        assert len(ids) == 1 + len(template.exercises) + len(template.sets)
        assert not ids & {row["id"] for row in (template.root, *template.exercises, *template.sets)}
