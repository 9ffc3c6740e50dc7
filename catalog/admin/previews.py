"""How a text in Markdown will look."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from catalog.domain.markdown import rendered

TEXT_MAX = 20_000


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    return HttpResponse(rendered(request.POST.get("text", "")[:TEXT_MAX]))
