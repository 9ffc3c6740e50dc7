from django.db import migrations

from lib.sqlfiles import load_sql


class Migration(migrations.Migration):
    dependencies = [("sync", "0001_initial")]
    operations = [migrations.RunSQL(load_sql("sync", "functions"), load_sql("sync", "drop_functions"))]
