from django.apps import AppConfig
from django.core.checks import register
from django.urls import register_converter

from lib.converters import IdConverter


class LibConfig(AppConfig):
    name = "lib"

    def ready(self) -> None:
        from lib import capture, checks, rendering  # noqa: PLC0415 - the registry of models is complete only now

        capture.Capture.expressions_of = staticmethod(rendering.expressions_of)
        register_converter(IdConverter, "id")
        register(checks.owned_models_follow_the_pattern)
        register(checks.steps_are_taken_by_the_history)
