import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import MailLink, Settings, User


def test_every_user_gets_settings(db: None) -> None:
    user = User.objects.create_user("ada@example.org")
    assert Settings.objects.get().user == user
    assert not user.has_usable_password()


def test_superuser_may_do_everything_and_needs_no_mail(db: None) -> None:
    user = User.objects.create_superuser("Root@Example.org", "correct horse battery")
    assert (user.email, user.is_staff, user.is_superuser) == ("root@example.org", True, True)
    assert user.email_verified_at is not None
    assert Settings.objects.filter(user=user).exists()


def test_createsuperuser_command_works(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "correct horse battery")
    call_command("createsuperuser", email="Root@Example.org", interactive=False, verbosity=0)
    assert User.objects.get_by_natural_key(" ROOT@example.org").check_password("correct horse battery")


def test_user_and_settings_are_made_together_or_not_at_all(db: None) -> None:
    taken = User.objects.create_user("ada@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("ADA@example.org")
    assert list(User.objects.all()) == [taken]
    assert Settings.objects.count() == 1


@pytest.mark.parametrize("email", ["Ada@example.org", "ada@exämple.org", "ａda@example.org", "ada @example.org", ""])
def test_address_that_is_not_in_its_normal_form_is_refused_by_the_database(db: None, email: str) -> None:
    user = User.objects.create_user("ada@example.org")
    with pytest.raises(IntegrityError, match="accounts_user_email_normal"), transaction.atomic():
        User.objects.filter(pk=user.pk).update(email=email)


@pytest.mark.parametrize("email", ["user@exämple.org", "USER@xn--exmple-cua.org", "user@EXA\u0308MPLE.org"])
def test_one_mailbox_is_one_account_however_it_is_written(db: None, email: str) -> None:
    user = User.objects.create_user("user@exämple.org")
    assert User.objects.get_by_natural_key(email) == user
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user(email)


def test_superuser_needs_an_address(db: None) -> None:
    with pytest.raises(ValueError, match="Codepoint"):
        User.objects.create_superuser("root@[127.0.0.1]", "correct horse battery")
    with pytest.raises(CommandError, match="Enter a valid e-mail address"):
        call_command("createsuperuser", email="root@[127.0.0.1]", interactive=False, verbosity=0)


def test_address_has_one_link_of_a_kind(db: None) -> None:
    def make() -> MailLink:
        return MailLink.objects.create(purpose="register", email="ada@example.org", created_at=timezone.now())

    make()
    with pytest.raises(IntegrityError, match="accounts_maillink_one_per_address"), transaction.atomic():
        make()


def test_user_has_one_link_of_a_kind(alice: User) -> None:
    def make(email: str) -> MailLink:
        return MailLink.objects.create(purpose="change_email", email=email, user=alice, created_at=timezone.now())

    make("alice@example.net")
    with pytest.raises(IntegrityError, match="accounts_maillink_one_per_user"), transaction.atomic():
        make("alice@example.com")


def test_link_has_a_known_purpose(db: None) -> None:
    with pytest.raises(IntegrityError, match="accounts_maillink_purpose_known"), transaction.atomic():
        MailLink.objects.create(purpose="party", email="ada@example.org", created_at=timezone.now())


def test_account_has_one_row_of_settings(db: None) -> None:
    user = User.objects.create_user("ada@example.org")
    with pytest.raises(IntegrityError, match="accounts_settings_one_per_user"), transaction.atomic():
        Settings.objects.create(user=user)
