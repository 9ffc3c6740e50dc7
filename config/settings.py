"""All settings, from typed environment variables. A wrong one stops the start, and is named in one sentence.

docs/operating.md lists every variable; a test holds the two together.
"""

from datetime import timedelta
from pathlib import Path

import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured
from environs import Env, validate

from lib.counters import counter_settings
from lib.keys import weakness_of

BASE_DIR = Path(__file__).resolve().parent.parent

django_stubs_ext.monkeypatch()  # lets Field[...] and its like be written at run time

env = Env()

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "only-for-development-" + "x" * 40 if DEBUG else "")
weakness = weakness_of(SECRET_KEY)
if weakness and (not DEBUG or not SECRET_KEY):
    raise ImproperlyConfigured(
        f"SECRET_KEY {weakness}. Whoever guesses it can log in as anybody. "
        "Give it 50 or more random characters (`openssl rand -hex 32`), or set DEBUG=true to develop."
    )
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost"])
BASE_URL = env.str("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [BASE_URL]
STREAM_URL = env.str("STREAM_URL", f"{BASE_URL}/api/v1/sync/stream")  # what sync/status tells clients
STREAM_LIMIT = env.int("STREAM_LIMIT", 5000)  # open streams of one process; each takes some 30 kB

# --- applications ---

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "django_ratelimit",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "lib",
    "accounts",
    "catalog",
    "training",
    "nutrition",
    "planner",
    "sensors",
    "sync",
    "analytics",
    "config",
]

MIDDLEWARE = [
    "lib.middleware.RequestIdMiddleware",
    "lib.middleware.PrivacyMiddleware",
    "lib.middleware.LengthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "lib.compression.CompressionMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "lib.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "lib.middleware.AuthenticationMiddleware",
    "lib.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "lib.middleware.RefusalMiddleware",
]

APPEND_SLASH = False  # a POST cannot be redirected; an address is right or it is not
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# --- database, cache, jobs ---

DATABASE = env.dj_db_url("DATABASE_URL", "postgresql://localhost/dropset", engine="lib.timescale")
# What is asked again is not planned again. An old pooler in transaction mode cannot have it.
PREPARED = {"server_side_binding": True, "prepare_threshold": 3 if env.bool("PREPARED_STATEMENTS", True) else None}
DATABASES = {
    "default": DATABASE
    # After each request and job a connection goes back to those of the process: lib/connections.py looks after them.
    | {"CONN_MAX_AGE": 0, "OPTIONS": PREPARED | DATABASE.get("OPTIONS", {})}
}
DATABASE_CONNECTIONS = env.int("DATABASE_CONNECTIONS", 16, validate=validate.Range(min=1))  # of each process, at most
TIMESCALEDB = env.str("TIMESCALEDB", "auto", validate=validate.OneOf(["auto", "off", "required"]))
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}, "limits": counter_settings()}
RATELIMIT_USE_CACHE = "limits"
RATELIMIT_ENABLE = True
CLIENT_IP_HEADER = env.str(
    "CLIENT_IP_HEADER", "REMOTE_ADDR", validate=validate.Regexp(r"REMOTE_ADDR\Z|HTTP_[A-Z0-9_]+\Z")
)
RATELIMIT_IP_META_KEY = "lib.addresses.client_address"
SILENCED_SYSTEM_CHECKS = [
    "django_ratelimit.W001",  # it knows only the usual cache backends; lib/counters.py is atomic, and tested to be
    "models.E034",  # 30 characters of an index are Oracle's limit; dropset.E005 knows PostgreSQL's
]
PROCRASTINATE_WORKER_DEFAULTS = {"wait": True}

# --- people ---

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.PasswordBackend"]
PASSWORD_HASHERS = ["lib.hashers.BoundedArgon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "accounts.validators.VarietyValidator"},
    {"NAME": "accounts.validators.MaximumLengthValidator"},
]
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=env.int("ACCESS_TOKEN_MINUTES", 10)),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=env.int("REFRESH_TOKEN_DAYS", 60)),
    "UPDATE_LAST_LOGIN": False,
}
EMAIL_CONFIG = env.dj_email_url("EMAIL_URL", "console:")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = (
    EMAIL_CONFIG["EMAIL_TIMEOUT"] or 30
)  # s; a mail server that says nothing must not keep a worker for ever
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", "Dropset <no-reply@localhost>")

# --- other services ---

# Of a mirror that is asked for barcodes; empty: nobody is.
OPEN_FOOD_FACTS_URL = env.str(
    "OPEN_FOOD_FACTS_URL",
    "",
    validate=validate.Regexp(r"(https?://\S+)?\Z", error="Must begin with http:// or https://."),
).rstrip("/")

