"""The same database engine, options and kept connections as the portal, and nothing else."""

import os
import sys

if sys.platform == "linux":
    import pysqlite3

    sys.modules["sqlite3"] = pysqlite3

import dj_database_url

SECRET_KEY = "bench"  # noqa: S105  nothing is signed here
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["bench.baseline"]
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "bench.baseline.site"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": dict(dj_database_url.parse(os.environ["BASELINE_URL"], conn_max_age=600, conn_health_checks=True))
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 10,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA mmap_size=0;"
            " PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY;"
        ),
    }
USE_TZ = True
