from uuid import uuid4

from lib.tests.factories import Example, register
from sync.models import Conflict

register(
    Example(
        Conflict,
        document=lambda user: {"kind": "field", "entity": "set", "record_id": str(uuid4()), "record_version": 1},
        patch={"status": "resolved"},
    )
)
