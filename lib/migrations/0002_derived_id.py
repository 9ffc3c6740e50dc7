from django.db import migrations

from lib.sqlfiles import load_sql


class Migration(migrations.Migration):
    dependencies = [("lib", "0001_counters")]
    operations = [migrations.RunSQL(load_sql("lib", "derived_id"), "DROP FUNCTION lib_derived_id(uuid, text)")]
