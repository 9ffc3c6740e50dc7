from django.conf import settings
from django.db import models

from catalog import enums
from lib.fields import EnumField


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def waiting(self) -> "ImportRunQuerySet":
        """Those with rows that a curator should look at."""
        return self.filter(unmatched_count__gt=0, looked_at=None)


class ImportRun(models.Model):
    """A file that was read into the library: by whom, what came of it, and which of its rows need a person."""

    format = EnumField(choices=enums.ImportFormat)
    library = models.CharField(max_length=40, help_text="exercise_types, foods...")
    file_name = models.CharField(max_length=255)
    file_digest = models.CharField(max_length=64, help_text="SHA-256, in hexadecimal digits.")
    source = models.CharField(max_length=60, blank=True)
    published = models.BooleanField(default=False, help_text="New rows were published at once.")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: somebody at the server's command line.",
    )
    state = EnumField(choices=enums.ImportState, default=enums.ImportState.RUNNING)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict, help_text="Rows read, new, matched, changed, left, refused.")
    unmatched_count = models.PositiveIntegerField(default=0)
    unmatched = models.JSONField(default=list, help_text="The first of those that need a person, with line and reason.")
    problems = models.JSONField(default=list, help_text="The first rows that were refused, with line and reason.")
    looked_at = models.DateTimeField(
        null=True, blank=True, help_text="When a curator has dealt with the unmatched rows."
    )

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        default_permissions = ("view", "change")
        indexes = [
            models.Index(fields=["-started_at"], name="catalog_importrun_latest"),  # the list, and the dashboard
        ]

    def __str__(self) -> str:
        return f"{self.file_name}, {self.started_at:%d %B %Y %H:%M}"
