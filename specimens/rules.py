from lib.rules import Rule


class RoomNotFull(Rule):
    """A room holds a certain number of racks. A rule of this app, with its SQL beside it."""

    file = "room_not_full"
    violation_code = "room_full"
    violation_message = "A room holds at most 20 racks."
