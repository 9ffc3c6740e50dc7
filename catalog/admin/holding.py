"""Why a part of what athletes can see is not changed here, and what to do instead."""

from typing import Any

from catalog.models import Program
from catalog.models.trees import root_of
from catalog.services import editorial


def held_back(row: Any, by: Any) -> str:
    """Why this person may not change what hangs on the row, or the row as a part; empty if they may."""
    root = root_of(row)
    if editorial.may_change(root, by):
        return ""
    stands = f"{root} is {root.get_status_display().lower()}: athletes can see it."
    if isinstance(root, Program):
        return f"{stands} Make a new version of it, in the list of programs, and change that."
    return (
        f"{stands} What is in it is changed by somebody who may publish alone. Tell them what to change; its own fields you can "
        "send for review."
    )
