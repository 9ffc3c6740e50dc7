"""Changes of what athletes can see, by those who may not make them alone: kept, looked at, applied or declined."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from catalog.exceptions import ProposalAnswered, ProposalOutdated, SecondPersonNeeded
from catalog.models import ExerciseType, Program, Proposal
from catalog.services import editorial, proposals, versions
from catalog.tests.factories import make_canonical, make_program
from catalog.tests.test_admin_workflow import (  # noqa: F401 - the fixtures of the workflow's people
    TYPES,
    carla,
    chief,
    client_for,
    curator,
    make_staff,
    reviewer,
    text_of,
)

PROPOSALS = "/admin/catalog/proposal/"


def form_of(client: Client, row: Any) -> dict[str, Any]:
    """What a browser sends from the row's page, if nobody changes anything."""
    form = client.get(f"/admin/catalog/{row._meta.model_name}/{row.pk}/change/").context["adminform"].form
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    return {
        name: str(value) for name, value in values.items() if isinstance(value, str | int | Decimal) and value != ""
    }


def sent(client: Client, row: Any, **values: Any) -> Any:
    return client.post(
        f"/admin/catalog/{row._meta.model_name}/{row.pk}/change/", {**form_of(client, row), **values}, follow=True
    )


def answer(client: Client, **values: Any) -> Any:
    url = f"{PROPOSALS}{Proposal.objects.get().pk}/change/"
    form = client.get(url).context["form"]
    given = {} if form is None else {"seen": form["seen"].value(), "fields_applied": form["fields_applied"].value()}
    return client.post(url, {"decision": "apply", **given, **values}, follow=True)


@pytest.mark.django_db(transaction=True)
def test_change_of_a_published_row_waits_for_a_second_person(curator: Client, carla: User, reviewer: Client) -> None:  # noqa: F811 - fixtures
    row = make_canonical(instructions="1. Lie down.", bodyweight_share="0.50")
    page = sent(curator, row, instructions="1. Lie on the bench.", level="advanced", proposal_note="Where?")
    assert "Bench Press stays as it is until somebody else has applied your change." in text_of(page)
    assert "Where?" in text_of(page)
    before = ExerciseType.objects.get()
    assert (before.instructions, before.catalog_version) == ("1. Lie down.", row.catalog_version)
    assert Proposal.objects.get().changes.keys() == {"instructions", "level"}
    page = text_of(curator.get(f"{PROPOSALS}{Proposal.objects.get().pk}/change/"))
    assert "on the bench.</ins>" in page
    assert answer(curator).status_code == 403
    assert "Bench Press is changed as proposed." in text_of(answer(reviewer))
    row.refresh_from_db()
    assert (row.instructions, row.level, row.status) == ("1. Lie on the bench.", "advanced", "published")
    assert row.catalog_version > before.catalog_version
    latest = versions.versions_of(row)[0]
    assert latest.name == "carla@example.org"
    assert latest.why == "Where? (Proposed by carla@example.org, applied by rita@example.org.)"
    assert editorial.authors_of(row) == {carla.pk}


def test_what_somebody_else_changed_meanwhile_is_looked_at_first(
    curator: Client,  # noqa: F811 - fixtures
    reviewer: Client,  # noqa: F811
) -> None:
    row = make_canonical(instructions="1. Lie down.")
    sent(curator, row, instructions="1. Lie on the bench.", name="Bench Press, flat")
    ExerciseType.objects.update(instructions="1. Lie on your back.")
    proposal = Proposal.objects.get()
    page = reviewer.get(f"{PROPOSALS}{proposal.pk}/change/")
    assert "What somebody else changed meanwhile" in text_of(page)
    assert page.context["form"]["fields_applied"].value() == ["name"]
    answer(reviewer)
    row.refresh_from_db()
    assert (row.name, row.instructions) == ("Bench Press, flat", "1. Lie on your back.")
    assert "but for Instructions" in text_of(reviewer.get(f"{PROPOSALS}{proposal.pk}/change/"))


def test_what_changed_while_somebody_looked_is_not_written_over(carla: User) -> None:  # noqa: F811 - a fixture
    row, rita = make_canonical(), make_staff("rita", "publish_library")
    at = timezone.now()
    proposal = proposals.propose(row=row, values={"instructions": "1. Sit."}, by=carla, at=at)
    said: dict[str, Any] = {"proposal": proposal, "fields": ["instructions"], "by": rita, "at": at}
    seen = proposals.seen(proposals.changes_of(proposal, row))
    ExerciseType.objects.update(instructions="1. Stand.")
    with pytest.raises(ProposalOutdated):
        proposals.apply(seen_as=seen, **said)
    carla.user_permissions.set(rita.user_permissions.all())
    with pytest.raises(SecondPersonNeeded):
        proposals.apply(seen_as=seen, **(said | {"by": User.objects.get(pk=carla.pk)}))
    proposals.decline(proposal=proposal, by=rita, at=at, answer="They stand.")
    with pytest.raises(ProposalAnswered):
        proposals.withdraw(proposal=proposal, by=carla, at=at)
    assert ExerciseType.objects.get().instructions == "1. Stand."
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.update(answered_at=None)


def test_proposal_is_declined_with_a_reason_or_withdrawn(
    curator: Client,  # noqa: F811 - fixtures
    reviewer: Client,  # noqa: F811
) -> None:
    row = make_canonical()
    assert "Nothing of it differs from what stands." in text_of(sent(curator, row))
    sent(curator, row, name="Bench")
    assert "Say why." in text_of(answer(reviewer, decision="decline"))
    answer(reviewer, decision="decline", answer="It has a bench press already.")
    declined = Proposal.objects.get()
    assert (declined.state, declined.answer) == ("declined", "It has a bench press already.")
    declined.delete()
    sent(curator, row, name="Bench")
    answer(curator, withdraw="yes")
    assert (Proposal.objects.get().state, ExerciseType.objects.get().name) == ("withdrawn", "Bench Press")


def test_what_nobody_could_apply_is_refused_at_once(curator: Client, chief: Client) -> None:  # noqa: F811 - fixtures
    program, row = make_program(status="published"), make_canonical("squat")
    page = curator.get(f"/admin/catalog/program/{program.pk}/change/")
    assert "Send for review" in text_of(page)
    refused = sent(curator, program, weeks="9", repeats="on")
    assert refused.status_code == 400
    assert not Proposal.objects.exists()
    sent(curator, program, title="Base, mended")
    assert Program.objects.get().title == "Base"
    assert "waits for a second person" in text_of(chief.get(f"/admin/catalog/program/{program.pk}/change/"))
    assert "Send for review" not in text_of(chief.get(f"{TYPES}{row.pk}/change/"))
