"""What a database needs before the server starts, in one process: Django's own start is paid once."""

import sys

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command


def main() -> None:
    try:
        prepare()
    except (ImproperlyConfigured, CommandError) as problem:  # they say what to do
        sys.exit(f"dropset: {problem}")


def prepare() -> None:
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("new_epoch", if_restored=True, verbosity=0)
    call_command("roles", verbosity=0)
    call_command("seed", verbosity=0)
    if settings.DEBUG:
        call_command("create_demo", verbosity=0)
    else:
        call_command("collectstatic", interactive=False, verbosity=0)


if __name__ == "__main__":
    main()
