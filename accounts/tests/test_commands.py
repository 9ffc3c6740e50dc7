import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command

from accounts.models import User

pytestmark = pytest.mark.usefixtures("counted_hashes")  # it hashes two passwords each time


def test_create_demo_makes_an_athlete_and_a_curator(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_demo")
    demo, curator = User.objects.get(email="demo@dropset.local"), User.objects.get(email="curator@dropset.local")
    assert demo.check_password("dropset-demo")
    assert (demo.is_staff, curator.is_staff, curator.is_superuser) == (False, True, False)
    assert demo.email_verified_at is not None
    assert curator.has_perm("catalog.change_exercisetype")
    assert not curator.has_perm("accounts.view_user")
    assert not curator.has_perm("training.view_workout")
    assert "dropset-demo" not in capsys.readouterr().out


def test_create_demo_twice_changes_nothing(db: None) -> None:
    call_command("create_demo", verbosity=0)
    before = list(User.objects.order_by("email").values()), Group.objects.count()
    call_command("create_demo", verbosity=0)
    assert (list(User.objects.order_by("email").values()), Group.objects.count()) == before


def test_create_demo_sets_the_password_that_is_given(db: None) -> None:
    call_command("create_demo")
    call_command("create_demo", password="another horse battery")
    assert {user.check_password("another horse battery") for user in User.objects.all()} == {True}


def test_create_demo_makes_a_curator_of_who_registered_under_the_address(db: None) -> None:
    User.objects.create_user("curator@dropset.local", "what they chose")
    call_command("create_demo")
    curator = User.objects.get(email="curator@dropset.local")
    assert (curator.is_staff, curator.email_verified_at is None) == (True, False)
