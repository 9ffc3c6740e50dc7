"""What travels: the push envelope and its mutations."""

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from lib.upcasting import FIRST, schema_version

PROTOCOL = 1
SCHEMA_VERSION = schema_version()

MAX_MUTATIONS = 500
MAX_BODY_BYTES = 1024 * 1024
MAX_MUTATION_BYTES = 64 * 1024
MAX_PULL_PAGE = 2000
DEFAULT_PULL_PAGE = 1000

Count = Annotated[int, msgspec.Meta(ge=0, le=2**62)]
Seq = Annotated[int, msgspec.Meta(ge=1, le=2**62)]
IdText = Annotated[
    str, msgspec.Meta(pattern=r"^[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}$")
]  # as it was sent
Time = Annotated[dt.datetime, msgspec.Meta(tz=True)]
Names = Annotated[list[str], msgspec.Meta(min_length=1, max_length=100)]
CursorText = Annotated[str, msgspec.Meta(max_length=1000)]


class PushEnvelope(msgspec.Struct, kw_only=True):
    device_id: UUID
    instance_token: Annotated[str, msgspec.Meta(max_length=200)]
    client_now: Time
    mutations: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET
    records: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET  # of a client that knows times only
    last_synced_at: Time | None = None
    protocol: int = PROTOCOL
    schema_version: Count = FIRST
    epoch: UUID | None = None
    ack_version: Count = 0
    cursor: CursorText | None = None  # of the last pull: it proves what the device has seen

    @property
    def sent(self) -> list[msgspec.Raw]:
        """Mutations or records, whichever it holds."""
        return self.mutations or self.records or []


class MutationIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    id: UUID
    seq: Seq
    entity: str
    record_id: UUID
    op: Literal["create", "update", "delete", "restore", "resolve"]
    at: Time
    base_version: Count = 0
    patch: dict[str, Any] = {}
    group: UUID | None = None
    schema_version: Count | None = None  # that of the envelope


class RecordIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A whole record, of a client that knows times only."""

    entity: str
    id: UUID
    last_modified_at: Time
    data: dict[str, Any] | None = None
    deleted: bool = False
    schema_version: Count | None = None


class Decision(msgspec.Struct, forbid_unknown_fields=True):
    """The patch of `resolve`: how the user decided a conflict."""

    resolution: Literal["keep", "use_lost", "custom"]
    patch: dict[str, Any] | None = None  # for custom


class Sender(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Who sends, of what is a push in disguise: the envelope without its mutations."""

    device_id: UUID
    instance_token: Annotated[str, msgspec.Meta(max_length=200)]
    client_now: Time
    epoch: UUID | None = None
    ack_version: Count = 0
    cursor: CursorText | None = None

    def envelope(self, mutations: list[Any]) -> PushEnvelope:
        return PushEnvelope(
            device_id=self.device_id,
            instance_token=self.instance_token,
            client_now=self.client_now,
            mutations=[msgspec.Raw(msgspec.json.encode(mutation)) for mutation in mutations],
            schema_version=SCHEMA_VERSION,
            epoch=self.epoch,
            ack_version=self.ack_version,
            cursor=self.cursor,
        )


class DecisionIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    conflict_id: UUID
    mutation_id: IdText
    seq: Seq
    record_version: Count
    resolution: Literal["keep", "use_lost", "custom"]
    patch: dict[str, Any] | None = None
    at: Time | None = None  # client_now, where it is left out


class DecisionOnline(Sender, kw_only=True, forbid_unknown_fields=True):
    """The body of POST sync/conflicts/{id}/resolve."""

    mutation_id: IdText
    seq: Seq
    record_version: Count
    resolution: Literal["keep", "use_lost", "custom"]
    patch: dict[str, Any] | None = None
    at: Time | None = None

    def decision(self, conflict_id: UUID) -> DecisionIn:
        return DecisionIn(
            conflict_id=conflict_id,
            mutation_id=self.mutation_id,
            seq=self.seq,
            record_version=self.record_version,
            resolution=self.resolution,
            patch=self.patch,
            at=self.at,
        )


class DecisionsOnline(Sender, kw_only=True, forbid_unknown_fields=True):
    """The body of POST sync/conflicts/resolve."""

    items: Annotated[list[DecisionIn], msgspec.Meta(min_length=1, max_length=MAX_MUTATIONS)]


class Repair(Sender, kw_only=True, forbid_unknown_fields=True):
    """The body of POST sync/rejected/{mutation_id}/repair."""

    mutation: dict[str, Any]


class Discard(msgspec.Struct, forbid_unknown_fields=True):
    mutation_ids: Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=MAX_MUTATIONS)]


class ConflictQuery(msgspec.Struct):
    """Which conflicts a list shows; what else stands in the address is the page's."""

    status: Literal["open", "resolved", "dismissed"] | None = None
    kind: Literal["field", "delete", "missing", "parent", "unique", "rule"] | None = None
    entity: Annotated[str, msgspec.Meta(max_length=64, pattern="^[a-z_]+$")] | None = None
    record_id: UUID | None = None
    ordering: Literal["-created_at", "created_at"] = "-created_at"


Scope = Literal["user", "catalog"]


class PullRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    scope: Scope = "user"
    entities: Names | None = None  # all
    since: Annotated[str, msgspec.Meta(max_length=64)] | None = None  # see moment()
    cursor: CursorText | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=MAX_PULL_PAGE)] = DEFAULT_PULL_PAGE
    device_id: UUID | None = None


def moment(text: str) -> dt.datetime:
    """A time as clients say it: RFC 3339 with a zone. Raises msgspec.ValidationError; a number of seconds is none."""
    return msgspec.convert(text, Time)


def limits() -> dict[str, int]:
    """What GET sync/status advertises."""
    return {
        "mutations": MAX_MUTATIONS,
        "body_bytes": MAX_BODY_BYTES,
        "mutation_bytes": MAX_MUTATION_BYTES,
        "pull_page": MAX_PULL_PAGE,
    }