# --- the API ---

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.authentication.SessionTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["lib.renderers.OrjsonRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "lib.renderers.Negotiation",
    "DEFAULT_PARSER_CLASSES": ["lib.parsers.OrjsonParser"],
    "DEFAULT_PAGINATION_CLASS": "lib.pagination.Pagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "DATETIME_FORMAT": "%Y-%m-%dT%H:%M:%S.%fZ",  # as in sync documents
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "lib.exception_handler.Handler",
    "EXCEPTION_FORMATTER_CLASS": "lib.exception_handler.Formatter",
    "ENABLE_IN_DEBUG_FOR_UNHANDLED_EXCEPTIONS": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Dropset API",
    "DESCRIPTION": "An offline-first server for training data. Nothing a user wrote is ever lost silently.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    # Hundreds of operations open at once take a browser half a minute: they open by their tag, or are found by its name.
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "docExpansion": "none", "filter": True},
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/api/v1/",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "PATH_CONVERTER_OVERRIDES": {"id": {"type": "string", "format": "uuid"}},
    "ENUM_NAME_OVERRIDES": {  # of choices that several models have
        "CategoryEnum": "catalog.enums.Category",
        "FoodCategoryEnum": "catalog.enums.FoodCategory",
        "SupplementCategoryEnum": "catalog.enums.SupplementCategory",
        "DoseUnitEnum": "catalog.enums.DoseUnit",
        "GoalEnum": "accounts.enums.Goal",
        "NutritionGoalEnum": "catalog.enums.NutritionGoal",
        "SetKindEnum": "catalog.enums.SetKind",
        "SetSideEnum": "catalog.enums.SetSide",
        "SideEnum": "catalog.enums.BodySide",
        "GoalKindEnum": "training.enums.GoalKind",
        "MealLogStatusEnum": "nutrition.enums.MealLogStatus",
        "MeasurementKindEnum": "training.enums.MeasurementKind",
        "GymItemKindEnum": "training.enums.GymItemKind",
        "EditorialStatusEnum": "catalog.enums.Status",
        "WeekKindEnum": "catalog.enums.WeekKind",
        "PlanCategoryEnum": "planner.enums.PlanCategory",
        "CompletionStatusEnum": "planner.enums.CompletionStatus",
        "WeightUnitEnum": "accounts.enums.WeightUnit",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.schema.describe_errors",
        "config.schema.share_components",
    ],
}
COMPRESSION_EXEMPT = [r"^api/v1/auth/"]  # answers with tokens
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # bytes; the sync push has its own, smaller limit

# --- the rest ---

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
UNFOLD = {
    "SITE_TITLE": "Dropset",
    "SITE_HEADER": "Dropset",
    "SITE_SYMBOL": "fitness_center",
    "SHOW_HISTORY": True,
    "DASHBOARD_CALLBACK": "config.dashboard.dashboard",
}

SECURE_TLS = env.bool("SECURE_TLS", not DEBUG)  # False only where TLS does not reach the users: a test installation
SECURE_SSL_REDIRECT = SECURE_TLS
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_TLS
SECURE_HSTS_PRELOAD = SECURE_TLS
SESSION_COOKIE_SECURE = SECURE_TLS
CSRF_COOKIE_SECURE = SECURE_TLS
NOT_ELSEWHERE = "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
# The theme's Alpine.js evaluates what stands in attributes, and its pages have scripts inside.
OF_THE_CONSOLE = (
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "font-src 'self'; connect-src 'self'"
)
CONTENT_SECURITY_POLICIES = {  # by the beginning of the path
    "/": f"default-src 'none'; style-src 'self'; img-src data:; {NOT_ELSEWHERE}",
    # Swagger UI sets styles by script.
    "/api/docs/": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    f"connect-src 'self'; {NOT_ELSEWHERE}",
    "/admin/": f"{OF_THE_CONSOLE}; img-src 'self' data:; {NOT_ELSEWHERE}",
    # A curator may look at the images that an exercise type leads to.
    "/admin/catalog/exercisetype/": f"{OF_THE_CONSOLE}; img-src 'self' data: https:; {NOT_ELSEWHERE}",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        # ops/granian.json has the same format for what granian says before the settings are loaded.
        "line": {"()": "lib.logs.LineFormatter", "format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
        "access": {"()": "lib.logs.AccessFormatter", "format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line"},
        "access": {"class": "logging.StreamHandler", "formatter": "access", "stream": "ext://sys.stdout"},
    },
    "loggers": {
        # Granian writes these in the process that answers, where the settings are loaded: what clients send is escaped.
        "_granian": {"handlers": ["console"], "propagate": False},
        "granian.access": {"handlers": ["access"], "propagate": False},
        "django": {"handlers": []},  # Django's own says the same a second time while DEBUG is on
        "procrastinate.blueprints": {"level": "WARNING"},
        "procrastinate.periodic": {"level": "WARNING"},
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "WARNING" if DEBUG else "INFO")},
}
