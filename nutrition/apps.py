from django.apps import AppConfig


class NutritionConfig(AppConfig):
    name = "nutrition"

    def ready(self) -> None:
        from catalog.rules import hold_amounts  # noqa: PLC0415 - the registry of models is complete only now

        for entity in ("meal_log_item", "nutrition_target", "supplement_log"):
            hold_amounts(entity, "nutrients")
