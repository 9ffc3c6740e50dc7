"""How to read what a file does not say of itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from dropset_files.shared.cells import DateOrder
from dropset_files.shared.model import DistanceUnit, WeightUnit


@dataclass(frozen=True, slots=True)
class ReadAs:
    """`zone` is where local times are meant; the units fill in where the file has none.

    `columns` gives the titles of columns that are not known by themselves (of Strong, by the names in
    `strong.titles.COLUMNS`); `dates` says what 03/04/2024 is. `app`: whose file it is, where that is known beforehand;
    else it is found by the content.
    """

    zone: ZoneInfo
    weight_unit: WeightUnit = "kg"
    distance_unit: DistanceUnit = "km"
    columns: Mapping[str, str] = field(default_factory=dict)
    dates: DateOrder | None = None
    app: str = ""
