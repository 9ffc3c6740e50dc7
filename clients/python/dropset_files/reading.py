"""The one way in: a file of any app, of training or of food, known by what stands in it and never by its name."""

import re
from collections.abc import Callable, Mapping

from dropset_files.cronometer.reader import is_cronometer, read_cronometer
from dropset_files.fitnotes.reader import FITNOTES_TITLES, read_fitnotes
from dropset_files.hevy.reader import HEVY_TITLES, read_hevy
from dropset_files.liftosaur.csv import LIFTOSAUR_TITLES, read_liftosaur_csv
from dropset_files.liftosaur.storage import is_storage, read_liftosaur_json
from dropset_files.myfitnesspal.reader import is_myfitnesspal, read_myfitnesspal
from dropset_files.openweight.reader import read_openweight
from dropset_files.shared.diary import DiaryFile
from dropset_files.shared.documents import Json
from dropset_files.shared.lines import separated, text_of
from dropset_files.shared.model import FileFormatError, TrainingFile, UnknownFileError
from dropset_files.shared.reading import ReadAs
from dropset_files.shared.tables import simple
from dropset_files.strong.reader import read_strong

__all__ = ["APPS", "DIARIES", "ReadAs", "app_of", "read_diary", "read_file"]

APPS = {
    "strong": "Strong",
    "hevy": "Hevy",
    "fitnotes": "FitNotes",
    "liftosaur": "Liftosaur",
    "openweight": "openweight",
}
DIARIES = {"myfitnesspal": "MyFitnessPal", "cronometer": "Cronometer"}

_READERS: Mapping[str, Callable[[str, ReadAs], TrainingFile]] = {
    "strong": read_strong,
    "hevy": read_hevy,
    "fitnotes": read_fitnotes,
    "openweight": read_openweight,
}
# By these titles the tables of one app are known. What has none of them is read as Strong's, which come in every language.
_TITLES = {"hevy": HEVY_TITLES, "liftosaur": LIFTOSAUR_TITLES, "fitnotes": FITNOTES_TITLES}


def read_file(source: str | bytes, read_as: ReadAs) -> TrainingFile:
    """What the file holds. Raises FileFormatError where it is of no known app, or cannot be read as a whole; what of it
    cannot be read is a Problem.
    """
    text = text_of(source)
    app = read_as.app or app_of(text)
    if app in DIARIES:
        raise FileFormatError(f"this is a food diary of {DIARIES[app]}, and no training")
    if app == "liftosaur":
        return read_liftosaur_json(text, read_as) if _is_json(text) else read_liftosaur_csv(text, read_as)
    if app not in _READERS:
        raise FileFormatError(f"there is no app {app!r} here; there are {', '.join(APPS)}")
    try:
        return _READERS[app](text, read_as)
    except UnknownFileError as error:
        if read_as.app:
            raise
        raise UnknownFileError(
            f"this is no file of {', '.join(APPS.values())}: its first line names no column"
        ) from error


def read_diary(source: str | bytes, read_as: ReadAs) -> DiaryFile:
    """What the file of a food diary holds. Raises FileFormatError."""
    text = text_of(source)
    app, titles = app_of(text), _titles(text)
    if app not in DIARIES:
        raise FileFormatError(f"this is no food diary of {' or '.join(DIARIES.values())}")
    return read_cronometer(text, read_as, titles) if app == "cronometer" else read_myfitnesspal(text, read_as, titles)


def app_of(text: str) -> str:
    """Of training, or of food. Raises FileFormatError where there is nothing, or JSON of something else."""
    if not text.strip("\ufeff \t\r\n"):
        raise FileFormatError("the file is empty")
    if _is_json(text):
        return _app_of_json(Json(text))
    titles = _titles(text)
    if is_cronometer(titles):
        return "cronometer"
    if is_myfitnesspal(titles):
        return "myfitnesspal"
    return next((app for app, marks in _TITLES.items() if marks <= titles), "strong")


def _is_json(text: str) -> bool:
    return text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[")


def _app_of_json(document: Json) -> str:
    if is_storage(document):
        return "liftosaur"
    if document.is_list() or {"date", "exercises"} & document.names() or "workouts" in document.names():
        return "openweight"
    raise FileFormatError("this is JSON, but neither a workout log of openweight nor an export of Liftosaur")


def _titles(text: str) -> set[str]:
    """Of the columns, without the unit in them."""
    _separator, records = separated(text)
    _line, header = next(records, (1, []))
    return {re.sub(r" ?\(.*\)", "", simple(title)) for title in header} if isinstance(header, list) else set()
