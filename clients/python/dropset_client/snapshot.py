"""The whole state in one answer: for a first sync, where pages would be many.

Lines of JSON: what is coming, the records, and an end with count, digest and the cursor from which pulls go on. Without
its end, or with another digest, it is thrown away, and the pages of an ordinary pull do the same work.
"""

from collections.abc import Iterable, Iterator

from dropset_client.digest import Digest
from dropset_client.errors import ApiError, ProtocolError, ServerUnreachable
from dropset_client.session import Session
from dropset_client.store import Store
from dropset_client.wire import EntityDigest, JsonObject, PullPage, Record, ServerStatus, parse_json

_RECORDS_AT_ONCE = 1000  # in one transaction


def fetch(store: Store, session: Session, status: ServerStatus) -> int:
    """Make the server's state the base; returns how many records it has, 0 where that did not work."""
    try:
        with session.stream("sync/snapshot", accept="application/x-ndjson") as pieces:
            return _stored(store, _objects(pieces), status)
    except (ServerUnreachable, ProtocolError, ValueError, KeyError, TypeError):
        return 0
    except ApiError as error:
        if type(error) is not ApiError:  # one of those that heal, or that the user must hear of
            raise
        return 0


def _objects(pieces: Iterable[str]) -> Iterator[JsonObject]:
    rest = ""
    for piece in pieces:
        *lines, rest = (rest + piece).split("\n")
        yield from map(parse_json, lines)


def _stored(store: Store, objects: Iterator[JsonObject], status: ServerStatus) -> int:
    begin = next(objects, None)
    if begin is None:
        return 0
    ticket = store.begin_snapshot()
    waiting: list[Record] = []
    for found in objects:
        if found["type"] == "end":
            store.gather(ticket, waiting)
            page = _last_page(begin, found, status)
            return int(found["count"]) if store.end_snapshot(ticket, page, _digest(found)) else 0
        waiting.append(Record.from_wire(found))
        if len(waiting) == _RECORDS_AT_ONCE:
            store.gather(ticket, waiting)
            store.step("snapshot.gathered")
            waiting = []
    return 0


def _last_page(begin: JsonObject, end: JsonObject, status: ServerStatus) -> PullPage:
    """What an ordinary pull would have said last."""
    return PullPage(
        epoch=str(begin["epoch"]),
        mode="snapshot",
        version=int(begin["version"]),
        schema_version=int(begin["schema_version"]),
        changes=(),
        cursor=str(end["cursor"]),
        has_more=False,
        open_conflicts=status.open_conflicts,
    )


def _digest(end: JsonObject) -> Digest:
    return {entity: EntityDigest(int(one["count"]), int(one["sum"])) for entity, one in end["digest"].items()}
