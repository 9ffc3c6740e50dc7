from django.db import models


class SeededRow(models.Model):
    """What a release brought of a row of the library: a digest of each of its fields, and of what hangs on it.

    A row that still holds that was changed by nobody here, and a newer release may bring it up to date.
    """

    library = models.CharField(max_length=40)
    slug = models.CharField(max_length=100)
    digests = models.JSONField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["library", "slug"], name="catalog_seededrow_once")]

    def __str__(self) -> str:
        return f"{self.library} {self.slug}"
