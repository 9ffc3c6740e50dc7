"""Rules over rows of the library."""

from typing import Any

import pgtrigger

from lib.rules import Rule

# What may change when it is published: not what there is to do.
WORDS = (
    *("title", "summary", "description", "notes", "goal", "level", "days_per_week", "session_minutes"),
    *("equipment", "tags", "status", "visible", "parent_visible", "updated_at"),
)


class AsPublished(Rule):
    """What was published stays as it was, for those who are doing it: a new version takes its place."""

    level = pgtrigger.Row
    when = pgtrigger.After  # the row says by then whether it can be seen
    referencing = None
    file = "as_published"
    violation_code = "published"
    violation_message = "What is published stays as it is. Make a new version of the program, and change that."

    def __init__(self, *, field: str, operation: Any) -> None:
        super().__init__(field=field, operation=operation)
        row = "NEW" if operation is pgtrigger.Insert else "OLD"
        self.condition = pgtrigger.Condition(f"{row}.user_id IS NULL")

    def replacements(self, model: Any) -> dict[str, str]:
        return {"/*words*/": ", ".join(f"'{name}'" for name in WORDS)}


def as_published(field: str) -> list[pgtrigger.Trigger]:
    """For the root of a tree: the way to publish it is to make it as a draft."""
    return [AsPublished(field=field, operation=operation) for operation in (pgtrigger.Update, pgtrigger.Delete)]


def below_published(field: str) -> list[pgtrigger.Trigger]:
    """For what hangs on it."""
    return [AsPublished(field=field, operation=pgtrigger.Insert), *as_published(field)]
