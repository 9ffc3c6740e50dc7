from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sync", "0003_bookkeeping")]

    operations = [
        migrations.AddIndex(
            model_name="logentry",
            index=models.Index(
                condition=models.Q(("op", "T")), fields=["entity", "record_id"], name="sync_log_touch"
            ),
        ),
    ]
