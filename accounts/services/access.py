"""What staff see of athletes' data: nothing without a reason. The reason, and every page that it opened, stand in a trail
that the athlete can read.
"""

import datetime as dt
from collections.abc import Iterable

from accounts.enums import AuditKind
from accounts.models import AuditEntry, User
from accounts.services.roles import role_of

OPEN_FOR = dt.timedelta(hours=1)


def open_access(*, actor: User, subject: User, reason: str, at: dt.datetime) -> AuditEntry:
    """From now on, for an hour, the actor may look at what the subject logs."""
    entry: AuditEntry = AuditEntry.objects.create(
        kind=AuditKind.ACCESS_OPENED,
        subject=subject,
        actor=actor,
        role=role_of(actor),
        at=at,
        reason=reason,
        expires_at=at + OPEN_FOR,
    )
    return entry


def note_pages(*, accesses: Iterable[AuditEntry], what: str, at: dt.datetime) -> None:
    """The actor looks at something of the subjects of these accesses. what: a page, and never what stands on it."""
    AuditEntry.objects.bulk_create(
        AuditEntry(
            kind=AuditKind.PAGE_SEEN,
            subject_id=access.subject_id,
            actor_id=access.actor_id,
            role=access.role,
            at=at,
            what=what[: AuditEntry._meta.get_field("what").max_length],
        )
        for access in accesses
    )
