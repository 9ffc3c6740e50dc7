import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models

from lib.operations import Extension
from lib.sqlfiles import load_sql

FORGET = """
DROP FUNCTION catalog_search_document_2(text, jsonb, jsonb);
DROP FUNCTION catalog_search_query(text);
DROP FUNCTION catalog_search_words(text);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0004_leaner_capture'),
    ]

    operations = [
        Extension("unaccent"),
        Extension("pg_trgm"),  # for a search that forgives slips
        migrations.RunSQL(load_sql("catalog", "search_without_accents"), FORGET),
        migrations.RemoveIndex(model_name='exercisetype', name='catalog_type_search'),
        migrations.RemoveField(model_name='exercisetype', name='search'),
        migrations.AddField(
            model_name='exercisetype',
            name='search',
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func('name', 'names', 'aliases', function='catalog_search_document_2'),
                output_field=django.contrib.postgres.search.SearchVectorField(),
            ),
        ),
        migrations.AddIndex(
            model_name='exercisetype',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search'], name='catalog_type_search'),
        ),
        migrations.RunSQL(
            "DROP FUNCTION catalog_search_document(text, jsonb, jsonb)", load_sql("catalog", "search_document")
        ),
    ]
