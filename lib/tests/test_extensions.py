"""Extensions of PostgreSQL that migrations make."""

import pytest
from django.core.management.base import CommandError
from django.db import connection, transaction

from lib.operations import Extension


def test_extension_that_there_is_not_says_what_to_do(db: None) -> None:
    editor = connection.schema_editor(atomic=False)
    with pytest.raises(CommandError) as told, transaction.atomic():
        Extension("no_such_extension").database_forwards("catalog", editor, None, None)
    assert "CREATE EXTENSION no_such_extension;" in str(told.value)


def test_extensions_of_the_search_are_there(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extname FROM pg_extension WHERE extname IN ('unaccent', 'pg_trgm')")
        assert len(cursor.fetchall()) == 2
