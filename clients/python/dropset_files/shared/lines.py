"""The records of a CSV file with the lines they begin on, whatever a spreadsheet or a careless quote has done to it."""

import csv
import re
from collections.abc import Iterator

from dropset_files.shared.model import FileFormatError

_BOM = "\ufeff"
_SEPARATORS = (";", ",", "\t", "|")
# A row begins with its date, or with the number of its workout and then the date.
_BEGINS = re.compile(r'"?(?:\d+"?[;,\t|]"?)?\d{1,4}[-./ ]\w+[-./ ]')
_LOOKED_AT = 200  # bytes that show how a file is written
_LONGEST = csv.field_size_limit()


# What a file of another kind begins with.
_KINDS = (
    (b"PK\x03\x04", "a ZIP file: unpack it, and give the file in it"),
    (b"\x1f\x8b", "a file packed by gzip: unpack it first"),
    (b"%PDF", "a PDF"),
    (b"SQLite format 3\x00", "a database: a backup. Take the export as CSV or JSON"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file: save it as CSV"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)


def text_of(source: str | bytes) -> str:
    """Raises FileFormatError for what is no text."""
    if isinstance(source, str):
        return source
    for beginning, name in _KINDS:
        if source.startswith(beginning):
            raise FileFormatError(f"this is no text but {name}")
    return decoded(source)


def decoded(raw: bytes) -> str:
    """The bytes as text: UTF-8 or UTF-16, with or without a byte order mark, else Windows-1252."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    if _is_wide(raw):
        return raw.decode("utf-16-le" if raw[1:2] == b"\x00" else "utf-16-be", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _is_wide(raw: bytes) -> bool:
    """UTF-16 without a mark: every other byte of what is written in Latin letters is 0."""
    beginning = raw[:_LOOKED_AT]
    return beginning.count(0) * 3 > len(beginning)


def separated(text: str) -> tuple[str, Iterator[tuple[int, list[str] | str]]]:
    """The separator, and the records with the lines they begin on; a text instead of cells says why there are none.

    Blank records are passed over. The first one is the header.
    """
    lines = text.removeprefix(_BOM).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip(' \t;,|"')), len(lines))
    named = re.fullmatch(r'"?sep=(.)"?', lines[first].strip(" ")) if first < len(lines) else None
    if named:
        first += 1
    header = next((line for line in lines[first:] if line.strip()), "")
    separator = named[1] if named else max(_SEPARATORS, key=header.count)
    return separator, _records(lines, separator, first)


def _records(lines: list[str], separator: str, start: int) -> Iterator[tuple[int, list[str] | str]]:
    width = 0
    while start < len(lines):
        end = _end_of(lines, start, separator)
        cells = _cells("\n".join(lines[start:end]), separator, width)
        if isinstance(cells, str) or any(cell.strip() for cell in cells):
            width = width or len(cells)
            yield start + 1, cells
        start = end


def _end_of(lines: list[str], start: int, separator: str) -> int:
    """The line behind the record that begins at `start`. A quote that nobody closed ends where the next row begins."""
    quotes = lines[start].count('"')
    end = start + 1
    while quotes % 2 and end < len(lines):
        if _BEGINS.match(lines[end]) and lines[end].count(separator) > 1:
            return end
        quotes += lines[end].count('"')
        end += 1
    return start + 1 if quotes % 2 else end


def _cells(record: str, separator: str, width: int) -> list[str] | str:
    if len(record) > _LONGEST:
        return "the row is longer than any row should be"
    try:
        cells = next(csv.reader([record], delimiter=separator), [])
        if len(cells) == 1 and separator in cells[0]:  # the whole line was put into quotes
            cells = next(csv.reader(cells, delimiter=separator))
    except csv.Error as error:
        return str(error)
    if record.count('"') % 2 and len(cells) < width:
        return "a quotation mark is not closed"
    return cells
