"""Sign in with OpenID Connect: Django and django-allauth, code flow with PKCE.

pip install "django-allauth[socialaccount]"
Put this at the end of settings.py, and into urls.py:
    path("accounts/", include("allauth.urls"))
Begin at /accounts/oidc/idp/login/. Register the redirect URI
https://YOUR-HOST/accounts/oidc/idp/login/callback/
"""

import os

INSTALLED_APPS += [
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]
MIDDLEWARE += ["allauth.account.middleware.AccountMiddleware"]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # the provider has verified it

SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "idp",
                "name": "your account",
                "client_id": "your-client-id",
                "secret": os.environ["CLIENT_SECRET"],
                "settings": {"server_url": "https://idp.example.com"},
            }
        ],
    }
}
LOGIN_REDIRECT_URL = "/"
