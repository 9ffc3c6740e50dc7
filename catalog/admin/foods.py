"""Foods, and those that athletes' devices keep."""

from django.contrib import admin

from accounts.admin.athletes import AthleteAdmin
from catalog.admin.base import LibraryAdmin
from catalog.models import Food, KeptFood


@admin.register(Food)
class FoodAdmin(LibraryAdmin):
    pass


@admin.register(KeptFood)
class KeptFoodAdmin(AthleteAdmin):
    pass
