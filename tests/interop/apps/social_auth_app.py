"""A Django app with social-auth-core and social-auth-app-django."""

import os

from tests.interop.apps import django_project

django_project.begin(
    __name__,
    apps=["social_django"],
    AUTHENTICATION_BACKENDS=["social_core.backends.open_id_connect.OpenIdConnectAuth"],
    SOCIAL_AUTH_OIDC_OIDC_ENDPOINT=os.environ["ISSUER"],
    SOCIAL_AUTH_OIDC_KEY=os.environ["CLIENT_ID"],
    SOCIAL_AUTH_OIDC_SECRET=os.environ["CLIENT_SECRET"],
    SOCIAL_AUTH_OIDC_USE_PKCE=True,
    SOCIAL_AUTH_OIDC_ACR_VALUES="urn:idp:loa:2fa",
    SOCIAL_AUTH_URL_NAMESPACE="social",
    SOCIAL_AUTH_RAISE_EXCEPTIONS=True,
)

from django.urls import include, path, reverse  # noqa: E402


def sign_in(request):
    """The library begins by POST only, so that no other site can."""
    return django_project.form(request, reverse("social:begin", args=["oidc"]), "Sign in")


urlpatterns = [
    path("", django_project.home),
    path("sign-in", sign_in),
    path("", include("social_django.urls", namespace="social")),
]
app = django_project.application()
