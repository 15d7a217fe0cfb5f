"""Every setting, in one file. Machines differ only by environment variables (README, "Settings")."""

import sys

if sys.platform == "linux":
    # SQLite older than 3.51.3 has a rare WAL corruption bug; this package brings its own library.
    import pysqlite3

    sys.modules["sqlite3"] = pysqlite3

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from kombu import Exchange, Queue

from portal import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / "var"))).resolve()

# --- What this machine is -------------------------------------------------------------------------
DEMO = env.flag("DEMO")  # known passwords and an open mailbox: set by `make run` only
DEBUG = False
MAINTENANCE = env.flag("MAINTENANCE")  # every page says that the academy is being worked on
TESTING = "pytest" in sys.modules

HOST = env.text("HOST", "127.0.0.1")
PORT = env.number("PORT", 8000)
SITE_URL = env.text("SITE_URL", f"http://localhost:{PORT}").rstrip("/")
if urlsplit(SITE_URL).scheme not in {"http", "https"} or not urlsplit(SITE_URL).hostname:
    raise ImproperlyConfigured(f"SITE_URL must be an address such as https://academy.example, not {SITE_URL!r}.")
SECURE = SITE_URL.startswith("https://")
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
if DEMO and HOST not in LOOPBACK:
    raise ImproperlyConfigured(
        f"DEMO=1 has known passwords and an open mailbox, so HOST must be 127.0.0.1, not {HOST!r}."
    )
ALLOWED_HOSTS = env.listed("ALLOWED_HOSTS") or sorted(
    {str(urlsplit(SITE_URL).hostname), "localhost", "127.0.0.1", "[::1]"}
)
CSRF_TRUSTED_ORIGINS = sorted({SITE_URL, *env.listed("CSRF_TRUSTED_ORIGINS")})

# One machine that serves itself may make its own secrets; whoever serves others must name them.
PRODUCTION = bool(env.text("DATABASE_URL")) or urlsplit(SITE_URL).hostname not in LOOPBACK
SECRET_KEY = env.secret("SECRET_KEY", folder=DATA_DIR / "secrets", may_make=not PRODUCTION)
SECRET_KEY_FALLBACKS = env.listed("SECRET_KEY_FALLBACKS")
# Keys the picture on a certificate, so that nobody who knows its public hash can draw it.
WHORL_SECRET = env.secret("WHORL_SECRET", folder=DATA_DIR / "secrets", may_make=not PRODUCTION)

# --- What we sign with (README, "Keys") -----------------------------------------------------------
KEYS_DIR = Path(env.text("KEYS_DIR", str(DATA_DIR / "secrets" / "keys"))).resolve()
ISSUER_KEYS = {  # PEM; without them: files in KEYS_DIR
    "credential": env.hidden("CREDENTIAL_KEY"),
    "seal": env.hidden("SEAL_KEY"),
    "token": env.hidden("TOKEN_KEY"),
}
SEAL_CHAIN = env.text("SEAL_CHAIN")  # the certificates that go with SEAL_KEY, PEM: its own first, the root last
KEYS_MAY_BE_MADE = not PRODUCTION  # else `manage.py keys make`: two machines would each make different ones
SEAL_KEY_TYPE = env.text("SEAL_KEY_TYPE", "P-256")  # or RSA-3072, where a strict PDF 1.7 is asked for
if SEAL_KEY_TYPE not in {"P-256", "RSA-3072"}:
    raise ImproperlyConfigured(f"SEAL_KEY_TYPE must be P-256 or RSA-3072, not {SEAL_KEY_TYPE!r}.")
TIME_STAMP_URL = env.text("TIME_STAMP_URL")  # an RFC 3161 service; empty: seals carry no time stamp

# --- The academy: one deployment is one academy ---------------------------------------------------
ACADEMY = {
    "name": env.text("ACADEMY_NAME", "Stipple Academy"),
    "place": env.text("ACADEMY_PLACE", "Leeds"),
    "address": env.text("ACADEMY_ADDRESS", "1 Example Street, Leeds"),
    "contact_name": env.text("ACADEMY_CONTACT_NAME", "The academy office"),
    "contact_email": env.text("ACADEMY_CONTACT_EMAIL", "office@academy.example"),
}
ACADEMY_TIME_ZONE = env.text("ACADEMY_TIME_ZONE", "Europe/London")
MINIMUM_AGE = env.number("MINIMUM_AGE", 18)
TERMS_VERSION = "1"
PRIVACY_VERSION = "1"

