"""Subject identifiers: the same for everybody, or one of a client's sector; alike everywhere."""

import pytest

from tests.http.oauth.conftest import error_of
from tests.support.relying_party import claims
from tests.support.spec_matrix import spec


@pytest.fixture
def pairwise(a):
    return a.client(subject_type="pairwise")


@spec("OIDC Core", "8")
def test_a_pairwise_sub_is_the_same_in_every_token_and_answer(pairwise, approve):
    tokens = approve.tokens(pairwise)
    refreshed = pairwise.refresh(tokens["refresh_token"]).json

    said = {
        claims(tokens["id_token"])["sub"],
        claims(tokens["access_token"])["sub"],
        claims(refreshed["id_token"])["sub"],
        pairwise.userinfo(refreshed["access_token"]).json["sub"],
    }

    assert len(said) == 1
    assert said != {approve.user.sub}


@spec("OIDC Core", "8.1")
def test_another_sector_knows_the_user_by_another_name(pairwise, approve, a):
    same_host = a.client(subject_type="pairwise", redirect_uris=("https://app.example/other",))
    elsewhere = a.client(subject_type="pairwise", redirect_uris=("https://other.example/cb",))

    here, there, far = (
        claims(approve.tokens(rp)["id_token"])["sub"] for rp in (pairwise, same_host, elsewhere)
    )

    assert here == there != far


@spec("OIDC Core", "3.1.2.1")
def test_a_hint_names_the_user_as_the_client_knows_her(pairwise, approve, a, browser):
    from tests.support.factories import PASSWORD

    hint = approve.tokens(pairwise)["id_token"]
    browser.open("/account/").submit(username="ann@example.com", password=PASSWORD)
    pairwise.client = browser.client

    assert error_of(pairwise, id_token_hint=hint) == "consent_required"
