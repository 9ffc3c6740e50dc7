from django.apps import AppConfig
from django.core.checks import register


class LibConfig(AppConfig):
    name = "lib"

    def ready(self) -> None:
        from lib import checks  # noqa: PLC0415 - the registry of models is complete only now

        register(checks.owned_models_follow_the_pattern)
        register(checks.steps_are_taken_by_the_history)
