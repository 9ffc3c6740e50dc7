from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "training"

    def ready(self) -> None:
        from lib.row_rules import add_rule  # noqa: PLC0415 - the registry of models is complete only now
        from training import rules  # noqa: PLC0415 - the same

        add_rule(rules.metadata_by_schema, *rules.METADATA_ENTITIES)
