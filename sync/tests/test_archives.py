"""ZIPs that attack whoever opens them: refused by a look at their end, or read in blocks, in little memory."""

import io
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sync.services.states import archives
from sync.services.states.archives import MAX_DIRECTORY_BYTES, FileProblem
from sync.tests.transfers import zipped

LOCAL = struct.Struct("<4s2B4HL2L2H")
ENTRY = struct.Struct("<4s4B4HL2L5H2L")
END = struct.Struct("<4s4H2LH")
FEW_BYTES = 3 * 1024 * 1024


def local(name: bytes, packed: bytes, size: int) -> bytes:
    return LOCAL.pack(b"PK\x03\x04", 20, 0, 0, 8, 0, 0, 0, len(packed), size, len(name), 0) + name + packed


def entry(name: bytes, packed: bytes = b"", size: int = 0) -> bytes:
    head = ENTRY.pack(b"PK\x01\x02", 20, 0, 20, 0, 0, 8, 0, 0, 0, len(packed), size, len(name), 0, 0, 0, 0, 0, 0)
    return head + name


def made_by_hand(files: bytes, directory: bytes, *, said_entries: int, said_bytes: int | None = None) -> bytes:
    size = len(directory) if said_bytes is None else said_bytes
    return files + directory + END.pack(b"PK\x05\x06", 0, 0, said_entries, said_entries, size, len(files), 0)


def problem_of(content: bytes) -> FileProblem:
    with pytest.raises(FileProblem) as caught, archives.opened(io.BytesIO(content)):
        pass
    return caught.value


@contextmanager
def little_memory() -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < FEW_BYTES


def test_archive_gives_its_files() -> None:
    with archives.opened(io.BytesIO(zipped({"a": b"one", "b": b"22"}))) as archive:
        assert (archive.names, archive.size) == ({"a", "b"}, 5)
        assert (archive.content("a", limit=3), archive.content("a", limit=2)) == (b"one", None)


def test_directory_of_more_entries_than_the_end_says_is_not_read() -> None:
    """850,000 of them took 400 MB and six seconds."""
    content = made_by_hand(local(b"a", b"", 0), entry(b"12345") * 100_000, said_entries=1)
    with little_memory():
        assert problem_of(content).detail.startswith("The directory of the ZIP has 5100000 bytes")


def test_directory_is_read_as_far_as_the_end_says() -> None:
    content = made_by_hand(local(b"a", b"", 0), entry(b"a") * 100_000, said_entries=1, said_bytes=len(entry(b"a")))
    with little_memory(), archives.opened(io.BytesIO(content)) as archive:
        assert archive.names == {"a"}


def test_directory_as_large_as_it_may_be_takes_little_memory() -> None:
    entries = entry(b"") * (MAX_DIRECTORY_BYTES // len(entry(b"")))
    with little_memory():
        problem_of(made_by_hand(local(b"", b"", 0), entries, said_entries=64))


def test_zip64_is_refused_before_its_own_end_is_believed() -> None:
    """Its record of 64 bits would count, whatever the usual one says."""
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 10**6, 10**6, 10**9, 0)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)
    content = made_by_hand(local(b"a", b"", 0), entry(b"a") + end64 + locator, said_entries=1)
    assert "ZIP64" in problem_of(content).detail


@pytest.mark.parametrize("entries", [65, 0xFFFF])
def test_end_that_says_too_many_entries_is_refused(entries: int) -> None:
    content = made_by_hand(local(b"a", b"", 0), entry(b"a"), said_entries=entries)
    assert problem_of(content).detail == "A ZIP holds at most 64 files."


def test_file_that_unpacks_into_more_than_it_says_takes_little_memory() -> None:
    """zipfile unpacked all of it, 2 GB, before it looked at the size."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"".join([packer.compress(bytes(1 << 20)) for _ in range(100)]) + packer.flush()
    content = made_by_hand(local(b"a", packed, 100), entry(b"a", packed, 100), said_entries=1)
    with little_memory(), archives.opened(io.BytesIO(content)) as archive, pytest.raises(FileProblem) as caught:
        archive.content("a", limit=1 << 20)
    assert (caught.value.code, caught.value.file) == ("malformed", "a")


def test_name_with_a_nul_is_told_as_it_stands() -> None:
    """zipfile takes what stands before it for the name."""
    content = made_by_hand(local(b"a\0b", b"", 0), entry(b"a\0b"), said_entries=1)
    problem = problem_of(content)
    assert (problem.code, problem.file) == ("malformed", r"a\x00b")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_file_that_is_there_twice_is_named() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for _ in range(2):
            archive.writestr("records/workout.ndjson", b"")
    assert problem_of(written.getvalue()).file == "records/workout.ndjson"


def test_damaged_file_is_named() -> None:
    content = bytearray(zipped({"a": b"1" * 100, "b": b"2" * 100}))
    content[content.find(b"b") + 1] ^= 0xFF
    with archives.opened(io.BytesIO(content)) as archive, pytest.raises(FileProblem) as caught:
        archive.content("b", limit=100)
    assert caught.value.file == "b"


def test_problem_can_be_kept_and_shown_whatever_the_file_says() -> None:
    problem = FileProblem("malformed", "x\0\n" * 1000, file="\ud83d\x1b" * 1000)
    assert problem.detail.isprintable()
    assert problem.file is not None
    assert problem.file.isprintable()
    assert max(len(problem.detail), len(problem.file)) < 5000
