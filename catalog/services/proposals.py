"""Changes of rows that athletes can see, kept for a second person to look at."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import QuerySet

from catalog.enums import ProposalState
from catalog.exceptions import (
    NothingProposed,
    ProposalAnswered,
    ProposalOutdated,
    PublishingNotAllowed,
    SecondPersonNeeded,
    StepNotAllowed,
)
from catalog.models import Proposal
from catalog.models.proposal import CALLED_MAX_LENGTH
from catalog.services import editorial
from catalog.services.contents import write_content
from catalog.services.signing import authored
from lib import wire

Values = dict[str, Any]


@dataclass(frozen=True)
class FieldChange:
    """before: what stood when it was proposed; stands: what does now."""

    name: str
    label: str
    before: Any
    stands: Any
    after: Any

    @property
    def overlaps(self) -> bool:
        """Somebody else has changed it meanwhile, to something else."""
        return bool(self.stands not in (self.before, self.after))


def waiting_for(row: Any) -> QuerySet[Proposal]:
    entity = wire.name_of(type(row))
    waiting = Proposal.objects.filter(entity=entity, row_id=row.pk, state=ProposalState.PENDING)
    return waiting.select_related("by").order_by("at", "id")


def row_of(proposal: Proposal) -> Any:
    """As it stands; None where it is gone."""
    return editorial.library_named(proposal.entity).objects.canonical().filter(pk=proposal.row_id).first()


def changes_of(proposal: Proposal, row: Any) -> list[FieldChange]:
    """row: as it stands, or None where it is gone."""
    model = editorial.library_named(proposal.entity)
    found = []
    for name, change in proposal.changes.items():
        field = model._meta.get_field(name)
        before, after = (field.to_python(change[side]) for side in ("before", "after"))
        stands = before if row is None else getattr(row, field.attname)
        found.append(FieldChange(field.attname, str(field.verbose_name).capitalize(), before, stands, after))
    return found


def seen(changes: Iterable[FieldChange]) -> str:
    """A digest of what stands in the fields of a proposal: where it is another one later, somebody has changed them."""
    stands = {change.name: change.stands for change in changes}
    return sha256(orjson.dumps(stands, default=str, option=orjson.OPT_SORT_KEYS)).hexdigest()


def propose(*, row: Any, values: Mapping[str, Any], by: Any, at: dt.datetime, note: str = "") -> Proposal:
    """Keeps values of fields, by attribute, for somebody else to apply. What no one could apply is refused now: the change is
    made, and taken back. Raises NothingProposed, RowsRefused, ValidationError, and what the database refuses.
    """
    with authored(by=by, source="admin"):
        standing = type(row).objects.canonical().get(pk=row.pk)
        wanted = {name: value for name, value in values.items() if getattr(standing, name) != value}
        if not wanted:
            raise NothingProposed
        changes = {name: {"before": getattr(standing, name), "after": value} for name, value in wanted.items()}
        with transaction.atomic():
            write_content(standing, wanted, at)
            transaction.set_rollback(True)
        name = str(standing)[:CALLED_MAX_LENGTH]
        of = {"entity": wire.name_of(type(row)), "row_id": row.pk, "name": name}
        return Proposal.objects.create(**of, changes=_plain(changes), by=by, at=at, note=note)


def apply(
    *, proposal: Proposal, fields: Collection[str], seen_as: str, by: Any, at: dt.datetime, answer: str = ""
) -> Any:
    """Writes these fields of it into the row, as its author's words, and gives the row. seen_as: what `seen` gave when the
    person looked. Raises ProposalAnswered, ProposalOutdated, PublishingNotAllowed, SecondPersonNeeded, NothingProposed,
    StepNotAllowed where the row is gone, and what refuses any such write.
    """
    why = f"{proposal.note} (Proposed by {proposal.by}, applied by {by}.)".strip()
    with authored(by=proposal.by or by, source="admin", why=why):
        _refuse(proposal, by)
        row = row_of(proposal)
        if row is None:
            raise StepNotAllowed(f"{proposal.name} is deleted: there is nothing to apply it to.")
        changes = changes_of(proposal, row)
        if seen(changes) != seen_as:
            raise ProposalOutdated
        wanted = {change.name: change.after for change in changes if change.name in fields}
        if not wanted:
            raise NothingProposed("Choose what of it is applied, or decline it.")
        write_content(row, wanted, at)
        _answer(proposal, ProposalState.APPLIED, by=by, at=at, answer=answer, applied=sorted(wanted))
        return row


def decline(*, proposal: Proposal, by: Any, at: dt.datetime, answer: str) -> None:
    """Raises ProposalAnswered, PublishingNotAllowed, SecondPersonNeeded."""
    with transaction.atomic():
        _refuse(proposal, by)
        _answer(proposal, ProposalState.DECLINED, by=by, at=at, answer=answer)


def withdraw(*, proposal: Proposal, by: Any, at: dt.datetime) -> None:
    """By whoever made it. Raises ProposalAnswered, PublishingNotAllowed."""
    with transaction.atomic():
        if proposal.by_id != by.pk:
            raise PublishingNotAllowed("Whoever proposed it withdraws it.")
        _answer(proposal, ProposalState.WITHDRAWN, by=by, at=at, answer="")


def may_answer(proposal: Proposal, by: Any) -> bool:
    return bool(by.has_perm(editorial.PUBLISH)) and (
        proposal.by_id != by.pk or bool(by.has_perm(editorial.PUBLISH_ALONE))
    )


def _refuse(proposal: Proposal, by: Any) -> None:
    if not by.has_perm(editorial.PUBLISH):
        raise PublishingNotAllowed
    if not may_answer(proposal, by):
        raise SecondPersonNeeded


def _answer(proposal: Proposal, state: ProposalState, **said: Any) -> None:
    values = {"state": state, "answered_by": said.pop("by"), "answered_at": said.pop("at"), **said}
    if not Proposal.objects.filter(pk=proposal.pk, state=ProposalState.PENDING).update(**values):
        raise ProposalAnswered
    proposal.refresh_from_db()


def _plain(changes: Mapping[str, Any]) -> Any:
    """As the database gives it back."""
    return orjson.loads(DjangoJSONEncoder().encode(changes))
