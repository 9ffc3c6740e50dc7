from django.conf import settings
from django.db import models

SAVED_MAX = 50  # of one person in one library


class SavedFilter(models.Model):
    """The search and filters of a list of the console, to be opened again by their name. Each person has their own."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    library = models.CharField(max_length=64, help_text="The name of the model: exercisetype, food...")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000, help_text="As in the address of the list.")

    class Meta:
        default_permissions = ()
        constraints = [
            # those of a person in a library, by their names
            models.UniqueConstraint(fields=["user", "library", "name"], name="catalog_savedfilter_name"),
        ]

    def __str__(self) -> str:
        return self.name
