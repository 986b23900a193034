"""How people sign in: password or hospital sign-on and a second factor (django-allauth), no sign-up, short sessions."""

from __future__ import annotations

import os

from config.environment import secret

AUTH_USER_MODEL = "study_sites.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

ACCOUNT_ADAPTER = "sites.signin.ClosedAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
# Accounts are opened by an administrator for an address of the hospital; nothing is left to prove by e-mail.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = False
# No letters to strangers: an address without an account gets nothing.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Quell] "
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
}
# Counted outside the request's transaction, so that a request that fails still counts; shared by all processes.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "quell_limits",
        # Far more than there are people and addresses: whoever fills the table must not push counts out.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# Everybody who holds a role proves a second factor. Optional in demonstrations; `check --deploy` insists on it.
QUELL_SECOND_FACTOR = True
MFA_ADAPTER = "sites.second_factor.EncryptedFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Quell"
# A clock that is half a minute off is common on a ward's telephone.
MFA_TOTP_TOLERANCE = 1
MFA_TRUST_ENABLED = False
MFA_PASSKEY_LOGIN_ENABLED = False
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Sensitive acts ask again who it is, unless that was proved within five minutes.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60

# Hospital sign-on (OpenID Connect): off without an issuer. Nobody gets an account by it.
QUELL_OIDC_ISSUER = os.environ.get("QUELL_OIDC_ISSUER", "")
SOCIALACCOUNT_ADAPTER = "sites.hospital_sign_on.HospitalSignOn"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_PROVIDERS = (
    {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "hospital",
                    "name": os.environ.get("QUELL_OIDC_NAME", "Hospital sign-on"),
                    "client_id": secret("QUELL_OIDC_CLIENT_ID"),
                    "secret": secret("QUELL_OIDC_CLIENT_SECRET"),
                    "settings": {"server_url": QUELL_OIDC_ISSUER},
                }
            ],
        }
    }
    if QUELL_OIDC_ISSUER
    else {}
)

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 60 * 60
# A sign-in ends after 30 minutes without use and after 12 hours in all; pages warn 5 minutes before.
QUELL_SIGN_IN_IDLE_SECONDS = 30 * 60
QUELL_SIGN_IN_WHOLE_SECONDS = SESSION_COOKIE_AGE
QUELL_SIGN_IN_WARNING_SECONDS = 5 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "registry.web.views.errors.form_expired"

DEFAULT_FROM_EMAIL = "quell@localhost"
# Where people open the registry: links of e-mails that no page sends begin with it.
QUELL_ADDRESS = os.environ.get("QUELL_ADDRESS") or f"http://localhost:{os.environ.get('QUELL_PORT') or '8000'}"
