"""What is known of the words that libraries are searched by."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models


class SearchWord(models.Model):
    """A word in a name or an alias of a library, as it is compared. Triggers keep them; none goes, for it does no harm."""

    library = models.CharField(max_length=63, help_text="Table of the rows.")
    word = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["library", "word"], name="catalog_searchword_once")]
        indexes = [
            # ?search=, words that are written nearly so
            GinIndex(OpClass("word", "gin_trgm_ops"), name="catalog_searchword_nearby"),
        ]

    def __str__(self) -> str:
        return self.word
