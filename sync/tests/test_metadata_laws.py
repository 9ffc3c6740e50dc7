"""Two devices, an app over REST and another device's type changes at random: whatever comes, what is live fits its type."""

from typing import Any, NamedTuple
from uuid import UUID

import hypothesis.strategies as st
import orjson
import pytest
from hypothesis import HealthCheck, given, settings

from accounts.models import User
from catalog.models import ExerciseType
from lib.row_rules import faults_in, row_change
from lib.tests.factories import make
from sync.tests.devices import Json, Phone
from training.domain.metadata import problems_of
from training.models import Exercise, Set

pytestmark = pytest.mark.django_db(transaction=True)

LIMITS = (5, 10, 20)
URLS = {"exercise": "exercises", "set": "sets", "exercise_type": "exercise-types"}


class Step(NamedTuple):
    who: int  # 0, 1: a device that has seen nothing since the beginning; 2: over REST
    entity: str
    which: int
    op: str
    value: int


steps = st.builds(
    Step,
    st.integers(0, 2),
    st.sampled_from(["exercise", "set", "set", "exercise_type"]),
    st.integers(0, 2),
    st.sampled_from(["metadata", "metadata", "move", "delete"]),
    st.integers(0, 2),
)


class World:
    """Three private types with a limit each, an exercise of each, and a set in each of these."""

    def __init__(self, devices: list[Phone], user: User) -> None:
        self.devices, self.user = devices, user
        self.ids: dict[str, list[str]] = {"exercise_type": [], "exercise": [], "set": []}
        for limit in LIMITS:
            schema = {"type": "object", "properties": {"incline": {"maximum": limit}}}
            row: Any = make(ExerciseType, user, metadata_schema=schema)
            self.ids["exercise_type"].append(str(row.pk))
            row = make(Exercise, user, exercise_type=row.pk, metadata={"incline": limit})
            self.ids["exercise"].append(str(row.pk))
            row = make(Set, user, exercise=row.pk, metadata={"incline": limit})
            self.ids["set"].append(str(row.pk))
        self.base = devices[0].pull()["version"]

    def patch(self, step: Step) -> Json:
        limit = LIMITS[step.value]
        match step.entity, step.op:
            case "exercise_type", _:
                return {"metadata_schema": {"type": "object", "properties": {"incline": {"maximum": limit}}}}
            case _, "metadata":
                return {"metadata": {"incline": limit}}
            case "exercise", _:
                return {"exercise_type": self.ids["exercise_type"][step.value]}
        return {"exercise": self.ids["exercise"][step.value]}

    def take(self, step: Step) -> None:
        key = self.ids[step.entity][step.which]
        deletes = step.op == "delete" and step.entity == "set"
        if step.who == 2:
            url = f"/api/v1/{URLS[step.entity]}/{key}/"
            api = self.devices[0].api
            answer = api.delete(url) if deletes else api.patch(url, self.patch(step))
            assert answer.status_code in (200, 204, 400, 404), answer.content
            return
        op, patch = ("delete", None) if deletes else ("update", self.patch(step))
        device = self.devices[step.who]
        result = device.one(op, step.entity, key, patch, base_version=self.base)
        assert result["status"] in ("applied", "merged", "noop", "conflict", "rejected"), result

    def misfits(self) -> list[str]:
        found: list[str] = []
        for exercise in Exercise.objects.for_user(self.user).filter(pk__in=self.ids["exercise"]):
            schema = orjson.dumps(exercise.exercise_type.metadata_schema).decode()
            rows = [exercise, *Set.objects.for_user(self.user).filter(exercise=exercise)]
            found += [str(row) for row in rows if problems_of(row.metadata, schema)]
        return found


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, min_size=3, max_size=14))
def test_what_is_live_fits_whatever_comes(phone: Phone, tablet: Phone, alice: User, taken: list[Step]) -> None:
    world = World([phone, tablet], alice)
    for step in taken:
        world.take(step)
        assert world.misfits() == []


def test_misfits_are_found_where_nobody_holds_the_rule(phone: Phone, tablet: Phone, alice: User) -> None:
    """The test above can fail: SQL knows no schema."""
    world = World([phone, tablet], alice)
    row = Set.objects.get(pk=UUID(world.ids["set"][0]))
    assert faults_in([row_change(row, {"metadata": {"incline": 6}})]).keys() == {("set", str(row.pk))}
    Set.objects.filter(pk=row.pk).update(metadata={"incline": 6})
    assert world.misfits() == [str(row)]
