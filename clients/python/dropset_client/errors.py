"""Everything the client raises, so that an app can tell "try later" from "ask the user" from "our bug".

Try later:     ServerUnreachable
Ask the user:  LoginRequired, InvalidCredentials, EmailNotVerified, DeviceRevoked, ClientTooOld, AccountMismatch,
               InvalidInput
Healed inside `Device.sync()`, seen only where healing fails: EpochChanged, VersionUnknown, ResyncRequired,
DeviceForked, DeviceUnknown, TooLarge
"""

from collections.abc import Sequence
from dataclasses import dataclass


class DropsetError(Exception):
    """The parent of every error of this package."""


class ServerUnreachable(DropsetError):
    """The server did not answer, or said "later", in every attempt. The queue is as it was: sync again later."""

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class ProtocolError(DropsetError):
    """An answer that is not of this protocol, for example the login page of a hotel's network."""


class RecordMissing(DropsetError):
    """An edit of a record that this device does not show."""


class ConflictClosed(DropsetError):
    """A decision about a conflict that is decided already."""


class NotRepairable(DropsetError):
    """A refused decision about a conflict: it is made again, not repaired."""


class MutationTooLarge(DropsetError):
    """A write that the server would refuse for its size; it was not queued."""


class AccountMismatch(DropsetError):
    """A login with another account than the one whose records and unsent changes are in this store."""


class NotSignedIn(DropsetError):
    """Something that needs the account's id before the first login."""


@dataclass(frozen=True, slots=True)
class ErrorDetail:
    """One entry of the server's error envelope."""

    code: str
    detail: str
    attr: str | None = None


class InvalidInput(DropsetError):
    """A write that the server would refuse for its form, as it would say it; it was not queued.

    Each error names its field in `attr`; without one it is about the whole entity.
    """

    def __init__(self, entity: str, errors: Sequence[ErrorDetail]) -> None:
        self.entity = entity
        self.errors = tuple(errors)
        super().__init__(" ".join(f"{entity}{f'.{e.attr}' if e.attr else ''}: {e.detail}" for e in self.errors))


UNKNOWN = "unknown"  # the code of an answer that says no without the server's error envelope


class ApiError(DropsetError):
    """An answer outside 2xx with the server's error envelope. Retrying it as it is would not help."""

    def __init__(self, status: int, errors: Sequence[ErrorDetail], request_id: str | None = None) -> None:
        self.status = status
        self.errors = tuple(errors)
        self.request_id = request_id
        super().__init__(f"HTTP {status} {self.code}: {self.detail}")

    @property
    def code(self) -> str:
        return self.errors[0].code if self.errors else UNKNOWN

    @property
    def detail(self) -> str:
        return self.errors[0].detail if self.errors else ""


class Unauthorized(ApiError):
    """401: the access token is old, or was never good."""


class LoginRequired(Unauthorized):
    """The session is over (expired, logged out, or its refresh token was used twice): the user signs in again."""


class InvalidCredentials(Unauthorized):
    """E-mail or password is wrong."""


class EmailNotVerified(ApiError):
    """Sync starts after the address is verified."""


class EpochChanged(ApiError):
    """The server was restored from a backup: earlier versions mean nothing now."""


class VersionUnknown(ApiError):
    """The server never gave out the version up to which this device says it has pulled: a pull tells who is wrong."""


class ResyncRequired(ApiError):
    """The cursor is too old, or not one of this server's: take a snapshot."""


class DeviceForked(ApiError):
    """Two installations use one identity, for example after a restored device backup."""


class DeviceUnknown(ApiError):
    """This device is not registered with the account."""


class DeviceRevoked(ApiError):
    """The user took this device off the account."""


class TooLarge(ApiError):
    """413: the body, or one mutation in it, is over the server's limits."""


class ClientTooOld(ApiError):
    """426: this version of the client is no longer served."""


_BY_CODE: dict[str, type[ApiError]] = {
    "invalid_credentials": InvalidCredentials,
    "token_reused": LoginRequired,
    "email_not_verified": EmailNotVerified,
    "epoch_changed": EpochChanged,
    "version_unknown": VersionUnknown,
    "resync_required": ResyncRequired,
    "cursor_invalid": ResyncRequired,  # a server with another signing key: its old cursors mean nothing to it
    "device_forked": DeviceForked,
    "device_unknown": DeviceUnknown,
    "device_revoked": DeviceRevoked,
    "client_too_old": ClientTooOld,
}
_BY_STATUS: dict[int, type[ApiError]] = {401: Unauthorized, 410: ResyncRequired, 413: TooLarge, 426: ClientTooOld}


def api_error(status: int, errors: Sequence[ErrorDetail], request_id: str | None = None) -> ApiError:
    """The typed error for an answer: by its code, or else by its HTTP status."""
    code = errors[0].code if errors else ""
    kind = _BY_CODE.get(code) or _BY_STATUS.get(status) or ApiError
    return kind(status, errors, request_id)
