from django.apps import AppConfig
from django.core.checks import Tags, register


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import checks  # noqa: PLC0415 - the models are there only now

        register(checks.no_demo_account_can_log_in, Tags.database)
