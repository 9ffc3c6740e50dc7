import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from accounts.models import Settings, User


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


def test_address_in_upper_case_is_refused_by_the_database(db: None) -> None:
    user = User.objects.create_user("ada@example.org")
    with pytest.raises(IntegrityError, match="accounts_user_email_lower"), transaction.atomic():
        User.objects.filter(pk=user.pk).update(email="Ada@example.org")


def test_account_has_one_row_of_settings(db: None) -> None:
    user = User.objects.create_user("ada@example.org")
    with pytest.raises(IntegrityError, match="accounts_settings_one_per_user"), transaction.atomic():
        Settings.objects.create(user=user)
