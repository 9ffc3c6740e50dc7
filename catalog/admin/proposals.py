"""What is proposed for rows that athletes can see, and the answers."""

from dataclasses import replace
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from catalog.admin.comparing import Section, section_of
from catalog.admin.forms import AnswerProposalForm
from catalog.enums import ProposalState
from catalog.models import Proposal
from catalog.services import editorial, proposals
from catalog.services.proposals import FieldChange
from lib.admin import ReadOnlyAdmin
from lib.errors import DomainError


@admin.register(Proposal)
class ProposalAdmin(ReadOnlyAdmin):
    """The oldest first. Its page is the comparison, and the answer."""

    list_display = ("name", "entity", "by", "at", "note", "state", "answered_by", "answered_at")
    list_filter = ("state", "entity")
    list_select_related = ("by", "answered_by")
    search_fields = ("name", "=row_id")
    list_per_page = 50
    ordering = ("at", "id")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        proposal = self.get_object(request, object_id)
        if not self.has_view_permission(request, proposal):
            raise PermissionDenied
        if proposal is None:
            raise Http404
        row = proposals.row_of(proposal)
        changes = proposals.changes_of(proposal, row)
        form = self._form(request, proposal, changes)
        if request.method == "POST":
            answered = self._answered(request, proposal, form)
            if answered is not None:
                return answered
        context = {
            **self.admin_site.each_context(request), "title": f"Proposed: {proposal}", "opts": self.opts,
            "proposal": proposal, "row": row, "form": form, "is_mine": self._is_mine(request, proposal),
            "row_url": row and reverse(f"admin:catalog_{row._meta.model_name}_change", args=[row.pk]),
            "left_out": [c.label for c in changes if proposal.applied and c.name not in proposal.applied],
            **_sections(proposal, changes),
        }  # fmt: skip
        return render(request, "admin/catalog/proposal.html", context)

    def _is_mine(self, request: HttpRequest, proposal: Proposal) -> bool:
        return proposal.state == ProposalState.PENDING and proposal.by_id == request.user.pk

    def _form(self, request: HttpRequest, proposal: Proposal, changes: list[FieldChange]) -> AnswerProposalForm | None:
        """None for those who may not answer it. What somebody else has changed meanwhile is not ticked: they look first."""
        if proposal.state != ProposalState.PENDING or not proposals.may_answer(proposal, request.user):
            return None
        choices = [(c.name, f"{c.label} (changed meanwhile)" if c.overlaps else c.label) for c in changes]
        ticked = [c.name for c in changes if not c.overlaps]
        given = {"fields_applied": ticked, "seen": proposals.seen(changes), "decision": "apply"}
        return AnswerProposalForm(request.POST or None, choices=choices, initial=given)

    def _answered(
        self, request: HttpRequest, proposal: Proposal, form: AnswerProposalForm | None
    ) -> HttpResponse | None:
        by: Any = request.user
        if "withdraw" in request.POST:
            proposals.withdraw(proposal=proposal, by=by, at=timezone.now())
            messages.success(request, "It is withdrawn.")
            return redirect(request.path)
        if form is None:
            raise PermissionDenied
        if not form.is_valid():
            return None
        try:
            self._answer(request, proposal, form.cleaned_data)
        except (DomainError, ValidationError) as error:
            messages.warning(request, getattr(error, "detail", "") or " ".join(getattr(error, "messages", [])))
            return redirect(request.path)
        return redirect(reverse("admin:catalog_proposal_changelist"))

    def _answer(self, request: HttpRequest, proposal: Proposal, asked: dict[str, Any]) -> None:
        said: dict[str, Any] = {
            "proposal": proposal, "by": request.user, "at": timezone.now(), "answer": asked["answer"],
        }  # fmt: skip
        if asked["decision"] == "decline":
            proposals.decline(**said)
            messages.success(request, f"The change of {proposal} is declined.")
        else:
            proposals.apply(fields=asked["fields_applied"], seen_as=asked["seen"], **said)
            messages.success(request, f"{proposal} is changed as proposed.")


def _sections(proposal: Proposal, changes: list[FieldChange]) -> dict[str, Section | str | None]:
    """What it would change, and where that meets what others changed meanwhile. Of an answered one: what it was about."""
    model = editorial.library_named(proposal.entity)
    pending = proposal.state == ProposalState.PENDING
    left = {c.name: c.stands if pending else c.before for c in changes}
    overlaps = [c for c in changes if pending and c.overlaps]
    was, stands = {c.name: c.before for c in overlaps}, {c.name: c.stands for c in overlaps}
    proposed = section_of("What it changes", model, left, {c.name: c.after for c in changes})
    meanwhile = section_of("What somebody else changed meanwhile", model, was, stands)
    return {
        "left_title": "Now" if pending else "When it was proposed",
        "proposed": replace(proposed, what=""),
        "meanwhile": replace(meanwhile, what="") if overlaps else None,
    }
