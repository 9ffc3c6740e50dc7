"""The words of the library, each with its slug."""

from django.db import models

from catalog import enums
from lib.capture import capture_triggers
from lib.fields import EnumField
from lib.wire import Wire


class Muscle(models.Model):
    wire = Wire(code=12, read_only=True)

    slug = models.SlugField(primary_key=True, max_length=64)
    name = models.CharField(max_length=100)
    latin = models.CharField(max_length=150, blank=True)
    body_region = EnumField(choices=enums.BodyRegion)
    side = EnumField(choices=enums.BodySide)

    class Meta:
        triggers = capture_triggers()

    def __str__(self) -> str:
        return self.name


class Equipment(models.Model):
    wire = Wire(code=14, read_only=True)

    slug = models.SlugField(primary_key=True, max_length=64)
    name = models.CharField(max_length=100)
    kind = EnumField(choices=enums.EquipmentKind)

    class Meta:
        verbose_name_plural = "equipment"
        triggers = capture_triggers()

    def __str__(self) -> str:
        return self.name
