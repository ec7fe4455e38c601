"""Settings, typed and read from the environment; every variable is listed in README.md."""

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF

from config.gis_libraries import gdal_library_path, geos_library_path, point_gdal_at_its_data

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR", BASE_DIR / "var"))


def env_bool(name: str, default: bool) -> bool:
    """True for 1/true/yes/oui, whatever the case."""
    value = os.environ.get(name)
    return default if value is None else value.strip().lower() in {"1", "true", "yes", "oui"}


def env_list(name: str, default: str = "") -> list[str]:
    """The comma-separated values of a variable, blanks dropped."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def database_from_url(url: str) -> dict[str, object]:
    """A Django database dictionary from ``postgresql://user:password@host:port/name?host=/socket``."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "NAME": unquote(parts.path.lstrip("/")) or "place",
        "USER": unquote(parts.username or query.get("user", "")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host") or parts.hostname or "",
        "PORT": str(parts.port or query.get("port", "")),
    }


def env_secret(name: str) -> str:
    """The value of a variable, or the content of the file that ``<name>_FILE`` points at."""
    file = os.environ.get(f"{name}_FILE")
    return os.environ.get(name) or (Path(file).read_text(encoding="utf-8").strip() if file else "")


def _origin(url: str) -> str:
    """The scheme and host of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


DEBUG = env_bool("DEBUG", False)
LOCAL = env_bool("LOCAL", False)
"""True on an instance started by ``manage.py start`` for trying the site on one machine."""
SECRET_KEY = env_secret("SECRET_KEY")
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS")
"""Former keys: what was signed or sealed under them remains good until they are removed."""
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
SECURITY_CONTACT = os.environ.get("SECURITY_CONTACT", "")
"""URI of the operator's security contact, served at ``/.well-known/security.txt`` when set."""
SITE_NAME = os.environ.get("SITE_NAME", "Place de l’innovation urbaine")

# What only the operator can say; an empty value is shown as missing on the legal pages.
OPERATOR = {
    "name": os.environ.get("OPERATOR_NAME", ""),
    "address": os.environ.get("OPERATOR_ADDRESS", ""),
    "contact": os.environ.get("OPERATOR_CONTACT", ""),
    "publisher": os.environ.get("OPERATOR_PUBLISHER", ""),
    "host": os.environ.get("OPERATOR_HOST", ""),
    "dpo": os.environ.get("OPERATOR_DPO", ""),
}

INSTALLED_APPS = [
    "config.administration.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
    "csp",
    "leaflet",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
    "geo",
    "catalogue",
    "django_countries",
    "config",
]

MIDDLEWARE = [
    "config.lean.lean",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.limits.limits",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
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
                "config.context_processors.site",
            ],
        },
    },
    {
        # Plain text: nothing to escape.
        "NAME": "courriels",
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates" / "courriels"],
        "OPTIONS": {"autoescape": False},
    },
]

DATABASES = {
    "default": {
        **database_from_url(os.environ.get("DATABASE_URL", "postgresql:///place")),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        "OPTIONS": {
            "connect_timeout": 3,
            "options": "-c jit=off -c lock_timeout=5s -c statement_timeout="
            + os.environ.get("STATEMENT_TIMEOUT", "5s"),
        },
    }
}
# Shared by the processes of the site: counts failed logins and used codes.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_entry",
        # Past this number the oldest keys go: with few, failed logins under invented names would
        # push out the count of those that matter.
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    },
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # They say what fails, not each step of each job.
    "loggers": {name: {"level": "WARNING"} for name in ("procrastinate", "weasyprint", "fontTools")},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "catalogue:space"
