"""Apache's mod_auth_openidc, told nothing but the address of the metadata."""

import pytest

from tests.interop import apache
from tests.interop.site import LOA2, free_address


@pytest.fixture
def web_server(site):
    """Its address."""
    apache.require()
    base_url = free_address()
    client = site.a.client(
        redirect_uris=[f"{base_url}/protected/redirect"],
        post_logout_redirect_uris=[f"{base_url}/"],
        backchannel_logout_uri=f"{base_url}/protected/redirect?logout=backchannel",
        min_acr=LOA2,
    )
    with apache.running(site, base_url, client):
        yield base_url


def test_somebody_signs_in_with_two_factors_and_signs_out(web_server, bob):
    protected = f"{web_server}/protected/"
    assert bob.open(protected).page == "sign-in"

    bob.prove_everything()

    assert (bob.where, bob.answer.status_code) == (protected, 200), bob.answer.text
    assert bob.answer.headers["X-Email"] == bob.account.email

    bob.open(f"{protected}redirect?logout={web_server}/")

    assert (bob.where, bob.answer.status_code) == (f"{web_server}/", 200)
    assert bob.open(protected).page == "sign-in"


def test_its_session_ends_when_somebody_signs_out_at_the_provider(site, web_server, bob):
    protected = f"{web_server}/protected/"
    bob.open(protected).prove_everything()
    assert bob.open(protected).where == protected

    bob.open(f"{site.issuer}/account/").press("Sign out")
    site.deliver()

    assert bob.open(protected).page == "sign-in"
