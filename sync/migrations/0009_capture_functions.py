from django.db import migrations

from lib.sqlfiles import load_sql


class Migration(migrations.Migration):
    dependencies = [("sync", "0008_packed_mutations")]
    operations = [migrations.RunSQL(load_sql("sync", "capture"), load_sql("sync", "drop_capture"))]
