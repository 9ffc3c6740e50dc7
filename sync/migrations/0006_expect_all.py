from django.db import migrations

from lib.sqlfiles import load_sql


class Migration(migrations.Migration):
    dependencies = [("sync", "0005_leaner_capture")]
    operations = [
        migrations.RunSQL(load_sql("sync", "expect_all"), "DROP FUNCTION sync_expect_all(bigint, bigint)"),
    ]
