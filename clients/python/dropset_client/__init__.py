"""Reference client of Dropset: works without a network, catches up later, loses nothing."""

from dropset_client.device import Device
from dropset_client.errors import ApiError, DropsetError, InvalidInput, LoginRequired, ServerUnreachable
from dropset_client.mutations import Outcome, Rejected
from dropset_client.report import Progress, SyncReport
from dropset_client.resolving import Resolution
from dropset_client.store import Position, Store
from dropset_client.stream import Poke
from dropset_client.transport import RetryPolicy, Transport
from dropset_client.watching import Beat
from dropset_client.wire import Mutation, Op, Record, Status

__all__ = [
    "ApiError",
    "Beat",
    "Device",
    "DropsetError",
    "InvalidInput",
    "LoginRequired",
    "Mutation",
    "Op",
    "Outcome",
    "Poke",
    "Position",
    "Progress",
    "Record",
    "Rejected",
    "Resolution",
    "RetryPolicy",
    "ServerUnreachable",
    "Status",
    "Store",
    "SyncReport",
    "Transport",
]
