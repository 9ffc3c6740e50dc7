"""The pages of the links in mails. Opening one does nothing, because mail scanners open them too; submitting its form does.

They need no app and no script. Nobody is logged in here: the user goes back to their app. What is refused as a whole, such
as a link that was used, becomes a page in lib/middleware.py.
"""

from django.contrib import admin
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.enums import LinkPurpose
from accounts.exceptions import PasswordWrong
from accounts.forms import AddressForm, NewPasswordForm, PasswordForm
from accounts.services import credentials
from accounts.services.limits import count_attempt, remember_network
from accounts.services.links import link_of
from accounts.services.mails import mail_link

TITLES = {
    "register": "Choose a password",
    "reset_password": "Choose a new password",
    "change_email": "Confirm your new e-mail address",
    "ask_for_reset": "Forgotten your password?",
}
DONE = {
    "password_chosen": "Your password is set",
    "email_changed": "Your address is changed",
    "asked_for_reset": "Check your mail",
}
BUTTONS = {"change_email": "Confirm", "ask_for_reset": "Send the link"}

page = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@page
def verify_email(request: HttpRequest, token: str) -> HttpResponse:
    return _choose_password(request, token, LinkPurpose.REGISTER, "verify-email")


@never_cache
@page
def reset_password(request: HttpRequest, token: str) -> HttpResponse:
    return _choose_password(request, token, LinkPurpose.RESET_PASSWORD, "password/reset/confirm")


@never_cache
@page
def change_email(request: HttpRequest, token: str) -> HttpResponse:
    email = link_of(token=token, purpose=LinkPurpose.CHANGE_EMAIL, at=timezone.now()).email
    form = PasswordForm(request.POST or None)
    if form.is_valid():
        count_attempt(request, "email/confirm")
        try:
            credentials.change_email(request=request, token=token, at=timezone.now(), **form.cleaned_data)
        except PasswordWrong as error:
            form.add_error("password", error.detail)
        else:
            return _done(request, "email_changed", email)
    return _ask(request, "change_email", form, email)


@never_cache
@page
def ask_for_reset(request: HttpRequest) -> HttpResponse:
    form = AddressForm(request.POST or None)
    if not form.is_valid():
        return _ask(request, "ask_for_reset", form)
    email = form.cleaned_data["email"]
    count_attempt(request, "password/reset", email)
    mail_link(purpose=LinkPurpose.RESET_PASSWORD, email=email, at=timezone.now())
    return _done(request, "asked_for_reset", email)


def change_own_password_in_admin(request: HttpRequest) -> HttpResponse:
    """The admin's page asks for the old password, and that counts as logging in, as everywhere else."""
    if request.method == "POST" and request.user.is_authenticated:
        count_attempt(request, "login", request.user.get_username())
    return admin.site.admin_view(admin.site.password_change)(request)


def _choose_password(request: HttpRequest, token: str, purpose: LinkPurpose, limit: str) -> HttpResponse:
    email = link_of(token=token, purpose=purpose, at=timezone.now()).email
    form = NewPasswordForm(request.POST or None, email=email)
    if not form.is_valid():
        return _ask(request, purpose, form, email)
    count_attempt(request, limit)
    password = form.cleaned_data["password"]
    credentials.choose_password(token=token, purpose=purpose, password=password, at=timezone.now())
    remember_network(request, email)
    return _done(request, "password_chosen", email)


def _ask(request: HttpRequest, what: str, form: Form, email: str = "") -> HttpResponse:
    context = {"title": TITLES[what], "button": BUTTONS.get(what, "Save"), "form": form, "email": email}
    return render(request, f"accounts/{what}.html", context, status=400 if form.is_bound else 200)


def _done(request: HttpRequest, what: str, email: str) -> HttpResponse:
    return render(request, "accounts/done.html", {"title": DONE[what], "done": what, "email": email})
