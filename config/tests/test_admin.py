"""Every page of the admin opens, with rows in every table, and costs the same however many there are."""

from collections.abc import Iterator, Sequence
from copy import copy
from itertools import chain
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pghistory.models
import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import Model
from django.http import HttpRequest, QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.admin.guarded import GuardedAdmin
from accounts.enums import LinkPurpose
from accounts.models import Device, Session, User
from accounts.services.mails import mail_link
from accounts.services.tokens import start_session
from accounts.tests.factories import give_reason
from catalog.models import (
    EditorialStep,
    Equipment,
    Food,
    ImportRun,
    Merge,
    Muscle,
    Nutrient,
    NutritionTemplate,
    NutritionTemplateItem,
    NutritionTemplateMeal,
    Proposal,
    RecommendationRule,
    ReferenceIntake,
    Supplement,
    SupplementInteraction,
)
from catalog.tests.factories import (
    make_canonical,
    make_equipment,
    make_food,
    make_muscle,
    make_nutrient,
    make_program,
)
from config.tests.stages import rows_of_a_module
from lib import wire
from lib.shared import SharedModel
from lib.tests.factories import make, make_user
from sync.models import DeviceState, Import, Mutation, Snapshot

OUR_APPS = {
    "procrastinate",
    "accounts",
    "catalog",
    "training",
    "nutrition",
    "planner",
    "sensors",
    "sync",
    "analytics",
    "auth",
}
REGISTERED = sorted(
    (model for model in admin.site._registry if model._meta.app_label in OUR_APPS), key=lambda model: model._meta.label
)
SMALL = {
    Group,
    Muscle,
    Equipment,
    Nutrient,
    ReferenceIntake,
    ProcrastinateJob,
}  # people keep these by hand; finished jobs are swept
CREATABLE = [entity.model for entity in wire.entities() if entity.wire.creatable]
GUARDED = [model for model in CREATABLE if isinstance(admin.site.get_model_admin(model), GuardedAdmin)]
OWNED = [model for model in GUARDED if not issubclass(model, SharedModel)]
CHARLIE = "charlie@example.org"


