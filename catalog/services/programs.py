"""Copies of programs, and versions of canonical ones."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db.models import Max

from catalog.enums import Status
from catalog.models import Program
from lib.copying import canonical_copy, private_copy
from lib.errors import IdTaken
from lib.writes import Catalogue, writing


def copy_program(*, program: Program, new_id: UUID, title: str, user: Any) -> None:
    """Makes a program of the user's own of a canonical one, or of another one of their own. Nothing if it was made before.

    Raises IdTaken where the id is that of something else.
    """
    standing: Program | None = Program.objects.filter(pk=new_id).first()
    if standing is None:
        values = {"title": title, "copied_from": program.pk}
        private_copy(model=Program, root_id=program.pk, user=user, source="api", new_id=new_id, values=values)
    elif standing.user_id != user.pk or standing.deleted_at is not None or standing.copied_from != program.pk:
        raise IdTaken


def new_version(*, program: Program, source: str) -> Program:
    """A draft of the next version of a canonical program, with all that is in this one."""
    with writing(user=Catalogue(), source=source):  # nobody else makes the same number meanwhile
        latest = Program.objects.filter(user=None, slug=program.slug).aggregate(latest=Max("version"))["latest"]
        values = {"slug": program.slug, "version": latest + 1, "status": Status.DRAFT}
        made = canonical_copy(model=Program, root_id=program.pk, source=source, values=values)
    found: Program = Program.objects.get(pk=made)
    return found


def retire_other_versions(*, program: Program, at: dt.datetime) -> None:
    """One version of a program is offered: the one that was published last. The caller is inside of `writing`."""
    if program.user_id is None and program.status == Status.PUBLISHED:
        others = Program.objects.published().filter(slug=program.slug).exclude(pk=program.pk)
        others.update(status=Status.RETIRED, updated_at=at)
