"""Import of workouts that the Strong app exported as CSV."""

from dropset_client.strong.importer import ImportReport, import_strong
from dropset_client.strong.model import Problem, StrongFile, StrongFormatError
from dropset_client.strong.names import library_names
from dropset_client.strong.reader import parse_strong

__all__ = [
    "ImportReport",
    "Problem",
    "StrongFile",
    "StrongFormatError",
    "import_strong",
    "library_names",
    "parse_strong",
]
