"""A Django app with mozilla-django-oidc, which is told every endpoint."""

import os
from urllib.parse import urlencode

from tests.interop.apps import django_project

ISSUER = os.environ["ISSUER"]

django_project.begin(
    __name__,
    apps=["mozilla_django_oidc"],
    AUTHENTICATION_BACKENDS=["mozilla_django_oidc.auth.OIDCAuthenticationBackend"],
    OIDC_RP_CLIENT_ID=os.environ["CLIENT_ID"],
    OIDC_RP_CLIENT_SECRET=os.environ["CLIENT_SECRET"],
    OIDC_RP_SIGN_ALGO="RS256",
    OIDC_USE_PKCE=True,
    OIDC_STORE_ID_TOKEN=True,
    OIDC_OP_LOGOUT_URL_METHOD=f"{__name__}.end_of_the_session",
    OIDC_OP_AUTHORIZATION_ENDPOINT=f"{ISSUER}/authorize",
    OIDC_OP_TOKEN_ENDPOINT=f"{ISSUER}/token",
    OIDC_OP_USER_ENDPOINT=f"{ISSUER}/userinfo",
    OIDC_OP_JWKS_ENDPOINT=f"{ISSUER}/jwks",
)

from django.urls import include, path, reverse  # noqa: E402


def end_of_the_session(request):
    """Where the library goes after its own sign-out: to sign out of the provider, and back."""
    parameters = {
        "id_token_hint": request.session["oidc_id_token"],
        "post_logout_redirect_uri": os.environ["BASE_URL"] + "/",
    }
    return f"{ISSUER}/logout?{urlencode(parameters)}"


def sign_out(request):
    """By POST only, as the library wants it."""
    return django_project.form(request, reverse("oidc_logout"), "Sign out")


urlpatterns = [
    path("", django_project.home),
    path("sign-out", sign_out),
    path("oidc/", include("mozilla_django_oidc.urls")),
]
app = django_project.application()