ACCOUNT_ADAPTER = "catalogue.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
# Ten failures → fifteen minutes for an account, fifty an hour for an address.
ACCOUNT_RATE_LIMITS = {"login_failed": "10/15m/key,50/h/ip", "reset_password": "20/m/ip,5/h/key"}
ACCOUNT_FORMS = {
    "login": "catalogue.accounts.forms.LoginForm",
    "signup": "catalogue.accounts.forms.SignupForm",
    "add_email": "catalogue.accounts.forms.AddEmailForm",
    "change_password": "catalogue.accounts.forms.ChangePasswordForm",
    "set_password": "catalogue.accounts.forms.SetPasswordForm",
    "reset_password": "catalogue.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "catalogue.accounts.forms.ResetPasswordKeyForm",
    "reauthenticate": "catalogue.accounts.forms.ReauthenticateForm",
}
MFA_ADAPTER = "catalogue.accounts.adapter.MFAAdapter"
MFA_FORMS = {
    "authenticate": "catalogue.accounts.forms.AuthenticateForm",
    "reauthenticate": "catalogue.accounts.forms.MfaReauthenticateForm",
    "activate_totp": "catalogue.accounts.forms.ActivateTOTPForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = SITE_NAME
MFA_TOTP_TOLERANCE = (
    1  # the code of the half-minute before or after (RFC 6238, 5.2): clocks differ, people type
)
REQUIRE_TOTP = env_bool("REQUIRE_TOTP", not LOCAL)
"""Whether curators and administrators must have a second factor."""
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "catalogue.accounts.passwords.VariedPasswordValidator"},
]
# Sign-in of agents with an OpenID provider (ProConnect): off unless the first three are given.
OIDC_ISSUER = os.environ.get("OIDC_ISSUER", "")
OIDC_RP_CLIENT_ID = os.environ.get("OIDC_CLIENT_ID", "")
OIDC_RP_CLIENT_SECRET = env_secret("OIDC_CLIENT_SECRET")
OIDC_RP_SCOPES = os.environ.get("OIDC_SCOPES", "openid given_name usual_name email siret")
OIDC_RP_SIGN_ALGO = "RS256"
OIDC_ACR_VALUES = os.environ.get("OIDC_ACR_VALUES", "")
OIDC_NAME = os.environ.get("OIDC_NAME", "ProConnect")
"""What the button and the pages call the provider."""
OIDC_ENDPOINTS = {
    name: os.environ.get(f"OIDC_{name.upper()}", "")
    for name in (
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
        "end_session_endpoint",
    )
}
"""Asked from the provider (discovery) when empty."""

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français")]
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["config.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.storage.ModuleStaticFilesStorage"},
}
MEDIA_ROOT = VAR_DIR / "media"
MEDIA_URL = "/media/"

SITE_URL = os.environ.get("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
"""Where the site is reached, for the links of e-mails."""
EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env_secret("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS", True)
EMAIL_TIMEOUT = 20
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mails"
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "ne-pas-repondre@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# The base map is our own territories: no tile server is asked unless the operator turns one on.
IGN_BASEMAP = env_bool("IGN_BASEMAP", False)

# Whether the addresses that records name are asked each night: these are requests to third parties.
# Search by meaning: 130 MB of memory a process.
SEARCH_BY_MEANING = env_bool("SEARCH_BY_MEANING", True)
CHECK_LINKS = env_bool("CHECK_LINKS", False)

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", *(["https://data.geopf.fr"] if IGN_BASEMAP else [])],
        "object-src": [NONE],
        "base-uri": [SELF],
        # logging out ends at the provider, by a redirection of the form
        "form-action": [SELF, *([_origin(OIDC_ISSUER)] if OIDC_ISSUER else [])],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = env_bool("SECURE_SSL_REDIRECT", not (DEBUG or LOCAL))
SECURE_REDIRECT_EXEMPT = [r"^sante/"]
SECURE_HSTS_SECONDS = 0 if DEBUG or LOCAL else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = env_bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", True)
# Whether browsers ship the domain in their list is for the operator to ask them.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
if env_bool("TRUST_PROXY", False):
    # Only behind a proxy that sets this header itself: anybody else could forge it.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # The address that the proxy adds last is the visitor's; the others are only what it was sent.
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not (DEBUG or LOCAL)
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"

LEAFLET_CONFIG = {
    "TILES": [],
    "DEFAULT_CENTER": (46.6, 2.4),
    "DEFAULT_ZOOM": 6,
    "MIN_ZOOM": 3,
    "MAX_ZOOM": 18,
    "RESET_VIEW": False,
    "SCALE": None,
    "ATTRIBUTION_PREFIX": "",
}

point_gdal_at_its_data()
GDAL_LIBRARY_PATH = gdal_library_path()
GEOS_LIBRARY_PATH = geos_library_path()