# --- Apps and middleware --------------------------------------------------------------------------
INSTALLED_APPS = [
    "portal",
    "clinics",
    "certificates",
    "quizzes",
    "courses",
    "accounts",
    "jobs",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",  # for its copy of htmx
    "ninja",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",  # its templates, for our form renderer
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.middleware.HeadersMiddleware",
    "portal.middleware.PolicyMiddleware",
    "clinics.middleware.ProblemMiddleware",
    "portal.middleware.MaintenanceMiddleware",
    "portal.middleware.SizeMiddleware",
    "portal.middleware.PartialUpdateMiddleware",
    "certificates.middleware.CheckOutageMiddleware",
    "certificates.middleware.AlikeMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "accounts.middleware.PersonMiddleware",
    "accounts.middleware.SignInMiddleware",  # closes every page that is not marked as open
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
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
                "portal.context.academy",
            ],
            "builtins": ["portal.templatetags.components", "django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Data -----------------------------------------------------------------------------------------
SQLITE_OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 10,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA mmap_size=0;"
        " PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY;"
    ),
}
POSTGRESQL_OPTIONS: dict[str, Any] = {
    "connect_timeout": 5,
    "options": "-c statement_timeout=15s -c lock_timeout=5s -c idle_in_transaction_session_timeout=30s",
}
DATABASES: dict[str, Any] = {
    "default": env.database("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'portal.sqlite3'}")
}
ON_SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS if ON_SQLITE else POSTGRESQL_OPTIONS
if ON_SQLITE:
    # In memory it would have a shared cache and no WAL, and races would not be the real ones.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

if cache_url := env.text("CACHE_URL"):
    CACHES: dict[str, Any] = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": cache_url}
    }
else:  # two web processes must share their rate limits; the default of 300 entries throws some away
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": str(DATA_DIR / "cache"),
            "OPTIONS": {"MAX_ENTRIES": 100_000},
        }
    }

FILES = "django.core.files.storage.FileSystemStorage"
STORAGES = {
    "default": {"BACKEND": FILES, "OPTIONS": {"location": str(DATA_DIR / "public")}},
    "private": {
        "BACKEND": FILES,
        "OPTIONS": {"location": str(DATA_DIR / "private"), "file_permissions_mode": 0o600},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING
        else "portal.storage.HashedStaticFiles"
    },
}
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

# --- Jobs: the row is the job, the message only a hint --------------------------------------------
JOB_QUEUES = ("default", "issuing", "mail", "webhooks")  # a slow mail server never delays a certificate
BROKER_URL = env.text("BROKER_URL", "filesystem://")
# The embedded broker writes its files whole (jobs/broker.py).
CELERY_BROKER_URL = BROKER_URL.replace("filesystem:", "whole-files:", 1)
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False  # nobody commands workers from afar; each such queue is one more to keep
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {}
if BROKER_URL.startswith("filesystem:"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(DATA_DIR / "broker"),
        "data_folder_out": str(DATA_DIR / "broker"),
        "control_folder": str(DATA_DIR / "broker-control"),
        "polling_interval": 0.1,
    }
elif BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 6000,  # ten times the hard limit: a task that outlives it runs twice
        "unacked_restore_interval": 10,
        "socket_connect_timeout": 0.5,
        "socket_timeout": 5,
    }
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {"confirm_publish": True, "connect_timeout": 0.5}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_TIMEOUT = 0.5
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "default"
if BROKER_URL.startswith("amqp"):
    # A message that kills ten workers is dropped: the job's row keeps the work and counts its tries.
    CELERY_TASK_QUEUES = [
        Queue(
            name,
            Exchange("portal", type="topic"),
            routing_key=name,
            queue_arguments={"x-queue-type": "quorum", "x-delivery-limit": 10},
        )
        for name in JOB_QUEUES
    ]
    CELERY_WORKER_DETECT_QUORUM_QUEUES = True
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
SWEEP_SECONDS = env.number("SWEEP_SECONDS", 30)
JOB_LEASE_SECONDS = env.number("JOB_LEASE_SECONDS", 120)  # how long a silent worker keeps its job
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "jobs.sweep",
        "schedule": SWEEP_SECONDS,
        "options": {
            # Its message expires before the next one, or a stopped worker would find thousands waiting.
            "expires": max(1, SWEEP_SECONDS - 1),
            # Beat keeps one connection, and opens it again only where it may try again: without this, a broker that
            # was down once would never hear of a sweep again.
            "retry": True,
            "retry_policy": {"max_retries": 1, "interval_start": 0},
        },
    }
}
JOBS_AT_ONCE = False  # tests run a job in the request that made it
WEBHOOKS_ON_LOOPBACK = DEMO  # elsewhere a clinic's alerts leave this machine, by https only

