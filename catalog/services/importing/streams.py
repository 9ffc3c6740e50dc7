"""Files that are read a piece at a time, however large they are."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from catalog.services.importing.refusals import FileRefused

CHUNK_CHARACTERS = 1 << 20
ITEM_CHARACTERS_MAX = 32 << 20
CELL_BYTES_MAX = 1 << 20
_BLANKS = re.compile(r"[\s,]*")


class Item(NamedTuple):
    """An object of a list, and the line that it begins in."""

    line: int
    value: Any


class JsonList:
    """The objects of the first list in a JSON document that holds objects: the document itself, or what stands under a key."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def beginning(self) -> str:
        with self.path.open(encoding="utf-8-sig") as file:
            return file.read(4096)

    def items(self) -> Iterator[Item]:
        """Raises FileRefused where the document ends early, or is none."""
        decoder = json.JSONDecoder()
        with self.path.open(encoding="utf-8-sig") as file:
            text, at, line = file.read(CHUNK_CHARACTERS), 0, 1
            at = text.find("[") + 1
            if not at:
                raise FileRefused("There is no list in this file.")
            line += text.count("\n", 0, at)
            while True:
                start = _BLANKS.match(text, at)
                begins = start.end() if start else at
                line, at = line + text.count("\n", at, begins), begins
                if text.startswith("]", at):
                    return
                try:
                    value, end = decoder.raw_decode(text, at)
                except json.JSONDecodeError as error:
                    more = file.read(CHUNK_CHARACTERS)
                    if not more or len(text) - at > ITEM_CHARACTERS_MAX:
                        raise FileRefused(f"Line {line} is no JSON, or the file ends too early.") from error
                    text, at = text[at:] + more, 0
                    continue
                yield Item(line, value)
                line, at = line + text.count("\n", at, end), end


def csv_rows(file: io.TextIOBase) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row with its line; what a short one lacks is empty."""
    csv.field_size_limit(CELL_BYTES_MAX)
    reader = csv.DictReader(file, restval="")
    for row in reader:
        yield reader.line_num, row


class ZippedTables:
    """The CSV files of a ZIP, by their names without the folder."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path)
        names = [name for name in self._zip.namelist() if name.lower().endswith(".csv")]
        self._names = {name.rsplit("/", 1)[-1].lower(): name for name in names}

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def size(self, name: str) -> int:
        return self._zip.getinfo(self._names[name]).file_size if name in self else 0

    def lines(self, name: str) -> Iterator[tuple[int, list[str]]]:
        """The header first. Nothing of a table that is not there."""
        if name not in self:
            return
        csv.field_size_limit(CELL_BYTES_MAX)
        with self._zip.open(self._names[name]) as raw:
            reader = csv.reader(io.TextIOWrapper(raw, encoding="utf-8-sig", newline=""))
            for row in reader:
                yield reader.line_num, row
