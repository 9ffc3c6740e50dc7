"""What every answer says about caches, and about what its page may load and send."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from accounts.models import User
from config.tests.contract import SchemaClient
from config.urls import urlpatterns as addresses
from conftest import client_of
from lib.tests.factories import make
from training.models import Workout

PASSWORD = "correct horse battery"
HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def policy_of(response: Any) -> dict[str, str]:
    parts = [part.strip().partition(" ") for part in response["Content-Security-Policy"].split(";")]
    return {name: value for name, _, value in parts}


def broken(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


urlpatterns = [*addresses, path("broken", broken)]


@pytest.mark.parametrize(
    "url",
    [
        "auth/me",
        "workouts/",
        "settings/",
        "sync/pull",
        "sync/status",
        "sync/devices",
        "sync/snapshot",
        "export",
        "no-such",
    ],
)
def test_answer_with_private_data_is_kept_by_no_cache(alice: User, url: str) -> None:
    make(Workout, alice)
    response: Any = client_of(alice).get(f"/api/v1/{url}")
    b"".join(response if response.streaming else [])  # a file is closed when it was read
    assert response["Cache-Control"] == "no-store"


def test_log_in_and_refusals_are_kept_by_no_cache(anonymous: SchemaClient) -> None:
    User.objects.create_user("ada@example.org", PASSWORD)
    body = {"email": "ada@example.org", "password": PASSWORD}
    tokens = anonymous.post("/api/v1/auth/login", body)
    answers = [
        tokens,
        anonymous.post("/api/v1/auth/refresh", {"refresh": tokens.json()["refresh"]}),
        anonymous.post("/api/v1/auth/login", body | {"password": "wrong"}),
        anonymous.get("/api/v1/auth/me"),
        anonymous.post("/api/v1/auth/register", {"email": "bob@example.org"}),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 401, 401, 202]
    assert {answer["Cache-Control"] for answer in answers} == {"no-store"}


def test_row_keeps_its_etag(api: SchemaClient, alice: User) -> None:
    response = api.get(f"/api/v1/workouts/{make(Workout, alice).pk}/")
    assert (response["Cache-Control"], response["ETag"][:1]) == ("no-store", '"')


def test_library_may_be_kept_and_is_asked_for_again(api: SchemaClient, anonymous: SchemaClient) -> None:
    response = api.get("/api/v1/library/muscles/")
    assert response["Cache-Control"] == "private, no-cache"
    assert response["ETag"]
    for_all = anonymous.get("/api/v1/library/muscles/")
    assert for_all["Cache-Control"] == "public, max-age=300, must-revalidate"
    assert "Authorization" in for_all["Vary"]
    unchanged = anonymous.get("/api/v1/library/muscles/", headers={"If-None-Match": for_all["ETag"]})
    assert (unchanged.status_code, unchanged["Cache-Control"]) == (304, for_all["Cache-Control"])


def test_refusal_of_the_library_is_kept_by_no_cache(anonymous: SchemaClient) -> None:
    for url in ("muscles/no-such/", "foods/?since_version=x"):
        assert anonymous.get(f"/api/v1/library/{url}")["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "url", ["/api/v1/auth/me", "/api/schema/", "/health/live", "/verify-email/x", "/reset-password", "/no-such", "/"]
)
def test_page_or_answer_loads_nothing_but_its_style(client: Client, db: None, url: str) -> None:
    response = client.get(url)
    assert policy_of(response) == {
        "default-src": "'none'",
        "style-src": "'self'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    assert {name: response[name] for name in HARMLESS} == HARMLESS
    assert "geolocation=()" in response["Permissions-Policy"]


@pytest.mark.parametrize("url", ["/admin/login/", "/admin/", "/api/docs/", "/api/docs/?script="])
def test_page_with_scripts_takes_them_from_here_alone(client: Client, charlie: User, url: str) -> None:
    if url == "/admin/":
        client.force_login(charlie)
    response = client.get(url)
    assert response.status_code == 200
    policy = policy_of(response)
    assert policy["default-src"] == "'none'"
    allowed = {word for name, value in policy.items() for word in value.split()}
    assert allowed <= {"'none'", "'self'", "'unsafe-inline'", "'unsafe-eval'", "data:"}
    assert ("'unsafe-inline'" in policy["script-src"]) == url.startswith("/admin/")
    assert policy["frame-ancestors"] == "'none'"


def test_page_of_an_error_of_ours_keeps_its_style_while_developing(client: Client, settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    client.raise_request_exception = False
    for debug in (True, False):
        settings.DEBUG = debug
        response = client.get("/broken")
        assert (response.status_code, "Content-Security-Policy" in response) == (500, not debug)
