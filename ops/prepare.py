"""What a database needs before the server starts, in one process: Django's own start is paid once."""

import django
from django.conf import settings
from django.core.management import call_command


def main() -> None:
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("new_epoch", if_restored=True, verbosity=0)
    call_command("seed", verbosity=0)
    if settings.DEBUG:
        call_command("create_demo", verbosity=0)
    else:
        call_command("collectstatic", interactive=False, verbosity=0)


if __name__ == "__main__":
    main()
