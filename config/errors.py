"""Answers from outside the API's views, in the one error shape."""

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from lib.errors import BadRequest, TooLarge, error_body
from lib.exception_handler import status_of


@csrf_exempt  # it does nothing, and its answer is 404 to whatever method
def no_such_address(request: HttpRequest, rest: str) -> JsonResponse:
    """Everything else below api/, even in development, where Django would show a page."""
    return not_found(request, Http404())


def not_found(request: HttpRequest, exception: Exception) -> JsonResponse:
    body = error_body(code="not_found", detail="There is no such address.", request_id=_id(request))
    return JsonResponse(body, status=404)


def bad_request(request: HttpRequest, exception: Exception) -> JsonResponse:
    error = TooLarge() if isinstance(exception, RequestDataTooBig) else BadRequest()
    body = error_body(code=error.code, detail=error.detail, request_id=_id(request))
    return JsonResponse(body, status=status_of(error))


def forbidden(request: HttpRequest, exception: Exception) -> JsonResponse:
    return JsonResponse(
        error_body(code="permission_denied", detail="You may not do this.", request_id=_id(request)), status=403
    )


def server_error(request: HttpRequest) -> JsonResponse:
    detail = "The server failed. It is not your fault; name the request id in a report."
    return JsonResponse(
        error_body(code="error", detail=detail, request_id=_id(request), kind="server_error"), status=500
    )


def _id(request: HttpRequest) -> str | None:
    return getattr(request, "request_id", None)
