"""What the sets of a workout load the body with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from training.domain.loads import Convention, Performed, Weighing, effective_load_kg, needs_body_weight, volume_load_kg
from training.enums import MeasurementKind
from training.models import Measurement, Set, Workout

TYPE = "exercise__exercise_type__"


@dataclass(frozen=True)
class SetLoad:
    set: UUID
    effective_load_kg: Decimal | None
    volume_load_kg: Decimal | None


@dataclass(frozen=True)
class Loads:
    """is_complete: whether nothing is missing because nobody knows the body weight."""

    weighed: Weighing | None
    sets: Sequence[SetLoad]
    is_complete: bool

    @property
    def volume_load_kg(self) -> Decimal:
        return sum((found.volume_load_kg for found in self.sets if found.volume_load_kg is not None), Decimal(0))


def loads_of(workout: Workout) -> Loads:
    """Of the sets in their order. Two queries."""
    weighed = _weighed(workout)
    body_weight_kg = None if weighed is None else weighed.kg
    rows = _rows(workout)
    lacks = weighed is None and any(needs_body_weight(_convention(row)) for row in rows)
    return Loads(weighed, [_load(row, body_weight_kg) for row in rows], not lacks)


def _weighed(workout: Workout) -> Weighing | None:
    """As `body_weight_on` chooses it."""
    if workout.local_date is None:
        return None
    weights = Measurement.objects.for_user(workout.user_id).filter(kind=MeasurementKind.BODY_WEIGHT)
    row = weights.filter(local_date__lte=workout.local_date).order_by("-local_date", "-measured_at").first()
    return None if row is None else Weighing(row.local_date, row.measured_at, row.value)


def _rows(workout: Workout) -> list[dict[str, Any]]:
    sets = Set.objects.for_user(workout.user_id).filter(exercise__workout=workout, exercise__deleted_at=None)
    of_type = [f"{TYPE}{name}" for name in ("load_convention", "laterality", "bodyweight_share")]
    in_order = sets.order_by("exercise__position", "exercise_id", "position", "id")
    return list(in_order.values("pk", "kind", "side", "reps", "load_kg", "completed_at", *of_type))


def _load(row: Mapping[str, Any], body_weight_kg: Decimal | None) -> SetLoad:
    done, convention = _performed(row), _convention(row)
    return SetLoad(
        row["pk"],
        effective_load_kg(done, convention, body_weight_kg),
        volume_load_kg(done, convention, body_weight_kg),
    )


def _performed(row: Mapping[str, Any]) -> Performed:
    return Performed(row["kind"], row["side"], row["reps"], row["load_kg"], row["completed_at"] is not None)


def _convention(row: Mapping[str, Any]) -> Convention:
    return Convention(row[f"{TYPE}load_convention"], row[f"{TYPE}laterality"], row[f"{TYPE}bodyweight_share"])
