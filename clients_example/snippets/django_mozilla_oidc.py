"""Sign in with OpenID Connect: Django and mozilla-django-oidc, code flow with PKCE.

pip install mozilla-django-oidc
Put this at the end of settings.py, and into urls.py:
    path("oidc/", include("mozilla_django_oidc.urls"))
Begin at /oidc/authenticate/. Register the redirect URI https://YOUR-HOST/oidc/callback/
"""

import os

ISSUER = "https://idp.example.com"

INSTALLED_APPS += ["mozilla_django_oidc"]
AUTHENTICATION_BACKENDS = ["mozilla_django_oidc.auth.OIDCAuthenticationBackend"]

OIDC_RP_CLIENT_ID = "your-client-id"
OIDC_RP_CLIENT_SECRET = os.environ["CLIENT_SECRET"]
OIDC_RP_SCOPES = "openid profile email"
OIDC_RP_SIGN_ALGO = "RS256"
OIDC_USE_PKCE = True
# The library reads no discovery document; these are its addresses.
OIDC_OP_AUTHORIZATION_ENDPOINT = f"{ISSUER}/authorize"
OIDC_OP_TOKEN_ENDPOINT = f"{ISSUER}/token"
OIDC_OP_USER_ENDPOINT = f"{ISSUER}/userinfo"
OIDC_OP_JWKS_ENDPOINT = f"{ISSUER}/jwks"
LOGIN_URL = "/oidc/authenticate/"
LOGIN_REDIRECT_URL = "/"
