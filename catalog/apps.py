from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "catalog"

    def ready(self) -> None:
        from catalog.rules import hold_amounts  # noqa: PLC0415 - the registry of models is complete only now

        hold_amounts("food", "nutrients")
        hold_amounts("supplement", "contents")
