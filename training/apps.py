from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "training"

    def ready(self) -> None:
        from catalog.queries.favourites import add_favourites  # noqa: PLC0415 - the registry of models is complete only now
        from lib.row_rules import add_rule  # noqa: PLC0415 - the same
        from training import rules  # noqa: PLC0415 - the same
        from training.models import Favourite  # noqa: PLC0415 - the same

        add_rule(rules.metadata_by_schema, *rules.METADATA_ENTITIES)
        for name in ("exercise_type", "program", "food"):
            add_favourites(Favourite, name)
