"""Domain errors: classes with a code whose docstring is the message. Nothing here knows about HTTP."""

from typing import Any


class DomainError(Exception):
    """The request cannot be carried out."""

    code = "invalid"
    attr: str | None = None
    extra: dict[str, Any] = {}  # what the answer holds beside the error, for a client to go on with

    def __init__(self, detail: str | None = None, *, attr: str | None = None) -> None:
        self.detail = detail or " ".join((self.__doc__ or "").split())
        self.attr = attr or self.attr
        super().__init__(self.detail)


class BadRequest(DomainError):
    """The request is malformed, or has more parameters or parts than the server takes."""

    code = "bad_request"


class RangeBackwards(DomainError):
    """The last day is before the first."""

    code = "ends_before_start"
    attr = "to"


class RangeTooLong(DomainError):
    """These are too many days. Ask for a shorter time."""

    code = "range_too_long"
    attr = "to"


class Unauthenticated(DomainError):
    """Log in first."""

    code = "not_authenticated"


class Forbidden(DomainError):
    """You may not do this."""

    code = "permission_denied"


class NotFound(DomainError):
    """There is no such thing of yours."""

    code = "not_found"


class Conflict(DomainError):
    """This contradicts what is there."""

    code = "conflict"


class Gone(DomainError):
    """What this refers to is no longer kept."""

    code = "gone"


class PreconditionFailed(DomainError):
    """The row has changed since you read it. Read it again and repeat your change."""

    code = "precondition_failed"


class TooLarge(DomainError):
    """The body is larger than the limit."""

    code = "too_large"


class LengthRequired(DomainError):
    """The body comes in chunks, but the server must know its length. Send Content-Length."""

    code = "length_required"


class EncodingUnsupported(DomainError):
    """The server does not know this Content-Encoding. Send gzip, zstd, or the body as it is."""

    code = "encoding_unsupported"


class ClientTooOld(DomainError):
    """This client speaks a version of the protocol that this server no longer speaks. Update it."""

    code = "client_too_old"


class RateLimited(DomainError):
    """Too many attempts. Wait, then try again."""

    code = "throttled"

    def __init__(self, *, retry_after_s: int) -> None:
        super().__init__()
        self.retry_after_s = retry_after_s


class Unavailable(DomainError):
    """The service is not available right now. Try again shortly."""

    code = "unavailable"
    retry_after_s = 2


class CursorInvalid(DomainError):
    """This server did not make this cursor. Use the one of the last answer, or none to begin again."""

    code = "cursor_invalid"
    attr = "cursor"


class IdTaken(Conflict):
    """This id is taken by a row with other content. Ids are made once and never used again."""

    code = "id_taken"
    attr = "id"


def error_body(*, code: str, detail: str, request_id: str | None, kind: str = "client_error") -> dict[str, Any]:
    """The one shape, for the few places that answer outside of a view."""
    return {"type": kind, "errors": [{"code": code, "detail": detail, "attr": None}], "request_id": request_id}
