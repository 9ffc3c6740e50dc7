from django.db import migrations, models
from django.db.models.functions import Lower

import accounts.validators
from accounts.domain.addresses import normal_form

PLAIN = r"^[!-~]+$"  # in lower case already, by the constraint of before: nothing to do


def normalise(apps, schema_editor):
    """Addresses that are not ASCII get their normal form.

    Where another account has that form, the verified one keeps it, else the older one. The other one keeps all its data and
    its log-ins, under an address that nobody can have, until an operator gives it another: docs/operating.md.
    """
    users = apps.get_model("accounts", "User").objects
    for user in users.exclude(email__regex=PLAIN).order_by("created_at", "pk"):
        old = user.email
        try:
            new = normal_form(old)
        except ValueError:
            new = ""
        rival = users.filter(email=new).first()
        if rival is not None and _claim(user) < _claim(rival):
            _put_aside(rival)
        elif rival is not None or not new:
            _put_aside(user)
            continue
        users.filter(pk=user.pk).update(email=new)


def _claim(user):
    """The smaller one is the better one."""
    return user.email_verified_at is None, user.created_at


def _put_aside(user):
    address = f"{user.pk}@renamed.invalid"
    type(user).objects.filter(pk=user.pk).update(email=address)
    print(f"\n    {user.email} has no address of its own any more: its account is {address} now.", end="")


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0004_mailbox_decides"),
    ]

    operations = [
        migrations.RunPython(normalise, migrations.RunPython.noop),
        migrations.RemoveConstraint(
            model_name="user",
            name="accounts_user_email_lower",
        ),
        migrations.AlterField(
            model_name="user",
            name="email",
            field=models.EmailField(
                max_length=254,
                unique=True,
                validators=[accounts.validators.validate_address],
                verbose_name="e-mail address",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("email", Lower("email")), ("email__regex", PLAIN)),
                name="accounts_user_email_normal",
                violation_error_code="invalid",
                violation_error_message="The e-mail address must be in lower case, and its domain in ASCII.",
            ),
        ),
    ]
