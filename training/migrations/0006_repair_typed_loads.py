from django.db import migrations

from lib.sqlfiles import load_sql


class Migration(migrations.Migration):
    """Before 0007 refuses them; apart from it, because PostgreSQL alters no table whose rows have just been written."""

    dependencies = [
        ("training", "0005_exercise_typed_name"),
        ("sync", "0005_leaner_capture"),
    ]

    operations = [
        migrations.RunSQL(load_sql("training", "repair_typed_loads"), migrations.RunSQL.noop),
    ]
