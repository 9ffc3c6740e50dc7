"""Dialects of Strong's CSV: which column is which, and how its cells are written.

| dialect | separator | what is special                                                              |
|---------|-----------|------------------------------------------------------------------------------|
| S1      | ,         | 12 columns, no unit anywhere, `Duration` "1h 43m"                              |
| S2      | ;         | 14 columns, `Weight Unit` and `Distance Unit` (may be blank), `Workout Duration` |
| S3      | ;         | all quoted, `Workout #`, `Weight (kg)`, `Distance (meters)`, `Duration (sec)`  |
| S4      | ,         | legacy: S1 without `Duration` and `RPE`                                        |
| S5      | , or ;    | the oldest: as S4, and `kg` and `km` are titles of columns                     |

A file is read by the titles in its header and not by its dialect, so mixtures are read too.
"""

from collections.abc import Mapping
from functools import partial

from dropset_files.shared.cells import CellError, DateOrder
from dropset_files.shared.model import FileFormatError, Problem, UnknownFileError
from dropset_files.shared.tables import DISTANCE_UNITS, WEIGHT_UNITS, Columns, Table, read_table, simple, unit_of
from dropset_files.strong.titles import COLUMNS, REQUIRED, by_place, column_of, other_app

_DURATION_UNITS_S = {"": 1, "s": 1, "sec": 1, "seconds": 1, "min": 60, "minutes": 60, "h": 3600, "hours": 3600}


def read_export(text: str, *, named: Mapping[str, str] | None = None, dates: DateOrder | None = None) -> Table:
    """The rows below the header. `named` gives the titles of columns that are not known by themselves.

    Raises FileFormatError if the file is not a Strong export.
    """
    return read_table(text, partial(_read_header, named=named or {}), dates=dates)


def _read_header(titles: list[str], *, named: Mapping[str, str]) -> tuple[Columns, list[Problem]]:
    return _Header(titles, named).read()


def dialect_of(columns: Columns) -> str:
    """In words, for the report."""
    has = columns.place.keys()
    if "number" in has:
        return "with numbers of workouts and units in the titles"
    if "weight unit" in has:
        return "with units in their own columns"
    if columns.weight_unit or columns.distance_unit:
        return "with units in the titles"
    return "without units" if "duration" in has else "without units and durations"


class _Header:
    def __init__(self, titles: list[str], named: Mapping[str, str]) -> None:
        self._titles = titles
        self._named = {simple(title): name for name, title in named.items()}
        unknown = [name for name in named if name not in COLUMNS]
        if unknown:
            raise FileFormatError(f"there is no column {unknown[0]!r}; there are {', '.join(COLUMNS)}")

    def read(self) -> tuple[Columns, list[Problem]]:
        found = [self._column_of(title) for title in self._titles]
        names = {place: name for place, (name, _) in enumerate(found) if name}
        problems = []
        if not set(REQUIRED) <= set(names.values()) and (placed := by_place(self._titles)):
            names = dict(placed)
            problems.append(Problem(1, _BY_PLACE.format(", ".join(placed.values()))))
        columns = Columns({}, len(self._titles))
        for place, name in names.items():
            if columns.place.setdefault(name, place) == place:
                self._note_unit(columns, name, found[place][1])
        self._check(columns)
        return columns, problems

    def _column_of(self, title: str) -> tuple[str | None, str]:
        known, unit = column_of(title)
        return self._named.get(simple(title), known), unit

    def _note_unit(self, columns: Columns, name: str, unit: str) -> None:
        try:
            match name:
                case "weight":
                    columns.weight_unit = unit_of(WEIGHT_UNITS, unit, None)
                case "distance":
                    columns.distance_unit = unit_of(DISTANCE_UNITS, unit, None)
                case "duration":
                    columns.duration_unit_s = _DURATION_UNITS_S.get(unit.rstrip("."), 1)
        except CellError as error:
            raise FileFormatError(f"this Strong export cannot be read: {error}") from error

    def _check(self, columns: Columns) -> None:
        missing = [name for name in REQUIRED if name not in columns.place]
        if not missing:
            return
        if other := other_app(self._titles):
            raise FileFormatError(f"this is not a Strong export of workouts: it is {other}")
        if not columns.place:
            raise UnknownFileError("this is not a Strong export: its first line names no column of one")
        raise FileFormatError(_MISSING.format(", ".join(map(repr, missing)), ", ".join(map(repr, self._titles))[:500]))


_BY_PLACE = (
    "the titles of the columns are in a language that is not known here, so they were read by their places: {}. Look"
    " whether that is right"
)
_MISSING = (
    "this is not a Strong export as it is: no column {} in its first line. If one of {} is meant, name it, as in"
    " weight=Gewicht; if it was taken out, export again"
)
