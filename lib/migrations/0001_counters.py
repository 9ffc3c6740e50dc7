from django.db import migrations

from lib.sqlfiles import load_sql


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [migrations.RunSQL(load_sql("lib", "create_counter"), "DROP TABLE lib_counter")]
