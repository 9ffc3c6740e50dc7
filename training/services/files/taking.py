"""The one way in for files of other apps. What has other entities than these adds its own importer, from its `apps.py`."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dropset_files.reading import app_of
from dropset_files.shared.lines import text_of
from dropset_files.shared.model import FileFormatError
from training.services.files.importing import HowToRead, HowToTake, import_file, unreadable
from training.services.files.reports import report_of

Report = dict[str, Any]


@dataclass(frozen=True)
class Sent:
    """A file, and what is wanted of it. source: as of `writing`; at: when."""

    user: Any
    content: bytes
    how: HowToRead
    take: HowToTake
    source: str
    at: dt.datetime
    dry_run: bool


_IMPORTERS: dict[str, Callable[[Sent], Report]] = {}


def add_importer(importer: Callable[[Sent], Report], *apps: str) -> None:
    """apps: by the names that dropset_files has for them. The report has the shape of `report_of`."""
    _IMPORTERS.update(dict.fromkeys(apps, importer))


def take_file(sent: Sent) -> Report:
    """Raises FileUnreadable, TooLarge, UnknownMatch."""
    try:
        app = app_of(text_of(sent.content))
    except FileFormatError as error:
        raise unreadable(error) from error
    return _IMPORTERS.get(app, _take_training)(sent)


def _take_training(sent: Sent) -> Report:
    outcome = import_file(
        user=sent.user,
        content=sent.content,
        how=sent.how,
        take=sent.take,
        source=sent.source,
        at=sent.at,
        dry_run=sent.dry_run,
    )
    return report_of(outcome, dry_run=sent.dry_run)
