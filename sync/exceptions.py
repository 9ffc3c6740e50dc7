from lib.errors import Conflict, Gone


class EpochChanged(Conflict):
    """The server was restored from a backup. Drop the local base and the cursor, keep the queue, and pull a snapshot."""

    code = "epoch_changed"


class ResyncRequired(Gone):
    """This cursor is no longer good. Drop the local base and the cursor, keep the queue, and pull a snapshot."""

    code = "resync_required"
