from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "catalog"

    def ready(self) -> None:
        from catalog.rules import AMOUNTS, known_nutrients  # noqa: PLC0415 - the registry of models is complete only now
        from lib.row_rules import add_rule  # noqa: PLC0415 - the same

        add_rule(known_nutrients, *AMOUNTS)
