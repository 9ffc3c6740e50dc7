"""One mailbox is one account: what people type, what has no normal form, and older accounts."""

import importlib
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.domain.addresses import form_to_look_up, normal_form
from accounts.models import User
from lib.tests.factories import make_user

migration: Any = importlib.import_module("accounts.migrations.0005_normal_addresses")


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("ada@example.org", "ada@example.org"),
        (" Ada@EXAMPLE.Org\n", "ada@example.org"),
        ("user@exämple.org", "user@xn--exmple-cua.org"),
        ("user@EXÄMPLE.org", "user@xn--exmple-cua.org"),
        ("user@exa\u0308mple.org", "user@xn--exmple-cua.org"),
        ("user@XN--EXMPLE-CUA.org", "user@xn--exmple-cua.org"),
        ("ａｄａ＠ｅｘａｍｐｌｅ．ｏｒｇ", "ada@example.org"),
        ("ada@example。org", "ada@example.org"),
        ("ada@ⓔxample.org", "ada@example.org"),
        ("ada@exam\u200bple.org", "ada@example.org"),
        ("\u212aim@example.org", "kim@example.org"),  # the sign for kelvin
        ("a@straße.de", "a@xn--strae-oqa.de"),  # another domain than strasse.de
        ("o'hara+gym@sub.example.co.uk", "o'hara+gym@sub.example.co.uk"),
        ("root@localhost", "root@localhost"),
    ],
)
def test_address_has_one_normal_form(typed: str, normal: str) -> None:
    assert normal_form(typed) == normal


@pytest.mark.parametrize(
    "typed",
    [
        "", "@", "ada", "ada@", "@example.org", "a@b@example.org", "a b@example.org", "a@exa mple.org", "a@intranet",
        "a@[127.0.0.1]", "a@[IPv6:::1]", "a@127.0.0.1", "a@example.123", "a@example.org.", "a@.example.org",
        "a@exa_mple.org", "a@-x.org", "a@xn--a.org", "a@i❤.ws", "ada@℀.org",
        '"a b"@example.org', '"ada"@example.org', "a..b@example.org", ".a@example.org", "a.@example.org",
        "a\0@example.org", "a\u200bda@example.org", "ad\u00ada@example.org", "ı@example.org", "İ@example.org",
        "аda@example.org", "user@例え\ud800.jp", "x" * 65 + "@example.org", "a@" + "x" * 64 + ".org",
        "a@" + "x." * 130 + "org",
    ],
)  # fmt: skip
def test_what_is_no_address_that_mail_servers_agree_on_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        normal_form(typed)
    assert form_to_look_up(f" {typed.upper()}") is not None


@given(st.text(max_size=30), st.text(max_size=30), st.sampled_from(["@", "＠", "@exämple.", "@b.", ""]))
def test_normal_form_is_its_own_and_ascii(local: str, domain: str, between: str) -> None:
    for typed in (f"{local}{between}{domain}", f"a{between}{domain}.org", f"{local}@example.org"):
        try:
            found = normal_form(typed)
        except ValueError:
            continue
        assert normal_form(found) == normal_form(found.upper()) == found
        assert found.isascii()
        assert found == found.lower()


# --- older accounts ---


@pytest.fixture
def older(db: None) -> Any:
    """Addresses as an older server kept them: in lower case, and no more."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_user DROP CONSTRAINT accounts_user_email_normal")

    def make(email: str, *, verified: bool = True) -> User:
        user = make_user(
            f"user-{User.objects.count()}@example.org", email_verified_at=timezone.now() if verified else None
        )
        User.objects.filter(pk=user.pk).update(email=email)
        return user

    return make


def migrate() -> None:
    migration.normalise(apps, None)


def address_of(user: User) -> str:
    return User.objects.get(pk=user.pk).email


def aside(user: User) -> str:
    return f"{user.pk}@renamed.invalid"


def test_migration_gives_addresses_their_normal_form(older: Any) -> None:
    users = [older("user@exämple.org"), older("ada@ｅxample.org"), older("ſ@example.org"), older("a@[127.0.0.1]")]
    migrate()
    assert list(map(address_of, users)) == [
        "user@xn--exmple-cua.org",
        "ada@example.org",
        "s@example.org",
        "a@[127.0.0.1]",  # plain already: its owner logs in as before
    ]
    assert User.objects.get_by_natural_key("A@[127.0.0.1]") == users[3]


@pytest.mark.parametrize(
    ("verified", "keeps"), [((True, True), 0), ((False, False), 0), ((False, True), 1), ((True, False), 0)]
)
@pytest.mark.parametrize(
    "spellings", [("user@exämple.org", "user@xn--exmple-cua.org"), ("user@xn--exmple-cua.org", "user@exämple.org")]
)
def test_migration_leaves_the_address_to_one_and_its_data_to_both(
    older: Any, verified: tuple[bool, bool], keeps: int, spellings: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    users = [older(spellings[n], verified=verified[n]) for n in (0, 1)]
    migrate()
    assert address_of(users[keeps]) == "user@xn--exmple-cua.org"
    assert address_of(users[1 - keeps]) == aside(users[1 - keeps])
    assert aside(users[1 - keeps]) in capsys.readouterr().out
    assert User.objects.count() == 2


def test_migration_puts_aside_what_has_no_normal_form(older: Any) -> None:
    user = older("ı@example.org")
    migrate()
    assert address_of(user) == aside(user)
    assert User.objects.get_by_natural_key(aside(user)) == user
