from django.contrib import admin

from lib.admin import OwnedAdmin
from specimens.models import DayNote, Kit, Plan, PlanDay, PlanSlot, Rack, Room

admin.site.register([Plan, PlanDay, PlanSlot, Room, Rack, DayNote, Kit], OwnedAdmin)
