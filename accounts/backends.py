from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts.domain.addresses import form_to_look_up
from accounts.models import User
from accounts.services.limits import count_attempt, remember_network


class PasswordBackend(ModelBackend):
    """Every password is checked here, whether the API, the admin or a page asks for it. So all count as one."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """Raises RateLimited. Without a request (a command, a test's client) nothing is counted."""
        email = form_to_look_up(username or "")
        if request is not None:
            count_attempt(request, "login", email)
        user = super().authenticate(request, username=email, password=password)
        if not isinstance(user, User):
            return None
        if request is not None:
            remember_network(request, email)
        return user
