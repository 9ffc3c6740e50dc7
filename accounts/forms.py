"""Forms of the pages behind the links in mails, and of the admin."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.domain.addresses import MAX_LENGTH, normal_form
from accounts.models import User
from accounts.validators import PASSWORD_MAX_LENGTH

REASON_MIN_LENGTH, REASON_MAX_LENGTH = 8, 500


def _password_field(label: str, autocomplete: str) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, max_length=PASSWORD_MAX_LENGTH, strip=False, widget=widget)


class AddressForm(forms.Form):
    email = forms.CharField(
        label="E-mail address",
        max_length=MAX_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "email", "inputmode": "email", "autocapitalize": "none"}),
    )

    def clean_email(self) -> str:
        try:
            return normal_form(self.cleaned_data["email"])
        except ValueError as error:
            raise forms.ValidationError("Enter a valid e-mail address.") from error


class NewPasswordForm(forms.Form):
    password = _password_field("New password", "new-password")
    password_again = _password_field("The same again", "new-password")

    def __init__(self, data: Any = None, *, email: str) -> None:
        super().__init__(data)
        self._email = email

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, User(email=self._email))
        return password

    def clean(self) -> dict[str, Any]:
        password = self.cleaned_data.get("password")
        if password is not None and password != self.cleaned_data.get("password_again"):
            self.add_error("password_again", "The two passwords differ.")
        return self.cleaned_data


class PasswordForm(forms.Form):
    password = _password_field("Password", "current-password")


class ReasonForm(forms.Form):
    """Why somebody of the staff looks at what an athlete logs."""

    reason = forms.CharField(
        label="Reason",
        min_length=REASON_MIN_LENGTH,
        max_length=REASON_MAX_LENGTH,
        help_text="What the athlete asked, or a ticket's number. They can read it; write nothing about their health.",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "autofocus": True}),
    )

    def clean_reason(self) -> str:
        return " ".join(self.cleaned_data["reason"].split())
