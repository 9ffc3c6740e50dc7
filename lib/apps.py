from django.apps import AppConfig
from django.core.checks import register
from django.urls import register_converter

from lib.converters import IdConverter


class LibConfig(AppConfig):
    name = "lib"

    def ready(self) -> None:
        from lib import checks  # noqa: PLC0415 - the registry of models is complete only now

        register_converter(IdConverter, "id")
        register(checks.owned_models_follow_the_pattern)
        register(checks.steps_are_taken_by_the_history)
