"""A ZIP that is written file by file, in blocks, and never read back while it is made."""

import datetime as dt
import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sync.services.states.reading import Spool

COMPRESSION_LEVEL = 4


class Written(NamedTuple):
    """One file of the archive; the names are those of the manifest."""

    name: str
    bytes: int
    lines: int
    sha256: str


class ArchiveWriter:
    """at: when all of its files were made."""

    def __init__(self, zf: zipfile.ZipFile, at: dt.datetime) -> None:
        self._zf, self._at = zf, at

    def add(self, name: str, blocks: Iterable[bytes]) -> Written:
        info = zipfile.ZipInfo(name, self._at.timetuple()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        digest, size, lines = hashlib.sha256(), 0, 0
        with self._zf.open(info, "w", force_zip64=True) as file:
            for block in blocks:
                file.write(block)
                digest.update(block)
                size += len(block)
                lines += block.count(b"\n")
        return Written(name, size, lines, digest.hexdigest())


@contextmanager
def archive(at: dt.datetime) -> Iterator[tuple[Spool, ArchiveWriter]]:
    """Gives where the ZIP is gathered, and what writes into it. The spool is closed where anything fails."""
    spool = Spool()
    sink: Any = _Sink(spool)
    try:
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION_LEVEL) as zf:
            yield spool, ArchiveWriter(zf, at)
    except BaseException:
        spool.close()
        raise


class _Sink:
    """What zipfile writes to: it only goes forward."""

    def __init__(self, spool: Spool) -> None:
        self.spool = spool

    def write(self, data: bytes, /) -> int:
        block = bytes(data)
        self.spool.write(block)
        return len(block)

    def flush(self) -> None:
        """Nothing is held back here."""
