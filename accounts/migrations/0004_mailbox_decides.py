import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import OuterRef, Subquery

import lib.fields


def take_over_stamps(apps, schema_editor):
    """Who is logged in stays so."""
    user = apps.get_model("accounts", "User").objects.filter(pk=OuterRef("user_id"))
    apps.get_model("accounts", "Session").objects.update(security_stamp=Subquery(user.values("security_stamp")))


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0003_leaner_capture"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="security_stamp",
            field=models.UUIDField(
                db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False
            ),
        ),
        migrations.AddField(
            model_name="session",
            name="security_stamp",
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.RunPython(take_over_stamps, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="session",
            name="security_stamp",
            field=models.UUIDField(editable=False),
        ),
        migrations.AddField(
            model_name="session",
            name="earlier_jtis",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=64), default=list, editable=False, size=None
            ),
        ),
        migrations.RemoveField(
            model_name="session",
            name="previous_jti",
        ),
        migrations.RemoveField(
            model_name="session",
            name="retry_key",
        ),
        migrations.CreateModel(
            name="MailLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    lib.fields.EnumField(
                        choices=[
                            ("register", "Register"),
                            ("reset_password", "Reset password"),
                            ("change_email", "Change e-mail address"),
                        ],
                        max_length=32,
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail address")),
                ("secret", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField()),
                (
                    "session",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="mail_links",
                        to="accounts.session",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mail_links",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="maillink",
            constraint=models.UniqueConstraint(
                condition=models.Q(("user", None)), fields=("purpose", "email"), name="accounts_maillink_one_per_address"
            ),
        ),
        migrations.AddConstraint(
            model_name="maillink",
            constraint=models.UniqueConstraint(
                condition=models.Q(("user__isnull", False)),
                fields=("purpose", "user"),
                name="accounts_maillink_one_per_user",
            ),
        ),
        migrations.AddConstraint(
            model_name="maillink",
            constraint=models.CheckConstraint(
                condition=models.Q(("purpose__in", ["register", "reset_password", "change_email"])),
                name="accounts_maillink_purpose_known",
                violation_error_code="invalid_choice",
                violation_error_message="Must be one of: register, reset_password, change_email.",
            ),
        ),
    ]
