"""Foods, and those that athletes' devices keep."""

from django.contrib import admin

from catalog.admin.base import LibraryAdmin
from catalog.models import Food, KeptFood
from lib.admin import OwnedAdmin


@admin.register(Food)
class FoodAdmin(LibraryAdmin):
    pass


@admin.register(KeptFood)
class KeptFoodAdmin(OwnedAdmin):
    pass
