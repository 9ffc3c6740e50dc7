from django.db import migrations

from lib.sqlfiles import load_sql


class Migration(migrations.Migration):
    dependencies = [("nutrition", "0001_initial")]
    operations = [
        migrations.RunSQL(
            load_sql("nutrition", "doses_2"),
            ["DROP FUNCTION nutrition_iu_ug(text[])", load_sql("nutrition", "drop_doses"), load_sql("nutrition", "doses")],
        )
    ]
