from typing import Any

from django.core.management.base import BaseCommand

from accounts.services.roles import give_permissions


class Command(BaseCommand):
    help = "Gives each group of the admin (curator, reviewer, support, operator) the permissions of its role, and takes others."

    def handle(self, *args: Any, **options: Any) -> None:
        given = give_permissions()
        self.stdout.write("Roles: " + ", ".join(f"{name} {count}" for name, count in given.items()) + " permissions.")
