"""Everything of a user, as a ZIP of JSON lines with a manifest."""

import datetime as dt
import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import orjson

from accounts.models import User
from lib import wire
from lib.upcasting import schema_version
from sync.enums import MutationStatus
from sync.models import Mutation
from sync.services.heads import consistent_view
from sync.services.push.answers import error_of
from sync.services.states import reading
from sync.services.states.reading import Spool, State, blocks_of

FORMAT = "dropset-export-1"
COMPRESSION_LEVEL = 4


def export(*, user: User, at: dt.datetime, with_log: bool = False) -> Spool:
    """A ZIP: records/<entity>.ndjson, mutations.ndjson (refused or waiting), log.ndjson if asked for, manifest.json."""
    spool = Spool()
    try:
        _write(spool, user, at, with_log=with_log)
    except BaseException:
        spool.close()
        raise
    return spool


def _write(spool: Spool, user: User, at: dt.datetime, *, with_log: bool) -> None:
    sink: Any = _Sink(spool)
    with (
        consistent_view(),
        zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION_LEVEL) as zf,
    ):
        state = State(user)
        files = [
            _add(zf, f"records/{entity.name}.ndjson", reading.records(user, entity), at)
            for entity in wire.entities()
            if entity.name in state.counts.keys() | state.retired.keys()
        ]
        files.append(_add(zf, "mutations.ndjson", blocks_of(_unsettled(user)), at))
        if with_log:
            files.append(_add(zf, "log.ndjson", reading.log(user), at))
        _add(zf, "manifest.json", [_manifest(user, state, files, at)], at)


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


def _add(zf: zipfile.ZipFile, name: str, blocks: Iterable[bytes], at: dt.datetime) -> dict[str, Any]:
    """Writes one file. Gives its line of the manifest."""
    info = zipfile.ZipInfo(name, at.timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    digest, size, lines = hashlib.sha256(), 0, 0
    with zf.open(info, "w", force_zip64=True) as file:
        for block in blocks:
            file.write(block)
            digest.update(block)
            size += len(block)
            lines += block.count(b"\n")
    return {"name": name, "bytes": size, "lines": lines, "sha256": digest.hexdigest()}


def _manifest(user: User, state: State, files: list[dict[str, Any]], at: dt.datetime) -> bytes:
    content = {
        "format": FORMAT,
        "made_at": at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "user": {"id": str(user.pk), "email": user.email},
        "epoch": state.head.epoch,
        "version": state.head.version,
        "schema_version": schema_version(),
        "counts": state.counts,
        "files": files,
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2)


def _unsettled(user: User) -> Iterator[bytes]:
    """Mutations that were refused, or wait for what they refer to, and that the user has not settled."""
    open_ones = Mutation.objects.filter(
        user=user, status__in=[MutationStatus.REJECTED, MutationStatus.DEFERRED], settled_at=None
    )
    for found in open_ones.order_by("received_at", "seq").iterator(chunk_size=500):
        line = {
            "type": "mutation",
            "mutation_id": str(found.mutation_id),
            "device_id": str(found.device_id),
            "seq": found.seq,
            "status": found.status,
            "received_at": found.received_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "error": error_of(found.result),
            "payload": _as_it_came(found.payload),
        }
        yield orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def _as_it_came(payload: str) -> orjson.Fragment | str:
    """JSON as its own text, in one line: read and written anew, what was sent may be too deep or too long a number.
    What is no JSON stays a text.
    """
    try:
        msgspec.json.decode(payload, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return payload
    return orjson.Fragment(payload.replace("\r", " ").replace("\n", " "))  # in JSON, they stand between values only
