"""Import of workouts that the Strong app exported as CSV: `dropset_client.files` for that one app."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dropset_client.device import Device
from dropset_client.files import HowTo, ImportReport, import_file
from dropset_client.imports import Import
from dropset_files.planning.planner import OnWorkout
from dropset_files.reading import ReadAs
from dropset_files.shared.cells import DateOrder
from dropset_files.shared.model import DistanceUnit, FileFormatError, Problem, TrainingFile, WeightUnit
from dropset_files.shared.names import library_names
from dropset_files.strong.reader import read_strong

__all__ = [
    "ImportReport",
    "Problem",
    "StrongFile",
    "StrongFormatError",
    "import_strong",
    "library_names",
    "parse_strong",
]

StrongFile = TrainingFile
StrongFormatError = FileFormatError


def parse_strong(source: str | bytes | Path, *, zone: ZoneInfo, **options: Any) -> TrainingFile:
    """Read an export of any dialect. `options` are those of ReadAs. Raises FileFormatError for a file of something else."""
    return read_strong(source.read_bytes() if isinstance(source, Path) else source, ReadAs(zone, **options))


def import_strong(
    device: Device,
    source: str | bytes | Path,
    *,
    zone: ZoneInfo,
    exercise_types: Mapping[str, str],
    weight_unit: WeightUnit = "kg",
    distance_unit: DistanceUnit = "km",
    columns: Mapping[str, str] | None = None,
    dates: DateOrder | None = None,
    take_file: bool = False,
    bring_back: bool = False,
    moved: bool = False,
    replaces: Import | None = None,
    on_workout: OnWorkout = lambda _done, _total: None,
) -> ImportReport:
    """Queue the workouts of a Strong export on a device: see `import_file`, `ReadAs` and `HowTo`."""
    return import_file(
        device,
        source,
        ReadAs(zone, weight_unit, distance_unit, columns or {}, dates, app="strong"),
        exercise_types=exercise_types,
        how=HowTo(take_file=take_file, bring_back=bring_back, moved=moved, replaces=replaces),
        on_workout=on_workout,
    )
