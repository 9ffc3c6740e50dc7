"""What holds for every list of the API: pages while rows come and go, and cursors that belong to one list."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import signing
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient
from rest_framework.utils.urls import remove_query_param, replace_query_param

from accounts.models import User
from accounts.services.tokens import start_session
from config.tests.contract import check_error, openapi, shared
from config.tests.lists import LISTS, Listed, filled
from conftest import client_of


@pytest.fixture
def plain(alice: User) -> APIClient:
    """Alice's, who does not hold every page to the schema: these tests read many."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {start_session(user=alice, at=timezone.now()).access}")
    return client


each = pytest.mark.parametrize("listed", LISTS, ids=str)
LEVELS = st.integers(0, 2)
ACTS = st.tuples(st.just("add"), LEVELS) | st.tuples(st.just("remove"), st.integers(0, 30))
# (the levels of the rows at first, the size of a page, what is done after each page)
STORIES = st.tuples(
    st.lists(LEVELS, min_size=1, max_size=8), st.integers(1, 3), st.lists(st.lists(ACTS, max_size=3), max_size=8)
)


def test_every_list_of_the_api_is_tried_here() -> None:
    found = {path for path, methods in openapi()["paths"].items() if is_list(methods.get("get", {}))}
    assert found - {listed.path.partition("?")[0] for listed in LISTS} == {"/api/v1/settings/"}  # has one row


def is_list(operation: dict[str, Any]) -> bool:
    return "page_size" in {shared(parameter)["name"] for parameter in operation.get("parameters", [])}


class Walk:
    """Through the pages of one list, while its rows come and go."""

    def __init__(self, api: APIClient, user: User, listed: Listed, meanwhile: list[Any]) -> None:
        self.api, self.user, self.listed, self.meanwhile = api, user, listed, iter(meanwhile)
        self.there: list[str] = []

    def add(self, level: int) -> None:
        self.there.append(self.listed.add(self.user, level))

    def remove(self, number: int) -> None:
        if len(self.there) > 1:  # the path names the parent of one
            self.listed.remove(self.there.pop(number % len(self.there)))

    def pages(self, url: str | None, link: str) -> tuple[list[str], str]:
        """(keys in the order in which they were seen, the address of the last page); changes happen between the pages."""
        seen: list[str] = []
        last = ""
        while url:
            response = self.api.get(url)
            assert response.status_code == 200, response.content
            last, body = url, response.json()
            seen += [str(row[self.listed.key]) for row in body["results"]]
            url = body[link]
            for act, number in next(self.meanwhile, []) if url else []:
                getattr(self, act)(number)
        return seen, last


@each
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=STORIES)
def test_row_that_stands_all_the_while_is_seen_once_on_the_way_forth_and_back(
    listed: Listed, plain: APIClient, alice: User, story: Any
) -> None:
    levels, size, meanwhile = story
    listed.remove(*listed.model._default_manager.values_list(listed.key, flat=True))  # of the example before
    walk = Walk(plain, alice, listed, meanwhile)
    for level in levels:
        walk.add(level)
    start = replace_query_param(filled(listed, alice), "page_size", size)
    for link in ("next", "previous"):
        stood = set(walk.there)
        seen, start = walk.pages(start, link)
        if "since_version" in listed.path:  # what is removed on the way comes once more, as a tombstone
            seen = [key for key in seen if key in walk.there]
        assert len(seen) == len(set(seen)), "twice"
        assert stood & set(walk.there) <= set(seen)


def second_page(client: APIClient, user: User, listed: Listed) -> str:
    """The address of it."""
    for level in range(2):
        listed.add(user, level)
    found: str = client.get(replace_query_param(filled(listed, user), "page_size", 1)).json()["next"]
    return found


def cursor_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["cursor"][0]


def test_cursor_is_of_one_list_alone(plain: APIClient, alice: User) -> None:
    cursors = {listed: cursor_of(second_page(plain, alice, listed)) for listed in LISTS}
    for listed in LISTS:
        for owner, cursor in cursors.items():
            response = plain.get(replace_query_param(filled(listed, alice), "cursor", cursor))
            if owner is listed:
                assert response.status_code == 200, response.content
            else:
                check_error(response, 400, "cursor_invalid", "cursor")


@each
def test_cursor_is_of_one_user_alone(listed: Listed, plain: APIClient, alice: User, bob: User) -> None:
    address = second_page(plain, alice, listed)
    check_error(client_of(bob).get(address), 400, "cursor_invalid", "cursor")


@each
def test_altered_cursor_is_refused(listed: Listed, plain: APIClient, alice: User) -> None:
    address = second_page(plain, alice, listed)
    cursor = cursor_of(address)
    of_the_form_before = signing.Signer(salt="lib.pagination").sign_object([0, False, "2026-03-01"])
    altered = [cursor[:-1], f"{cursor[:4]}.{cursor[5:]}", cursor.partition(":")[2]]
    for other in [*altered, of_the_form_before, "", "x", "\0"]:
        check_error(plain.get(replace_query_param(address, "cursor", other)), 400, "cursor_invalid", "cursor")


@pytest.mark.parametrize(
    ("path", "parameter", "value"),
    [
        ("/api/v1/workouts/", "status", "planned"),
        ("/api/v1/measurements/", "measured_at__gte", "2020-01-01T00:00:00Z"),
        ("/api/v1/sets/?exercise={exercise}", "kind", "working"),
        ("/api/v1/sync/conflicts", "status", "open"),
        ("/api/v1/sync/conflicts", "ordering", "created_at"),
        ("/api/v1/library/exercise-types/", "search", "thing"),
    ],
    ids=str,
)
def test_cursor_is_of_its_filters_alone(path: str, parameter: str, value: str, plain: APIClient, alice: User) -> None:
    listed = next(each for each in LISTS if each.path == path)
    address = second_page(plain, alice, listed)
    check_error(plain.get(replace_query_param(address, parameter, value)), 400, "cursor_invalid", "cursor")
    filtered = replace_query_param(filled(listed, alice), parameter, value)
    following = plain.get(replace_query_param(filtered, "page_size", 1)).json()["next"]
    assert parse_qs(urlsplit(following).query)[parameter] == [value]
    assert plain.get(following).status_code == 200
    check_error(plain.get(remove_query_param(following, parameter)), 400, "cursor_invalid", "cursor")


@each
def test_page_size_may_change_on_the_way(listed: Listed, plain: APIClient, alice: User) -> None:
    address = second_page(plain, alice, listed)
    assert plain.get(replace_query_param(address, "page_size", 7)).status_code == 200
