"""The pages of the links in mails: in words, without scripts, and for whoever presses their button."""

from typing import Any

import pytest
from django.test import Client

from accounts.enums import LinkPurpose
from accounts.models import MailLink, User
from accounts.tests.factories import token_for
from config.tests.contract import SchemaClient
from conftest import client_of
from lib.tests.factories import make_user

ADA = "ada@example.org"
OLD, NEW = "correct horse battery", "another horse battery"
BOTH = {"password": NEW, "password_again": NEW}

pytestmark = pytest.mark.usefixtures("counted_hashes")


def verify_page() -> str:
    SchemaClient().post("/api/v1/auth/register", {"email": ADA})
    return f"/verify-email/{token_for(ADA)}"


def reset_page() -> str:
    make_user(ADA, password=OLD)
    SchemaClient().post("/api/v1/auth/password/reset", {"email": ADA})
    return f"/reset-password/{token_for(ADA, LinkPurpose.RESET_PASSWORD)}"


def change_page() -> str:
    client_of(make_user("old@example.org", password=OLD)).post("/api/v1/auth/email/change", {"email": ADA})
    return f"/change-email/{token_for(ADA, LinkPurpose.CHANGE_EMAIL)}"


PAGES = pytest.mark.parametrize("make_page", [verify_page, reset_page, change_page])


@PAGES
def test_page_asks_first_and_changes_nothing(client: Client, db: None, make_page: Any) -> None:
    path = make_page()
    before = list(User.objects.values()), list(MailLink.objects.values())
    for method in (client.get, client.head, client.get):
        assert method(path).status_code == 200
    assert ADA in client.get(path).content.decode()
    assert (list(User.objects.values()), list(MailLink.objects.values())) == before


@PAGES
def test_page_does_what_its_button_says_and_works_once(client: Client, db: None, make_page: Any) -> None:
    path = make_page()
    values = {"password": OLD} if make_page is change_page else BOTH
    page = client.post(path, values)
    assert page.status_code == 200
    assert ADA in page.content.decode()
    user = User.objects.get(email=ADA)
    assert user.check_password(values["password"])
    assert user.email_verified_at is not None
    again = client.post(path, values)
    assert again.status_code == 400
    assert b"Ask for a new one" in again.content
    assert client.get(path).status_code == 400


@PAGES
def test_button_needs_the_csrf_token_of_its_page(db: None, make_page: Any) -> None:
    path = make_page()
    client = Client(enforce_csrf_checks=True)
    values = {"password": OLD} if make_page is change_page else BOTH
    assert client.post(path, values).status_code == 403
    client.get(path)
    token = client.cookies["csrftoken"].value
    assert client.post(path, {**values, "csrfmiddlewaretoken": token}).status_code == 200


@PAGES
def test_page_is_kept_out_of_caches_and_tells_nobody_its_address(client: Client, db: None, make_page: Any) -> None:
    page = client.get(make_page())
    assert "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("make_page", [verify_page, reset_page])
@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"password": NEW, "password_again": OLD}, "The two passwords differ."),
        ({"password": " " * 10, "password_again": " " * 10}, "different characters"),
        ({"password": ADA, "password_again": ADA}, "too similar"),
        ({"password": NEW}, "required"),
        ({"password": "x" * 300, "password_again": "x" * 300}, "at most 256"),
        ({"x": "y"}, "required"),
    ],
)
def test_page_says_what_is_wrong_and_its_link_stays(
    client: Client, db: None, make_page: Any, values: dict[str, str], words: str
) -> None:
    path = make_page()
    page = client.post(path, values)
    assert page.status_code == 400
    assert words in page.content.decode()
    assert client.post(path, BOTH).status_code == 200


def test_wrong_password_changes_no_address(client: Client, db: None) -> None:
    path = change_page()
    page = client.post(path, {"password": NEW})
    assert page.status_code == 400
    assert b"This is not the password of the account." in page.content
    assert not User.objects.filter(email=ADA).exists()
    assert client.post(path, {"password": OLD}).status_code == 200


def test_address_that_was_taken_meanwhile_is_told(client: Client, db: None) -> None:
    path = change_page()
    make_user(ADA)
    page = client.post(path, {"password": OLD})
    assert page.status_code == 409
    assert b"Another account has taken this address meanwhile." in page.content


@pytest.mark.parametrize("path", ["/verify-email/", "/reset-password/", "/change-email/"])
@pytest.mark.parametrize("token", ["x", "a:b:c", "%00", "<script>alert(1)", "%ff", "é" * 300])
def test_page_of_a_bad_link_says_so(client: Client, db: None, path: str, token: str) -> None:
    for method in (client.get, client.post):
        page = method(f"{path}{token}")
        assert page.status_code == 400
        assert b"This did not work" in page.content
        assert b"<script>" not in page.content


# --- the page to ask for a link ---


def test_forgotten_password_is_asked_for_on_a_page(client: Client, db: None) -> None:
    make_user(ADA, password=OLD)
    assert client.get("/reset-password").status_code == 200
    known = client.post("/reset-password", {"email": " Ada@Example.ORG "})
    unknown = client.post("/reset-password", {"email": "ida@example.org"})
    assert (known.status_code, unknown.status_code) == (200, 200)
    assert known.content.replace(b"ada@", b"ida@") == unknown.content
    assert MailLink.objects.filter(purpose=LinkPurpose.RESET_PASSWORD, email=ADA).exists()


@pytest.mark.parametrize("email", ["", "x", "a@[127.0.0.1]", "x" * 300, "a\0@example.org"])
def test_page_refuses_what_is_no_address(client: Client, db: None, email: str) -> None:
    page = client.post("/reset-password", {"email": email})
    assert page.status_code == 400
    assert b"errorlist" in page.content


def test_log_in_of_the_admin_offers_the_page(client: Client, db: None) -> None:
    assert b'href="/reset-password"' in client.get("/admin/login/").content


def test_page_logs_nobody_in(client: Client, db: None) -> None:
    client.post(verify_page(), BOTH)
    assert "sessionid" not in client.cookies
    assert User.objects.get().sessions.count() == 0


def test_session_of_before_does_not_survive_the_page(client: Client, db: None) -> None:
    path = reset_page()
    user = User.objects.get()
    before = client_of(user)
    client.post(path, BOTH)
    assert before.get("/api/v1/auth/me").status_code == 401
    user.refresh_from_db()
    assert user.sessions.live().count() == 0
