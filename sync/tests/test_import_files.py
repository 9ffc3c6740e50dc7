"""The form of an imported ZIP: what is damaged, lies about itself, or is a bomb, is found before anything is written."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from sync.services.states import import_files
from sync.services.states.archives import FileProblem
from sync.tests.transfers import record_line, zipped

WORKOUTS = "records/workout.ndjson"
SETS = "records/set.ndjson"
Files = dict[str, bytes]


def archive(**changes: Any) -> Files:
    """An export of two workouts and a set; `changes` are made to its manifest."""
    files = {
        SETS: _lines(record_line("set", {"exercise": "x"})),
        WORKOUTS: _lines(record_line("workout", {"title": "a"}), record_line("workout", {"title": "b"})),
    }
    listed = [
        {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in files.items()
    ]
    return files | {"manifest.json": json.dumps({"schema_version": 1, "files": listed, **changes}).encode()}


def _lines(*records: Any) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def read(content: bytes) -> import_files.Contents:
    return import_files.read(io.BufferedReader(io.BytesIO(content)))


def problem_of(content: bytes) -> FileProblem:
    with pytest.raises(FileProblem) as caught:
        read(content)
    return caught.value


def test_rows_come_parents_first_whatever_the_order_of_the_files() -> None:
    with read(zipped(archive())) as contents:
        assert [(row.entity, row.number) for row in contents.rows()] == [("workout", 1), ("workout", 2), ("set", 3)]
        assert [row.number for row in contents.rows(skip=2)] == [3]
        assert contents.total == 3


def _without(name: str) -> Callable[[Files], Files]:
    return lambda files: {key: value for key, value in files.items() if key != name}


def _with(name: str, content: bytes) -> Callable[[Files], Files]:
    return lambda files: {**files, name: content}


@pytest.mark.parametrize(
    ("change", "code", "file", "line"),
    [
        (_without("manifest.json"), "not_an_export", None, None),
        (_with("manifest.json", b"{}"), "malformed", "manifest.json", None),
        (_with("manifest.json", b"x" * 2_000_000), "not_an_export", None, None),
        (_without(WORKOUTS), "incomplete", WORKOUTS, None),
        (_with(SETS, _lines(record_line("set", {}))), "incomplete", SETS, None),
        (_with(SETS, b'{"type":"record"}\n'), "malformed", SETS, 1),
        (_with(SETS, b'{"type":"end","count":1}\n'), "malformed", SETS, 1),
        (_with("records/other.ndjson", b""), "malformed", "records/other.ndjson", None),
        (lambda files: files | {f"{n}": b"" for n in range(100)}, "malformed", None, None),
        (lambda files: archive(schema_version=99), "schema_too_new", None, None),
    ],
)
def test_zip_that_is_no_whole_export_is_refused(
    change: Callable[[Files], Files], code: str, file: str | None, line: int | None
) -> None:
    problem = problem_of(zipped(change(archive())))
    assert (problem.code, problem.file, problem.line) == (code, file, line), problem.detail


def test_damaged_zip_is_refused() -> None:
    content = zipped(archive())
    codes: set[str] = set()
    for place in range(0, len(content), 7):
        broken = content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]
        try:
            with read(broken) as contents:
                assert contents.total == 3  # the flipped bit carries no meaning, such as a time
        except FileProblem as problem:
            codes.add(problem.code)
    assert codes <= {"malformed", "not_an_export", "incomplete", "too_large"}
    assert {"malformed", "incomplete"} & codes
    assert problem_of(content[:-30]).code == "malformed"


def test_encrypted_or_oddly_packed_zip_is_refused() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_LZMA) as found:
        found.writestr("manifest.json", b"{}")
    assert problem_of(written.getvalue()).code == "malformed"


def test_bomb_is_refused_by_what_it_says_of_itself(monkeypatch: Any) -> None:
    monkeypatch.setattr(import_files, "MAX_CONTENT_BYTES", 100_000)
    content = zipped(archive() | {"zeros": bytes(1_000_000)})
    assert len(content) < 3_000
    assert problem_of(content).code == "too_large"


def test_bomb_that_says_that_it_is_small_is_refused(monkeypatch: Any) -> None:
    monkeypatch.setattr(import_files, "MAX_CONTENT_BYTES", 100_000)
    content = bytearray(zipped(archive() | {WORKOUTS: b'{"a":1}\n' * 100_000}))
    for mark in (b"PK\x01\x02", b"PK\x03\x04"):  # the size of the member, wherever it is said
        at = (
            content.find(WORKOUTS.encode(), content.find(mark))
            if mark == b"PK\x03\x04"
            else content.rfind(WORKOUTS.encode())
        )
        start = content.rfind(mark, 0, at)
        size_at = start + (24 if mark == b"PK\x01\x02" else 22)
        content[size_at : size_at + 4] = (50).to_bytes(4, "little")
    assert problem_of(bytes(content)).code in ("malformed", "too_large", "incomplete")


def test_lines_beyond_the_limits_are_refused(monkeypatch: Any) -> None:
    monkeypatch.setattr(import_files, "MAX_RECORDS", 2)
    problem = problem_of(zipped(archive()))
    assert (problem.code, problem.file, problem.line) == ("malformed", WORKOUTS, 2)
