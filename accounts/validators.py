from typing import Any

from django.core.exceptions import ValidationError

from accounts.domain.addresses import normal_form

PASSWORD_MAX_LENGTH = 256


def validate_address(address: str) -> None:
    try:
        normal_form(address)
    except ValueError as error:
        raise ValidationError("Enter a valid e-mail address.", code="invalid") from error


class VarietyValidator:
    """Refuses a key that was held down, and what cannot be seen: ten spaces, ten zeros, invisible characters."""

    def __init__(self, min_different: int = 5) -> None:
        self.min_different = min_different

    def validate(self, password: str, user: Any = None) -> None:
        different = {character for character in password if character.isprintable() and not character.isspace()}
        if len(different) < self.min_different:
            raise ValidationError(self.get_help_text(), code="password_too_uniform")

    def get_help_text(self) -> str:
        return f"The password must have at least {self.min_different} different characters; spaces do not count."


class MaximumLengthValidator:
    """What log-ins take. A longer password could be set in the admin, and would not work."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) > PASSWORD_MAX_LENGTH:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        return f"The password must have at most {PASSWORD_MAX_LENGTH} characters."
