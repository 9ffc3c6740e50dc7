import re
from typing import Any

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.core import mail

from accounts.models import Settings, User
from config.tests.contract import SchemaClient, check_error
from lib.tests.factories import make_user
from lib.tests.running import at_once, run_jobs

URL = "/api/v1/auth/register"
PASSWORD = "correct horse battery"


def register(client: SchemaClient, email: str = "ada@example.org", password: str = PASSWORD) -> Any:
    return client.post(URL, {"email": email, "password": password})


@pytest.mark.django_db(transaction=True)
def test_registration_makes_an_account_and_mails_a_link() -> None:
    response = register(SchemaClient())
    assert (response.status_code, response.json()) == (202, {"detail": "Check your mail."})
    user = User.objects.get()
    assert (user.email, user.email_verified_at, user.is_active, user.is_staff) == ("ada@example.org", None, True, False)
    assert Settings.objects.get().user == user
    assert mail.outbox == []  # it goes through the queue, after the commit
    run_jobs()
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["ada@example.org"], "Confirm your e-mail address")
    (link,) = re.findall(r"^http://127\.0\.0\.1:8000(/verify-email/\S+)$", str(message.body), re.MULTILINE)
    page = SchemaClient().post(link)
    assert page.status_code == 200
    assert User.objects.get().email_verified_at is not None


@pytest.mark.django_db(transaction=True)
def test_known_address_gets_the_same_answer_and_another_mail() -> None:
    known = make_user("ada@example.org")
    response = register(SchemaClient(), email="Ada@Example.ORG")
    assert (response.status_code, response.json()) == (202, {"detail": "Check your mail."})
    assert User.objects.get() == known
    assert not known.has_usable_password()
    run_jobs()
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["ada@example.org"], "You already have an account")
    assert "/verify-email/" not in str(message.body)


@pytest.mark.django_db(transaction=True)
def test_address_registered_twice_at_once_makes_one_account() -> None:
    answers = at_once([lambda: register(SchemaClient()) for _ in range(4)])
    assert [answer.status_code for answer in answers] == [202] * 4
    assert User.objects.count() == Settings.objects.count() == 1
    run_jobs()
    subjects = sorted(message.subject for message in mail.outbox)
    assert subjects == ["Confirm your e-mail address", "You already have an account"]


def test_address_is_kept_in_lower_case(anonymous: SchemaClient) -> None:
    register(anonymous, email=" Ada.Lovelace@Example.ORG ")
    assert User.objects.get().email == "ada.lovelace@example.org"


def test_password_is_kept_as_argon2id_alone(anonymous: SchemaClient) -> None:
    register(anonymous)
    encoded = User.objects.get().password
    assert encoded.startswith("argon2$argon2id$")
    assert PASSWORD not in encoded
    assert identify_hasher(encoded).verify(PASSWORD, encoded)


def test_password_keeps_its_spaces(anonymous: SchemaClient) -> None:
    register(anonymous, password="  blanks at both ends  ")
    assert User.objects.get().check_password("  blanks at both ends  ")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password_too_short"),
        ("1029384756102", "password_entirely_numeric"),
        ("qwertyuiop", "password_too_common"),
        ("ada.lovelace", "password_too_similar"),
        ("", "blank"),
        ("x" * 257, "max_length"),
        ("nul\0 in between", "null_characters_not_allowed"),
    ],
)
def test_weak_password_is_refused_with_its_reason(anonymous: SchemaClient, password: str, code: str) -> None:
    check_error(register(anonymous, email="ada.lovelace@example.org", password=password), 400, code, "password")
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "email", ["", "no address", "two@at@example.org", "a@" + "x" * 250 + ".org", "nul\0@example.org"]
)
def test_bad_address_is_refused(anonymous: SchemaClient, email: str) -> None:
    response = register(anonymous, email=email)
    assert response.status_code == 400
    assert {error["attr"] for error in response.json()["errors"]} == {"email"}
    assert not User.objects.exists()


@pytest.mark.parametrize("password", ["short", PASSWORD])
def test_answer_does_not_tell_whether_an_address_is_known(anonymous: SchemaClient, alice: User, password: str) -> None:
    known = register(anonymous, email=alice.email, password=password)
    unknown = register(anonymous, email="nobody@example.org", password=password)
    assert known.status_code == unknown.status_code
    assert {**known.json(), "request_id": None} == {**unknown.json(), "request_id": None}


def test_registration_hashes_once_whether_the_address_is_known_or_not(
    anonymous: SchemaClient, alice: User, counted_hashes: list[str]
) -> None:
    register(anonymous, email=alice.email)
    register(anonymous, email="nobody@example.org")
    assert counted_hashes == [PASSWORD, PASSWORD]


@pytest.mark.parametrize("body", ["[]", "7", "null", '"text"', '{"email": 5', '{"email": {"a": 1}, "password": []}'])
def test_garbage_is_refused(anonymous: SchemaClient, body: str) -> None:
    response = anonymous.post(URL, body, content_type="application/json")
    assert response.status_code == 400
    assert set(response.json()) == {"type", "errors", "request_id"}
