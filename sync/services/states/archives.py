"""A ZIP that somebody sent, opened with care: what is bounded is bounded before it is read."""

import errno
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from lib.texts import visible

MARK = b"PK\x03\x04"
MAX_FILES = 64
MAX_DIRECTORY_BYTES = MAX_FILES * 1024  # zipfile needs ten times as much memory for it; an entry of ours has 120 bytes
BLOCK_BYTES = 256 * 1024
MAX_NAME = 200  # characters of a file's name that are told
MAX_DETAIL = 500
# Its mark, disks, entries here, entries, size and place of the directory, comment.
END = struct.Struct("<4s4H2LH")
END_MARK, END64_MARK = b"PK\x05\x06", b"PK\x06\x07"
END64_BYTES = 20
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What zipfile raises for a damaged file; EINVAL where it is sent to a place before the beginning.
DAMAGES = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError),
    *(NotImplementedError, RuntimeError, KeyError, ValueError, OverflowError),
)


class FileProblem(Exception):
    """What is wrong with the file, and where; in words that can be kept and shown, whatever the file holds."""

    def __init__(self, code: str, detail: str, *, file: str | None = None, line: int | None = None) -> None:
        self.code, self.line = code, line
        self.detail = visible(detail[:MAX_DETAIL])
        self.file = None if file is None else visible(file[:MAX_NAME])
        super().__init__(self.detail)


class Archive:
    """Its files, by name. What is wrong with it is a FileProblem that names the file."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._infos = {info.filename: info for info in archive.infolist()}
        self._check()

    @property
    def names(self) -> set[str]:
        return set(self._infos)

    @property
    def size(self) -> int:
        """In bytes, unpacked, as it says itself."""
        return sum(info.file_size for info in self._infos.values())

    @contextmanager
    def opened(self, name: str) -> Iterator[IO[bytes]]:
        """To be read in blocks: a read without a limit may unpack into any amount of memory, whatever size is said."""
        with damage_told(name), self._archive.open(name) as file:
            yield file

    def content(self, name: str, *, limit: int) -> bytes | None:
        """The whole file; None if it has more bytes than the limit."""
        with self.opened(name) as file:
            found = file.read(limit + 1)
            return found if len(found) <= limit else None

    def _check(self) -> None:
        for info in self._archive.infolist():
            if "\0" in info.orig_filename:  # zipfile takes what stands before it for the name
                raise FileProblem("malformed", "The name of a file holds a NUL character.", file=info.orig_filename)
            if info is not self._infos[info.filename]:
                raise FileProblem("malformed", "The ZIP holds this file twice.", file=info.filename)
            if info.compress_type not in METHODS or info.flag_bits & 1:
                said = "The file is encrypted, or compressed in a way that is not read here."
                raise FileProblem("malformed", said, file=info.filename)


@contextmanager
def opened(file: Any) -> Iterator[Archive]:
    """The ZIP in a file that is read from its beginning. A copy lies on the disk: a ZIP is read from its end."""
    with tempfile.TemporaryFile() as packed:
        while block := file.read(BLOCK_BYTES):
            packed.write(block)
        _check_end(packed)
        with damage_told(), zipfile.ZipFile(packed) as found:
            yield Archive(found)


@contextmanager
def damage_told(name: str | None = None) -> Iterator[None]:
    try:
        yield
    except DAMAGES as error:
        if isinstance(error, OSError) and error.errno != errno.EINVAL:  # the disk's fault, not the file's
            raise
        raise FileProblem("malformed", f"The ZIP is damaged: {error}", file=name) from error


def _check_end(packed: IO[bytes]) -> None:
    """What zipfile goes by. It reads as much of the directory as is said here, each entry into many times its size."""
    size = packed.seek(0, 2)
    packed.seek(max(0, size - END.size - 0xFFFF))
    tail = packed.read()
    at = tail.rfind(END_MARK)
    if at < 0 or len(tail) - at < END.size:
        raise FileProblem("malformed", "The ZIP is damaged: it has no end.")
    if at >= END64_BYTES and tail[at - END64_BYTES :].startswith(END64_MARK):
        raise FileProblem("malformed", "The ZIP is made for more than 4 GB (ZIP64), which is not read here.")
    _, _, _, here, entries, directory_bytes, _, _ = END.unpack_from(tail, at)
    if entries > MAX_FILES or here != entries:
        raise FileProblem("malformed", f"A ZIP holds at most {MAX_FILES} files.")
    if directory_bytes > MAX_DIRECTORY_BYTES:
        said = f"The directory of the ZIP has {directory_bytes} bytes; at most {MAX_DIRECTORY_BYTES} are read."
        raise FileProblem("malformed", said)
