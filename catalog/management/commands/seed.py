from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from catalog.services.seeding import seed


class Command(BaseCommand):
    help = "Adds the library's muscles, equipment, exercise types and programs that are missing. Keeps what curators changed."

    def handle(self, *args: Any, **options: Any) -> None:
        added = seed(progress=lambda rows: tqdm(rows, leave=False, disable=None))
        self.stdout.write(
            "Library: " + ", ".join(f"{count} new {name.replace('_', ' ')}" for name, count in added.items()) + "."
        )
