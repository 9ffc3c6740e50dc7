"""Files that commands make of what was gathered."""

import os
import shutil
from pathlib import Path

from django.core.management.base import CommandError
from tqdm import tqdm

from sync.services.states.reading import Spool


def save(archive: Spool, file: Path) -> None:
    """Writes it, with a bar, into a file that only its owner may read. Raises CommandError, also where it is there already."""
    try:
        made = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise CommandError(f"{file} cannot be made: {error.strerror}.") from error
    archive.file.seek(0)
    reading = tqdm.wrapattr(archive.file, "read", total=archive.size, leave=False, disable=None)
    with os.fdopen(made, "wb") as target, reading as source:
        shutil.copyfileobj(source, target)
