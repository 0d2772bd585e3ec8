"""Settings of the peer. Fast and safe, not made to be beaten: nothing here is Django's slow default."""

import os
from pathlib import Path

SECRET_KEY = "benchmark-only"  # signs nothing: no sessions, no CSRF, no admin
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "peer.urls"
WSGI_APPLICATION = "peer.wsgi.application"
INSTALLED_APPS = ["peer"]
# No session, auth or CSRF middleware: a webhook and a bearer-token endpoint need none of them.
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
USE_I18N = False

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": Path(os.environ["PEER_DATABASE"]),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # The same promise as ours: what was answered 200 survives a power cut.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;",
        },
    }
}

STRIPE_WEBHOOK_SECRET = os.environ.get("STRIPE_WEBHOOK_SECRET", "")
AUTH_JWT_SECRET = os.environ.get("AUTH_JWT_SECRET", "")
LOGGING = {"version": 1, "root": {"level": "ERROR"}}
