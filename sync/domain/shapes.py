"""What travels: the push envelope and its mutations."""

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

PROTOCOL = 1
SCHEMA_VERSION = 1

MAX_MUTATIONS = 500
MAX_BODY_BYTES = 1024 * 1024
MAX_MUTATION_BYTES = 64 * 1024
MAX_PULL_PAGE = 2000
DEFAULT_PULL_PAGE = 1000

Count = Annotated[int, msgspec.Meta(ge=0, le=2**62)]
Time = Annotated[dt.datetime, msgspec.Meta(tz=True)]


class PushEnvelope(msgspec.Struct, kw_only=True):
    device_id: UUID
    instance_token: Annotated[str, msgspec.Meta(max_length=200)]
    client_now: Time
    mutations: list[msgspec.Raw]
    protocol: int = PROTOCOL
    schema_version: Count = SCHEMA_VERSION
    epoch: UUID | None = None
    ack_version: Count = 0


class MutationIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    id: UUID
    seq: Count
    entity: str
    record_id: UUID
    op: Literal["create", "update", "delete", "restore"]
    at: Time
    base_version: Count = 0
    patch: dict[str, Any] = {}
    group: UUID | None = None
    schema_version: Count = SCHEMA_VERSION


class PullRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    cursor: Annotated[str, msgspec.Meta(max_length=1000)] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=MAX_PULL_PAGE)] = DEFAULT_PULL_PAGE
    device_id: UUID | None = None


def limits() -> dict[str, int]:
    """What GET sync/status advertises."""
    return {
        "mutations": MAX_MUTATIONS,
        "body_bytes": MAX_BODY_BYTES,
        "mutation_bytes": MAX_MUTATION_BYTES,
        "pull_page": MAX_PULL_PAGE,
    }
