"""What a stream says, as text/event-stream."""

from dataclasses import dataclass
from typing import ClassVar

import orjson

HEARTBEAT = b": still here\n\n"


@dataclass(frozen=True, slots=True)
class Poke:
    """Pull: the data are at this version now."""

    event: ClassVar[str] = "poke"
    epoch: str
    version: int

    def as_bytes(self) -> bytes:
        return _event(self.event, {"epoch": self.epoch, "version": self.version})


@dataclass(frozen=True, slots=True)
class LibraryPoke(Poke):
    """The same for clients that sync the library, which has its own epoch and versions."""

    event: ClassVar[str] = "catalog"


@dataclass(frozen=True, slots=True)
class End:
    """The last event of a stream: why it ends."""

    code: str
    detail: str

    def as_bytes(self) -> bytes:
        return _event("end", {"code": self.code, "detail": self.detail})


SESSION_OVER = End("token_not_valid", "The log-in is over: logged out, revoked, or the account was switched off.")
REPLACED = End("too_many_streams", "The user has opened many other streams since. Do not open another by yourself.")
EXPIRED = End("stream_expired", "Every stream ends after a while. Open the next one.")
STOPPING = End("unavailable", "The server stops. Open another stream after the time in retry.")
GONE = End("gone", "Nobody listens any more.")


def retry(delay_ms: int) -> bytes:
    """How long a client waits before it opens the next stream."""
    return b"retry: %d\n\n" % delay_ms


def _event(name: str, data: dict[str, object]) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (name.encode(), orjson.dumps(data))