def each(found: Sequence[type[Model]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("model", found, ids=lambda model: model._meta.label)


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """One row in every table. All tests here begin with it."""
    with rows_of_a_module(django_db_blocker):
        make_user(CHARLIE, is_staff=True, is_superuser=True)
        populate(1)
        yield


@pytest.fixture
def console(stage: None, client: Client, db: None) -> Client:
    client.force_login(User.objects.get(email=CHARLIE))
    return client


def url_of(model: type[Model], page: str = "") -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/{page}"


def populate(count: int, *, first: int = 0) -> None:
    """So many rows more of everything."""
    for n in range(first, first + count):
        user = make_user(f"user-{n}@example.org")
        give_reason(User.objects.get(email=CHARLIE), user)
        start_session(user=user, at=timezone.now())
        device = Device.objects.create(id=uuid4(), user=user, name="phone", instance_token_hash="0" * 64)
        Session.objects.filter(user=user).update(device=device)
        DeviceState.objects.create(device=device, seen_at=timezone.now())
        Mutation.objects.create(
            user=user, mutation_id=uuid4(), device_id=device.pk, seq=1, payload_sha256=bytes(32), payload="{}",
            status="rejected", result="{}", received_at=timezone.now(),
        )  # fmt: skip
        Snapshot.objects.create(user=user, kind="named", created_at=timezone.now(), sha256="0" * 64)
        Import.objects.create(user=user, mode="merge", plan="merge", state="done", created_at=timezone.now())
        Group.objects.create(name=f"group {n}")
        mail_link(purpose=LinkPurpose.RESET_PASSWORD, email=user.email, at=timezone.now())
        make_muscle(f"muscle-{n}")
        make_equipment(f"equipment-{n}")
        make_canonical(f"type-{n}", primary_muscles=[f"muscle-{n}"], equipment=[f"equipment-{n}"])
        make_program(slug=f"program-{n}")
        make_library(n)
        make_editorial(n)
        for model in CREATABLE:
            make(model, user)


def make_library(n: int) -> None:
    """One row of each library that has no factory of its own."""
    food, nutrient = make_food(f"food-{n}"), make_nutrient(f"nutrient-{n}")
    ReferenceIntake.objects.create(slug=f"intake-{n}", nutrient=nutrient, kind="rda", age_from_y=19, value=1, unit="g")
    supplement = Supplement.objects.create(user=None, slug=f"supplement-{n}", name="Salt")
    SupplementInteraction.objects.create(user=None, supplement=supplement, with_kind="food", with_name="Pepper")
    template = NutritionTemplate.objects.create(user=None, slug=f"template-{n}", name="Plain")
    meal = NutritionTemplateMeal.objects.create(user=None, template=template, name="Lunch", slot="lunch")
    NutritionTemplateItem.objects.create(user=None, meal=meal, food=food, grams=100)
    RecommendationRule.objects.create(user=None, slug=f"rule-{n}", name="Rest", area="recovery")


def make_editorial(n: int) -> None:
    """What curators leave behind."""
    when = timezone.now()
    EditorialStep.objects.create(entity="food", row_id=uuid4(), to_status="draft", at=when, note=f"note {n}")
    Merge.objects.create(
        entity="food", loser_id=uuid4(), winner_id=uuid4(), loser_name="Oat", winner_name="Oats", loser_status="draft",
        at=when,
    )  # fmt: skip
    changes = {"brand": {"before": "", "after": "Mill"}}
    food = Food.objects.get(slug=f"food-{n}").pk
    Proposal.objects.create(entity="food", row_id=food, name="Oats", changes=changes, at=when)
    ImportRun.objects.create(
        format="wger", library="exercise_types", file_name="wger.json", file_digest="0" * 64, started_at=when
    )


def listed(request: HttpRequest, model: type[Model], query: str) -> list[Model]:
    """What the page lists for this query: all of its work but the drawing, which takes longest. Raises what it would refuse."""
    asked = copy(request)
    asked.GET = QueryDict(query)
    changelist = admin.site.get_model_admin(model).get_changelist_instance(asked)
    for spec in changelist.filter_specs:
        list(spec.choices(changelist))
    return list(changelist.result_list)


@each(REGISTERED)
def test_every_page_opens(console: Client, model: type[Model]) -> None:
    page = console.get(url_of(model))
    assert page.status_code == 200
    rows = list(page.context["cl"].result_list)
    assert rows, f"populate() makes no row of {model.__name__}."
    assert console.get(url_of(model, f"{rows[0].pk}/change/")).status_code == 200
    assert console.get(url_of(model, f"{rows[0].pk}/history/")).status_code == 200
    may_add = admin.site._registry[model].has_add_permission(page.wsgi_request)
    assert console.get(url_of(model, "add/")).status_code == (200 if may_add else 403)


@each([model for model in REGISTERED if admin.site._registry[model].search_fields])
def test_search_does_no_harm(console: Client, model: type[Model]) -> None:
    texts = ("user-0@example.org", "'; --", "%", "cafe0000-0000-4000-8000-000000000000", "x" * 500, "nul\0")
    page = console.get(url_of(model), {"q": " ".join(texts)})
    assert page.status_code == 200
    for text in texts:
        listed(page.wsgi_request, model, urlencode({"q": text}))


@each(REGISTERED)
def test_every_filter_and_order_works(console: Client, model: type[Model]) -> None:
    page = console.get(url_of(model))
    changelist = page.context["cl"]
    orders = [str(n) for n, _ in enumerate(changelist.list_display)]
    filters = [
        [choice["query_string"].removeprefix("?") for choice in spec.choices(changelist) if "query_string" in choice]
        for spec in changelist.filter_specs
    ]
    for query in [*(f"o={order}" for order in orders), *chain.from_iterable(filters)]:
        listed(page.wsgi_request, model, query)
    all_at_once = "&".join([f"o={'.'.join(orders)}", *(choices[-1] for choices in filters if choices)])
    assert console.get(f"{url_of(model)}?{all_at_once}").status_code == 200, all_at_once


def queries_of(console: Client, model: type[Model]) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        assert console.get(url_of(model)).status_code == 200
    return [query["sql"] for query in captured]


def test_lists_take_as_many_queries_for_three_rows_as_for_one(console: Client) -> None:
    models = {*REGISTERED, *OWNED}
    for model in models:
        console.get(url_of(model))  # what is asked once and kept is asked here
    one = {model: queries_of(console, model) for model in models}
    populate(2, first=1)
    three = {model: queries_of(console, model) for model in models}
    assert {model: three[model] for model in models if len(three[model]) != len(one[model])} == {}
    # the session; the user; what is open to them; the bounded count; the page; the trail
    assert {model: three[model] for model in OWNED if len(three[model]) != 6} == {}
    counts = {model: [sql for sql in one[model] if "COUNT(" in sql] for model in models - SMALL}
    unbounded = {model: found for model, found in counts.items() if len(found) != 1 or "LIMIT" not in found[0]}
    assert unbounded == {}, "These tables grow."


def test_start_page_and_its_menus_open(console: Client) -> None:
    for url in ("/admin/", *(f"/admin/{label}/" for label in ("accounts", "catalog", "training", "sync", "auth"))):
        assert console.get(url).status_code == 200, url
    assert console.get("/admin/password_change/").status_code == 200


def test_every_model_of_ours_is_in_the_admin_or_named_here() -> None:
    named = {
        "sync.Record",  # the documents themselves: read through their entities
        "sync.LogEntry",
        "sync.Mutation",
        "sync.Purged",
        "sync.PastEpoch",
        "sync.Digest",
        "sync.Cluster",
        "sync.SnapshotPiece",  # compressed parts of what stands in the list of snapshots and imports
        "sync.ImportPiece",
        "catalog.MovedRow",  # which rows a merge moved: their number stands in the list of merges
        "catalog.SavedFilter",  # shown above the lists that they are of
        "catalog.SearchWord",  # words of names, to put slips right by
        "catalog.StaleFood",  # marks for a job
        "catalog.SeededRow",  # what a release brought, to tell what curators changed since
        "catalog.DistinctPair",  # a wish to be shown two rows no more
        "training.CalendarAddress",  # the hash of a secret: its user makes it, and revokes it
    }
    ours = {model for model in apps.get_models() if model._meta.app_label in OUR_APPS - {"auth", "procrastinate"}}
    kept = {
        model for model in ours if not issubclass(model, pghistory.models.Event)
    }  # former states: on the rows' pages
    missing = {model._meta.label for model in kept if not admin.site.is_registered(model)}
    assert missing == named
