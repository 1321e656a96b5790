"""Web apps with Python libraries that others wrote, each with their default settings where it can;
django-allauth is tried by its snippet.

What each needs of its registration stands in docs/interoperability.md.
"""

from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from tests.interop.site import LOA2, free_address


@dataclass(frozen=True)
class Library:
    """An app in `apps/`, where it begins, and where it wants to be answered."""

    app: str
    begins: str
    callback: str
    button: str | None = None
    needs: dict = field(default_factory=dict)


REQUESTS = Library("requests_oauthlib_app", "/login", "/callback")
SOCIAL_AUTH = Library("social_auth_app", "/sign-in", "/complete/oidc/", button="Sign in")
FLASK_OIDC = Library("flask_oidc_app", "/login", "/authorize", needs={"pkce_waived": True})
MOZILLA = Library("mozilla_django_oidc_app", "/oidc/authenticate/", "/oidc/callback/")


@contextmanager
def running(site, library, **metadata):
    """Registered and started; yields its address."""
    base_url = free_address()
    uris = {"redirect_uris": [base_url + library.callback]}
    signed_out = {"post_logout_redirect_uris": [base_url + "/"]}
    client = site.a.client(**uris, **signed_out, min_acr=LOA2, **library.needs, **metadata)
    with site.app(library.app, base_url, client):
        yield base_url


def sign_in(person, library, base_url):
    assert person.open(base_url).json() == {}
    person.open(base_url + library.begins)
    if library.button:
        person.press(library.button)
    assert person.page == "sign-in", person.answer.text
    person.prove_everything()
    assert person.open(base_url).json()["email"] == person.account.email


@pytest.mark.parametrize("library", [REQUESTS, SOCIAL_AUTH], ids=lambda library: library.app)
def test_somebody_signs_in_with_two_factors(site, bob, library):
    with running(site, library) as app:
        sign_in(bob, library, app)


def test_mozilla_django_oidc_signs_in_and_out_of_the_provider_and_comes_back(site, bob):
    with running(site, MOZILLA) as app:
        sign_in(bob, MOZILLA, app)

        bob.open(app + "/sign-out").press("Sign out")

        assert (bob.where, bob.json()) == (app + "/", {})
        assert bob.open(app + MOZILLA.begins).page == "sign-in"


def test_flask_oidc_signs_in_and_asks_the_provider_whether_a_token_is_good(site, bob):
    with running(site, FLASK_OIDC) as app:
        sign_in(bob, FLASK_OIDC, app)
        token = bob.open(app + "/token").json()["access_token"]

        assert bob.browser.get(app + "/api").status_code == 401
        headers = {"Authorization": f"Bearer {token}"}
        assert bob.browser.get(app + "/api", headers=headers).json() == {"good": True}
