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


class VerificationInvalid(DomainError):
    """The link is expired or not one of ours. Ask for a new one."""

    code = "verification_invalid"
    attr = "token"


class EmailNotVerified(Forbidden):
    """Verify your e-mail address first: the link is in the mail that came when you registered."""

    code = "email_not_verified"


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
