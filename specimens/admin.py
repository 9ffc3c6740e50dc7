from django.contrib import admin

from accounts.admin.athletes import AthleteAdmin
from lib.admin import OwnedAdmin
from specimens.models import Crate, DayNote, Kit, Plan, PlanDay, PlanSlot, Rack, Room, Shelf

admin.site.register([Room, Rack, DayNote, Kit, Shelf, Crate], AthleteAdmin)
admin.site.register([Plan, PlanDay, PlanSlot], OwnedAdmin)  # curators write canonical ones
