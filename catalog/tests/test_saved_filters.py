"""Filters that a curator keeps under a name."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from accounts.models import User
from catalog.models import SavedFilter
from catalog.models.saved_filter import SAVED_MAX
from catalog.tests.factories import make_food

FOODS = "/admin/catalog/food/"
SAVE, FORGET = f"{FOODS}save-filter/", f"{FOODS}forget-filter/"
FISH = "category=fish&status__exact=draft"


@pytest.fixture
def boss(client: Client, db: None) -> Client:
    client.force_login(User.objects.create_superuser(email="boss@example.org", password="x"))
    return client


def save(client: Client, name: str = "Fish to publish", query: str = FISH) -> Any:
    return client.post(SAVE, {"name": name, "query": query})


def said(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_filter_is_saved_and_opened_by_its_name(boss: Client) -> None:
    make_food("herring", category="fish", status="draft")
    make_food("oats")
    assert 'name="query" value="category=fish' in boss.get(f"{FOODS}?category=fish&p=2").content.decode()
    assert save(boss)["Location"] == f"{FOODS}?{FISH}"

    assert "Fish to publish" in boss.get(FOODS).content.decode()
    shown = boss.get(f"{FOODS}?{FISH}")
    assert [row.slug for row in shown.context["cl"].result_list] == ["herring"]
    assert "Save filter" not in shown.content.decode()


def test_order_of_parameters_and_the_page_do_not_matter(boss: Client) -> None:
    save(boss, query="status__exact=draft&p=3&category=fish&q=")
    assert SavedFilter.objects.get().query == FISH


def test_same_name_takes_the_place_of_the_first(boss: Client) -> None:
    save(boss)
    save(boss, query="category=meat")
    assert list(SavedFilter.objects.values_list("name", "query")) == [("Fish to publish", "category=meat")]


def test_filter_is_forgotten(boss: Client) -> None:
    save(boss)
    assert boss.post(FORGET, {"name": "Fish to publish"})["Location"] == FOODS
    assert not SavedFilter.objects.exists()


def test_everybody_has_their_own(boss: Client) -> None:
    other = User.objects.create_superuser(email="other@example.org", password="x")
    SavedFilter.objects.create(user=other, library="food", name="Theirs", query=FISH)
    boss.post(FORGET, {"name": "Theirs"})
    assert "Theirs" not in boss.get(FOODS).content.decode()
    assert SavedFilter.objects.get().user == other


@pytest.mark.parametrize("given", [{"name": "", "query": FISH}, {"name": "x" * 61, "query": FISH}, {"name": "x"}])
def test_filter_without_a_name_or_content_is_refused(boss: Client, given: dict[str, str]) -> None:
    assert said(boss.post(SAVE, given)) == [
        "A saved filter has a name of at most 60 characters, and something to filter by."
    ]
    assert not SavedFilter.objects.exists()


def test_number_of_saved_filters_has_a_limit(boss: Client) -> None:
    mine = User.objects.get(email="boss@example.org")
    rows = [SavedFilter(user=mine, library="food", name=f"{n}", query=FISH) for n in range(SAVED_MAX)]
    SavedFilter.objects.bulk_create(rows)
    assert said(save(boss)) == [f"{SAVED_MAX} filters are saved here. Forget one of them first."]
    assert save(boss, name="7", query="category=meat").status_code == 302
    assert SavedFilter.objects.count() == SAVED_MAX


def test_list_leads_to_no_other_site(boss: Client) -> None:
    for query in ("//evil.example", "x=https://evil.example"):
        assert save(boss, query=query)["Location"].startswith(FOODS)


def test_filters_are_for_those_who_may_see_the_list(alice: User, client: Client) -> None:
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    client.force_login(User.objects.get(pk=alice.pk))
    assert save(client).status_code == 403
    assert not SavedFilter.objects.exists()


def test_address_of_saving_takes_no_get(boss: Client) -> None:
    assert boss.get(SAVE).status_code == 405
