"""COPY into PostgreSQL by blocks: a call for each row is what would take the time."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import connection

from lib.sqlfiles import load_sql

BLOCK_LINES = 2000
ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\x00": ""})

Cells = Sequence[str]


def copy_rows(statement: str, rows: Iterable[Cells], progress: Callable[[int], Any] = lambda _count: None) -> int:
    """Into what catalog/sql/<statement>.sql names. Gives their number."""
    count = 0
    with connection.cursor() as cursor, cursor.copy(load_sql("catalog", statement)) as copy:
        block: list[str] = []
        for cells in rows:
            block.append("\t".join([cell.translate(ESCAPES) for cell in cells]))
            count += 1
            if len(block) == BLOCK_LINES:
                copy.write("\n".join([*block, ""]))
                progress(len(block))
                block = []
        copy.write("".join([f"{line}\n" for line in block]))
        progress(len(block))
    return count
