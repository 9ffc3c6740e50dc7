from django.apps import AppConfig


class NutritionConfig(AppConfig):
    name = "nutrition"

    def ready(self) -> None:
        from catalog.rules import hold_amounts  # noqa: PLC0415 - the registry of models is complete only now
        from dropset_files.reading import DIARIES  # noqa: PLC0415 - the same
        from lib.row_rules import add_rule  # noqa: PLC0415 - the same
        from nutrition import rules  # noqa: PLC0415 - the same
        from nutrition.services.diaries import take_diary  # noqa: PLC0415 - the same
        from training.services.files.taking import add_importer  # noqa: PLC0415 - the same

        add_rule(rules.held_to_floors, *rules.HELD_ENTITIES)
        for entity in ("meal_log_item", "nutrition_target", "supplement_log"):
            hold_amounts(entity, "nutrients")
        add_importer(take_diary, *DIARIES)
