"""What can go wrong, as a line that says what to do next, and as an exit code."""

from collections.abc import Callable
from enum import IntEnum

from dropset_client.errors import (
    AccountMismatch,
    ApiError,
    DeviceRevoked,
    DropsetError,
    EmailNotVerified,
    InvalidCredentials,
    InvalidInput,
    LoginRequired,
    MutationTooLarge,
    NotSignedIn,
    ProtocolError,
    ServerUnreachable,
    Unauthorized,
)


class Exit(IntEnum):
    """The exit codes of the program."""

    DONE = 0
    NOT_SO = 1  # what was asked for is not there, or two sides differ
    USAGE = 2
    UNREACHABLE = 3  # try later; nothing is lost
    LOGIN = 4
    REFUSED = 5  # the server refused


class UsageError(Exception):
    """Words that cannot be understood."""


class NotSo(DropsetError):
    """What was asked for is not there."""


def explained(error: DropsetError, *, pending: int) -> tuple[Exit, str]:
    """The exit code, and what to say."""
    for kind, code, say in _SAID:
        if isinstance(error, kind):
            return code, say(error, pending)
    return Exit.NOT_SO, str(error)


def _unreachable(error: DropsetError, pending: int) -> str:
    asked = error.retry_after_s if isinstance(error, ServerUnreachable) else None
    when = "later" if asked is None else f"after {asked:.0f} s"
    waiting = f"; {pending} changes wait here, and nothing is lost" if pending else ""
    return f"the server cannot be reached: {error}{waiting}. Try again {when}."


def _refused(error: DropsetError, _pending: int) -> str:
    number = f" (request {error.request_id})" if isinstance(error, ApiError) and error.request_id else ""
    return f"the server refused: {error}{number}."


def _login(_error: DropsetError, _pending: int) -> str:
    return "log in first: `dropset login EMAIL`. What you wrote offline stays here."


_Say = Callable[[DropsetError, int], str]
_SAID: tuple[tuple[type[DropsetError], Exit, _Say], ...] = (
    (ServerUnreachable, Exit.UNREACHABLE, _unreachable),
    (
        ProtocolError,
        Exit.UNREACHABLE,
        lambda error, _: f"{error}. Is the address right (--server), and no proxy in between?",
    ),
    (InvalidCredentials, Exit.LOGIN, lambda *_: "the e-mail address or the password is wrong."),
    (LoginRequired, Exit.LOGIN, _login),
    (Unauthorized, Exit.LOGIN, _login),
    (NotSignedIn, Exit.LOGIN, _login),
    (
        AccountMismatch,
        Exit.LOGIN,
        lambda *_: "this file belongs to another account. Name another one: `dropset --db FILE login EMAIL`.",
    ),
    (EmailNotVerified, Exit.REFUSED, lambda *_: "open the link in the mail that the server sent you, then try again."),
    (
        DeviceRevoked,
        Exit.REFUSED,
        lambda *_: (
            "this device was taken off the account. `dropset register --anew` makes it a new one; its unsent changes stay."
        ),
    ),
    (InvalidInput, Exit.USAGE, lambda error, _: str(error)),
    (MutationTooLarge, Exit.NOT_SO, lambda error, _: f"{error}. Split it."),
    (ApiError, Exit.REFUSED, _refused),
)
