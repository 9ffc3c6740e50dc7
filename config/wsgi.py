"""The API: WSGI, served by granian."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

# What is imported by now stays for good, and a request makes many objects that are no garbage until it ends: looked through
# as often as Python does by itself, both cost a tenth of a push.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 20)
