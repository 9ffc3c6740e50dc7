from lib.errors import Conflict, DomainError, Gone


class EpochChanged(Conflict):
    """The server was restored from a backup. Drop the local base and the cursor, keep the queue, and pull a snapshot."""

    code = "epoch_changed"


class ResyncRequired(Gone):
    """This cursor is no longer good. Drop the local base and the cursor, keep the queue, and pull a snapshot."""

    code = "resync_required"


class CursorInvalid(DomainError):
    """The cursor is not one of this server's. Use the one of the last answer, or none for a snapshot."""

    code = "cursor_invalid"
    attr = "cursor"
