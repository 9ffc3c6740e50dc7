"""Everything of a user, as a ZIP of JSON lines with a manifest."""

import datetime as dt
from collections.abc import Iterator

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
from sync.services.states.archive_files import Written, archive
from sync.services.states.reading import Spool, State, blocks_of

FORMAT = "dropset-export-1"


def export(*, user: User, at: dt.datetime, with_log: bool = False) -> Spool:
    """A ZIP: records/<entity>.ndjson, mutations.ndjson (refused or waiting), log.ndjson if asked for, manifest.json."""
    with consistent_view(), archive(at) as (spool, zf):
        state = State(user)
        files = [
            zf.add(f"records/{entity.name}.ndjson", reading.records(user, entity))
            for entity in wire.entities()
            if entity.name in state.counts.keys() | state.retired.keys()
        ]
        files.append(zf.add("mutations.ndjson", blocks_of(_unsettled(user))))
        if with_log:
            files.append(zf.add("log.ndjson", reading.log(user)))
        zf.add("manifest.json", [_manifest(user, state, files, at)])
    return spool


def _manifest(user: User, state: State, files: list[Written], at: dt.datetime) -> bytes:
    content = {
        "format": FORMAT,
        "made_at": at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "user": {"id": str(user.pk), "email": user.email},
        "epoch": state.head.epoch,
        "version": state.head.version,
        "schema_version": schema_version(),
        "counts": state.counts,
        "files": [file._asdict() for file in files],
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
