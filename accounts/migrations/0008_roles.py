from django.db import migrations

ROLES = ("curator", "reviewer", "support", "operator")


def make_groups(apps, schema_editor):
    """Who was in the group Curators is a curator, and a reviewer too: they could publish what they wrote."""
    groups = apps.get_model("auth", "Group").objects
    members = apps.get_model("accounts", "User").objects.filter(groups__name="Curators")
    made = {name: groups.get_or_create(name=name)[0] for name in ROLES}
    for user in members:
        user.groups.add(made["curator"], made["reviewer"])
    groups.filter(name="Curators").delete()


def remove_groups(apps, schema_editor):
    groups = apps.get_model("auth", "Group").objects
    curators = groups.filter(name="curator").first()
    if curators is not None and curators.user_set.exists():
        curators.name = "Curators"
        curators.save()
    groups.filter(name__in=ROLES).delete()


class Migration(migrations.Migration):
    """`manage.py roles` then gives the groups their permissions, which Django makes after all migrations."""

    dependencies = [
        ("accounts", "0007_audit_trail"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(make_groups, remove_groups)]
