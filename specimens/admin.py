from django.contrib import admin

from accounts.admin.athletes import AthleteAdmin
from specimens.models import Crate, DayNote, Kit, Plan, PlanDay, PlanSlot, Rack, Room, Shelf

admin.site.register([Plan, PlanDay, PlanSlot, Room, Rack, DayNote, Kit, Shelf, Crate], AthleteAdmin)
