"""Becoming a user: an address first, a password where the mail's link leads."""

from typing import Any

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.core import mail

from accounts.models import MailLink, Settings, User
from accounts.tests.factories import link_in, token_for
from config.tests.contract import SchemaClient, check_error
from lib.tests.factories import make_user
from lib.tests.running import at_once, run_jobs

URL = "/api/v1/auth/register"
VERIFY_URL = "/api/v1/auth/verify-email"
PASSWORD = "correct horse battery"


def register(client: SchemaClient, email: str = "ada@example.org") -> Any:
    return client.post(URL, {"email": email})


def choose(client: SchemaClient, password: str = PASSWORD, email: str = "ada@example.org") -> Any:
    return client.post(VERIFY_URL, {"token": token_for(email), "password": password})


@pytest.mark.usefixtures("queue")
def test_registration_mails_a_link_and_the_link_makes_an_account() -> None:
    client = SchemaClient()
    response = register(client)
    assert (response.status_code, response.json()) == (202, {"detail": "Check your mail."})
    assert not User.objects.exists()
    assert mail.outbox == []  # it goes through the queue, after the commit
    run_jobs()
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["ada@example.org"], "Confirm your e-mail address")
    token = link_in(message).removeprefix("/verify-email/")
    assert client.post(VERIFY_URL, {"token": token, "password": PASSWORD}).status_code == 200
    user = User.objects.get()
    assert (user.email, user.is_active, user.is_staff) == ("ada@example.org", True, False)
    assert user.email_verified_at is not None
    assert Settings.objects.get().user == user


@pytest.mark.usefixtures("queue")
def test_known_address_gets_the_same_answer_and_another_mail() -> None:
    known = make_user("ada@example.org")
    response = register(SchemaClient(), email="Ada@Example.ORG")
    assert (response.status_code, response.json()) == (202, {"detail": "Check your mail."})
    run_jobs()
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["ada@example.org"], "You already have an account")
    assert link_in(message) == "/reset-password"
    assert User.objects.get() == known
    assert not MailLink.objects.exists()


@pytest.mark.usefixtures("queue")
def test_account_that_was_switched_off_gets_no_mail() -> None:
    make_user("ada@example.org", is_active=False)
    make_user("bob@example.org", is_active=False, email_verified_at=None)
    for email in ("ada@example.org", "bob@example.org"):
        assert register(SchemaClient(), email=email).status_code == 202
    run_jobs()
    assert (mail.outbox, MailLink.objects.count()) == ([], 0)


@pytest.mark.usefixtures("queue")
def test_address_registered_several_times_at_once_gets_one_mail_whose_link_works() -> None:
    answers = at_once([lambda: register(SchemaClient()) for _ in range(4)])
    assert [answer.status_code for answer in answers] == [202] * 4
    run_jobs()
    token = link_in(mail.outbox[-1]).removeprefix("/verify-email/")
    assert SchemaClient().post(VERIFY_URL, {"token": token, "password": PASSWORD}).status_code == 200
    assert (User.objects.count(), Settings.objects.count()) == (1, 1)


@pytest.mark.usefixtures("queue")
def test_mail_writes_the_address_as_it_is() -> None:
    register(SchemaClient(), email="o'hara&sons@example.org")
    run_jobs()
    (message,) = mail.outbox
    assert "o'hara&sons@example.org" in str(message.body)


def test_address_is_kept_in_its_normal_form(anonymous: SchemaClient) -> None:
    register(anonymous, email=" Ada.Lovelace@EXÄMPLE.org ")
    choose(anonymous, email="ada.lovelace@xn--exmple-cua.org")
    assert User.objects.get().email == "ada.lovelace@xn--exmple-cua.org"


def test_password_of_a_registration_is_none(anonymous: SchemaClient) -> None:
    """As older clients send it: it would be a stranger's who registers somebody else's address."""
    anonymous.post(URL, {"email": "ada@example.org", "password": "what a stranger chose"})
    choose(anonymous)
    assert User.objects.get().check_password(PASSWORD)


def test_password_is_kept_as_argon2id_alone(anonymous: SchemaClient) -> None:
    register(anonymous)
    choose(anonymous)
    encoded = User.objects.get().password
    assert encoded.startswith("argon2$argon2id$")
    assert PASSWORD not in encoded
    assert identify_hasher(encoded).verify(PASSWORD, encoded)


def test_password_keeps_its_spaces(anonymous: SchemaClient) -> None:
    register(anonymous)
    choose(anonymous, "  blanks at both ends  ")
    assert User.objects.get().check_password("  blanks at both ends  ")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("vK9!pQ", "password_too_short"),
        ("1029384756102", "password_entirely_numeric"),
        ("qwertyuiop", "password_too_common"),
        ("ada.lovelace", "password_too_similar"),
        (" " * 10, "password_too_uniform"),
        ("\t \n \r \u00a0 \u2003 \u3000", "password_too_uniform"),
        ("\u200b\u200c\u200d\u2060\ufeff" * 3, "password_too_uniform"),
        ("z" * 12, "password_too_uniform"),
        ("xyzzyxyzzyxy", "password_too_uniform"),
        ("", "blank"),
        ("x" * 257, "max_length"),
        ("nul\0 in between", "null_characters_not_allowed"),
    ],
)
def test_weak_password_is_refused_with_its_reason_and_the_link_stays(
    anonymous: SchemaClient, password: str, code: str
) -> None:
    email = "ada.lovelace@example.org"
    register(anonymous, email=email)
    check_error(choose(anonymous, password, email), 400, code, "password")
    assert not User.objects.exists()
    assert choose(anonymous, PASSWORD, email).status_code == 200


@pytest.mark.parametrize(
    "password", ["ünïcödé pässwörd", "密码密码很长很长的密码呀", "🏋️ 🚲 🏊 🧗 ⛷️ train", "fghij     "]
)
def test_unusual_password_is_taken(anonymous: SchemaClient, password: str) -> None:
    register(anonymous)
    assert choose(anonymous, password).status_code == 200
    assert User.objects.get().check_password(password)


@pytest.mark.parametrize(
    "email",
    [
        "",
        "no address",
        "two@at@example.org",
        "a@" + "x" * 250 + ".org",
        "nul\0@example.org",
        "a@[127.0.0.1]",
        "a@127.0.0.1",
        '"a b"@example.org',
        "ı@example.org",
        "a@xn--a.org",
        "a@example.org.",
        None,
        ["ada@example.org"],
        7,
    ],
)
def test_bad_address_is_refused(anonymous: SchemaClient, email: Any) -> None:
    response = register(anonymous, email=email)
    assert response.status_code == 400
    assert {error["attr"] for error in response.json()["errors"]} == {"email"}
    assert not MailLink.objects.exists()


def test_answer_does_not_tell_whether_an_address_is_known(
    anonymous: SchemaClient, alice: User, django_assert_num_queries: Any
) -> None:
    answers = []
    for email in (alice.email, "nobody@example.org"):
        with django_assert_num_queries(11):  # the link, the job, their savepoints: the same for all
            answers.append(register(anonymous, email=email))
    assert answers[0].status_code == answers[1].status_code
    assert {**answers[0].json(), "request_id": None} == {**answers[1].json(), "request_id": None}


@pytest.mark.parametrize("body", ["[]", "7", "null", '"text"', '{"email": 5', '{"email": {"a": 1}}'])
def test_garbage_is_refused(anonymous: SchemaClient, body: str) -> None:
    response = anonymous.post(URL, body, content_type="application/json")
    assert response.status_code == 400
    assert set(response.json()) == {"type", "errors", "request_id"}
