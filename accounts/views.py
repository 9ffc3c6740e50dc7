"""The page behind the link in the verification mail. A button confirms: mail scanners follow links, but press no buttons."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.exceptions import VerificationInvalid
from accounts.services import verification


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify_email(request: HttpRequest, token: str) -> HttpResponse:
    state = "asked"
    if request.method == "POST":
        try:
            verification.verify_email(token=token, at=timezone.now())
            state = "verified"
        except VerificationInvalid:
            state = "invalid"
    return render(request, "accounts/verify_email.html", {"state": state}, status=400 if state == "invalid" else 200)
