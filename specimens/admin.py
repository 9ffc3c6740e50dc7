from django.contrib import admin

from lib.admin import OwnedAdmin
from specimens.models import Plan, PlanDay, PlanSlot

admin.site.register([Plan, PlanDay, PlanSlot], OwnedAdmin)
