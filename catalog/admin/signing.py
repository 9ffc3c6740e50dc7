"""Who writes in the admin: the former states of rows of the library keep it."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from catalog.domain.reading import reading
from catalog.services.signing import signed
from lib.admin import ReadablePages
from lib.writes import Catalogue, writing


class SignedAdmin(ReadablePages):
    """Whatever a page of this admin writes is signed by who opened it. Rows of the library are written as those of users are: its
    head is locked first.
    """

    def in_words(self, name: str, value: Any) -> str:
        return reading(name, value)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with _signed(request):
            return super().changeform_view(request, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with _signed(request):
            return super().changelist_view(request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with _signed(request):
            return super().delete_view(request, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        with writing(user=Catalogue(), source="admin"):
            super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        with writing(user=Catalogue(), source="admin"):
            super().save_related(request, form, formsets, change)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        with writing(user=Catalogue(), source="admin"):
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        with writing(user=Catalogue(), source="admin"):
            super().delete_queryset(request, queryset)


def _signed(request: HttpRequest) -> AbstractContextManager[None]:
    """Who only reads signs nothing."""
    return signed(by=request.user) if request.method == "POST" else nullcontext()
