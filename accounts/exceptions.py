from lib.errors import Conflict, DomainError, Forbidden, Unauthenticated


class InvalidCredentials(Unauthenticated):
    """The e-mail address or the password is wrong."""

    code = "invalid_credentials"


class TokenNotValid(Unauthenticated):
    """The token is expired, revoked or not one of ours. Log in again."""

    code = "token_not_valid"


class TokenReused(Unauthenticated):
    """This refresh token was used before. All tokens of its log-in are revoked; log in again."""

    code = "token_reused"


class RefreshSuperseded(Conflict):
    """This refresh was answered before, and the tokens of that answer were used since. Use the newest that you have."""

    code = "refresh_superseded"


class LinkInvalid(DomainError):
    """The link is expired, was used, or is not the newest one. Ask for a new one."""

    code = "verification_invalid"
    attr = "token"


class EmailNotVerified(Forbidden):
    """Verify your e-mail address first: the link is in the mail that came when you registered."""

    code = "email_not_verified"


class PasswordWrong(DomainError):
    """This is not the password of the account."""

    code = "password_wrong"
    attr = "password"


class EmailTaken(Conflict):
    """Another account has taken this address meanwhile."""

    code = "email_taken"
    attr = "email"


class DeviceTaken(Conflict):
    """This device id is taken. Make a new one."""

    code = "id_taken"
    attr = "id"


class DeviceForked(Conflict):
    """Another installation uses this device id. Register as a new device; keep your queue."""

    code = "device_forked"


class DeviceUnknown(Conflict):
    """This device is not registered. Register it with POST /api/v1/sync/devices."""

    code = "device_unknown"


class DeviceRevoked(Conflict):
    """This device was revoked. Register as a new device."""

    code = "device_revoked"


class TooManyDevices(Conflict):
    """The account cannot have more devices. Revoke those that are no longer used."""

    code = "too_many_devices"


class ReasonMissing(Forbidden):
    """First say on the user's page why you look at what they log."""

    code = "reason_missing"


class PermissionsMissing(Conflict):
    """The tables are not up to date: run `manage.py migrate` first."""

    code = "permissions_missing"
