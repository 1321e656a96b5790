"""Snippets for apps in Python, as they stand."""

import pytest

from idp.clients.frameworks import Framework
from tests.interop.site import LOA2, free_address
from tests.interop.snippets import AsgiServer, running, tries, written
from tests.support.live_server import LiveServer


@tries(Framework.FLASK)
def test_flask_and_authlib_sign_somebody_in(site, bob):
    base_url = free_address()
    client = site.a.client(redirect_uris=[f"{base_url}/callback"])
    file = written(site, client, "flask_authlib.py")
    secrets = {"CLIENT_SECRET": client.client_secret, "SECRET_KEY": "of the app"}

    with running(LiveServer, file, base_url, secrets, "flask_authlib:app"):
        assert "Sign in" in bob.open(base_url).answer.text
        bob.open(f"{base_url}/login").prove_everything()

        assert f"Signed in as {bob.account.user.sub}" in bob.open(base_url).answer.text


@tries(Framework.FASTAPI)
def test_fastapi_and_authlib_sign_somebody_in(site, bob):
    base_url = free_address()
    client = site.a.client(redirect_uris=[f"{base_url}/callback"])
    file = written(site, client, "fastapi_authlib.py")
    secrets = {"CLIENT_SECRET": client.client_secret, "SECRET_KEY": "of the app"}

    with running(AsgiServer, file, base_url, secrets, "fastapi_authlib:app"):
        bob.open(f"{base_url}/login").prove_everything()

        assert f"Signed in as {bob.account.user.sub}" in bob.open(base_url).answer.text


@tries(Framework.DJANGO_MOZILLA, Framework.DJANGO_ALLAUTH)
@pytest.mark.parametrize(
    ("file", "begins", "callback"),
    [
        ("django_mozilla_oidc.py", "/oidc/authenticate/", "/oidc/callback/"),
        (
            "django_allauth.py",
            "/accounts/oidc/idp/login/",
            "/accounts/oidc/idp/login/callback/",
        ),
    ],
)
def test_django_signs_somebody_in_with_two_factors(site, bob, file, begins, callback):
    base_url = free_address()
    client = site.a.client(redirect_uris=[base_url + callback], min_acr=LOA2)
    snippet = written(site, client, file)
    told = site.environment(client, base_url) | {"SNIPPET": str(snippet)}

    with site.running(base_url, told, application=("tests.interop.apps.django_snippet:app",)):
        bob.open(base_url + begins)
        if bob.page is None:
            bob.press("Continue")  # allauth asks first, so that no other site can begin
        bob.prove_everything()

        assert bob.open(base_url).json()["email"] == bob.account.email
