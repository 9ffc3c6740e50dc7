"""Supplements, and what they do not go with."""

from django.contrib import admin

from catalog.admin.base import CanonicalAdmin, LibraryAdmin
from catalog.models import Supplement, SupplementInteraction


@admin.register(Supplement)
class SupplementAdmin(LibraryAdmin):
    pass


@admin.register(SupplementInteraction)
class SupplementInteractionAdmin(CanonicalAdmin):
    pass
