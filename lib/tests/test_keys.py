"""Keys that are too weak to start with."""

import secrets

import pytest
from django.core.management.utils import get_random_secret_key

from lib.keys import weakness_of

RANDOM = "givGK8XawHLeaSMnCXwIoinNs-qHHnB611k0TafnKmO70spi69ru70_BRJzj-LbRtzeTzR3L3q5tRg7xB8eovw"


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("", "is not set"),
        ("abc", "has 3 characters, and 50 are the least"),
        (RANDOM[:49], "has 49 characters"),
        ("a" * 60, "follows a pattern"),
        ("ab" * 40, "follows a pattern"),
        ("0123456789abcdef" * 4, "follows a pattern"),
        ("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "follows a pattern"),
        ("password" * 7, "follows a pattern"),
        ("correct horse battery staple " * 2, "follows a pattern"),
        ("qwertyuiopasdfghjklzxcvbnm" * 2, "follows a pattern"),
        ("only-for-development-" + "x" * 40, "written for everybody"),
        ("django-insecure-" + RANDOM, "written for everybody"),
        ("please-change-me-to-something-that-is-long-enough-ok", "written for everybody"),
        ("set SECRET_KEY to 50 or more random characters, and keep it", "written for everybody"),
        (" " * 10 + "# openssl rand -hex 32" + " " * 30, "written for everybody"),
    ],
)
def test_weak_key_is_told_why(key: str, said: str) -> None:
    assert said in (weakness_of(key) or "")


def test_random_key_is_good_in_every_usual_writing() -> None:
    for _ in range(1000):
        for key in (
            secrets.token_hex(32),
            secrets.token_urlsafe(64),
            secrets.token_urlsafe(38),
            get_random_secret_key(),
        ):
            assert weakness_of(key) is None, key
