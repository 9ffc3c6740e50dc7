"""The stream of pokes, and nothing else: ASGI, served by granian in a process of its own. The API is config/wsgi.py."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from sync.stream.app import StreamApp  # noqa: E402 - its models need Django set up

application = StreamApp()