# --- Mail -----------------------------------------------------------------------------------------
EMAIL_BACKEND = "jobs.mail.MailRows"  # every letter is a row first
EMAIL_URL = env.text("EMAIL_URL")  # smtp://user:password@host:587?tls=1; empty: kept, not sent
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"{ACADEMY['name']} <{ACADEMY['contact_email']}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
_mail = urlsplit(EMAIL_URL)
if EMAIL_URL and _mail.scheme not in {"smtp", "smtps"}:
    raise ImproperlyConfigured(f"EMAIL_URL must start with smtp:// or smtps://, not {EMAIL_URL.split(':')[0]!r}.")
if EMAIL_URL and not _mail.hostname:
    raise ImproperlyConfigured("EMAIL_URL names no mail server.")
EMAIL_HOST = _mail.hostname or ""
EMAIL_PORT = _mail.port or (465 if _mail.scheme == "smtps" else 587)
EMAIL_HOST_USER = unquote(_mail.username or "")
EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
EMAIL_USE_SSL = _mail.scheme == "smtps"
EMAIL_USE_TLS = not EMAIL_USE_SSL and dict(parse_qsl(_mail.query)).get("tls", "1") == "1"
EMAIL_TIMEOUT = 10

# --- People ---------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "today"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "add_email": "accounts.forms.AddEmailForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "confirm_email_verification_code": "accounts.forms.ConfirmEmailCodeForm",
    "confirm_login_code": "accounts.forms.ConfirmLoginCodeForm",
    "confirm_password_reset_code": "accounts.forms.ConfirmResetCodeForm",
    "login": "accounts.forms.LoginForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
    "request_login_code": "accounts.forms.RequestLoginCodeForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "set_password": "accounts.forms.SetPasswordForm",
    "signup": "accounts.forms.SignupForm",
}
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "activate_totp": "accounts.forms.ActivateAppForm",
    "add_webauthn": "accounts.forms.AddKeyForm",
    "authenticate": "accounts.forms.SecondFactorForm",
    "authenticate_webauthn": "accounts.forms.SecondFactorKeyForm",
    "edit_webauthn": "accounts.forms.EditKeyForm",
    "login_webauthn": "accounts.forms.LoginKeyForm",
    "reauthenticate": "accounts.forms.SecondFactorAgainForm",
    "reauthenticate_webauthn": "accounts.forms.SecondFactorKeyAgainForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = False  # allauth offers it for new addresses only, which tells
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {"keep_form": "60/h/ip"}  # forms put by for people who are signed out; the rest is allauth's
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TRUST_ENABLED = True
MFA_TOTP_ISSUER = ACADEMY["name"]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE  # passkeys work on localhost without https, never on an IP address
MFA_REQUIRED = not DEMO  # instructors, clinic owners and staff; demo mode asks nobody
USERSESSIONS_TRACK_ACTIVITY = False  # True costs three queries and a write on every request
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 0)
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.ContextWordsValidator"},
]
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "session"
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "csrf"
CSRF_FAILURE_VIEW = "portal.pages.csrf_failure"

# --- What the browser is told ---------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "media-src": [SELF, "blob:"],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^healthz$"]  # asked by the machine itself, over plain HTTP
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SILENCED_SYSTEM_CHECKS = [
    "security.W021",  # preload is a promise for the whole domain, which is the operator's to make
]

# --- Language, time, logs -------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", _("English"))]
USE_I18N = True
FORMAT_MODULE_PATH = ["portal.formats"]
TIME_ZONE = "UTC"
USE_TZ = True
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"refusals": {"()": "portal.logs.Refusals"}, "keys": {"()": "portal.logs.Keys"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["refusals", "keys"]},
    },
    # It says at each start that the embedded broker has no host name, which is so.
    "loggers": {"kombu.connection": {"level": "ERROR"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "WARNING")},
}
