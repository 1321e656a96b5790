"""What a client of the FAPI 2.0 profile may be."""

from dataclasses import replace

import pytest

from idp.clients import document, metadata
from idp.clients.metadata import ProposedClient, fapi2
from idp.clients.redirect_uri import Deployment
from tests.support.signer import signer
from tests.support.spec_matrix import spec

BANK = fapi2.with_defaults(
    ProposedClient(
        client_name="Bank",
        profile="fapi2",
        redirect_uris=("https://bank.example/callback",),
        grant_types=("authorization_code", "refresh_token"),
        jwks=signer().jwks,
    )
)


def members(proposed, deployment=Deployment.PUBLIC):
    return set(metadata.problems(proposed, deployment))


@spec("FAPI 2.0", "5.3.2")
def test_its_defaults_are_allowed():
    assert BANK.token_endpoint_auth_method == "private_key_jwt"
    assert BANK.id_token_signed_response_alg == "ES256"
    assert members(BANK) == set()


def test_whoever_chose_something_keeps_it():
    chosen = replace(BANK, id_token_signed_response_alg="PS256")

    assert fapi2.with_defaults(chosen) == chosen


def test_nobody_else_has_these_defaults():
    usual = ProposedClient(client_name="App")

    assert fapi2.with_defaults(usual) == usual


@spec("FAPI 2.0", "5.3.2")
@spec("FAPI 2.0", "5.4")
@pytest.mark.parametrize(
    ("changes", "member"),
    [
        ({"token_endpoint_auth_method": None}, "token_endpoint_auth_method"),
        ({"token_endpoint_auth_method": "client_secret_basic"}, "token_endpoint_auth_method"),
        ({"token_endpoint_auth_method": "none"}, "token_endpoint_auth_method"),
        ({"id_token_signed_response_alg": "RS256"}, "id_token_signed_response_alg"),
        ({"userinfo_signed_response_alg": "RS256"}, "userinfo_signed_response_alg"),
        ({"access_token_signed_response_alg": "RS256"}, "access_token_signed_response_alg"),
        ({"authorization_signed_response_alg": "RS256"}, "authorization_signed_response_alg"),
        ({"request_object_signing_alg": "RS256"}, "request_object_signing_alg"),
        ({"token_endpoint_auth_signing_alg": "RS256"}, "token_endpoint_auth_signing_alg"),
        ({"pkce_waived": True}, "pkce_waived"),
        ({"rotate_refresh_tokens": True}, "rotate_refresh_tokens"),
        ({"redirect_uris": ("http://127.0.0.1/cb",)}, "redirect_uris"),
        ({"jwks": None}, "jwks"),
    ],
)
def test_what_it_may_not_be(changes, member):
    assert member in members(replace(BANK, **changes))


@spec("FAPI 2.0", "5.3.2")
def test_nothing_comes_by_the_browser_but_a_code():
    hybrid = replace(
        BANK,
        response_types=("code id_token",),
        grant_types=("authorization_code", "implicit"),
    )

    assert "response_types" in members(hybrid, Deployment(has_front_channel=True))


def test_a_document_has_the_defaults_of_its_profile():
    told = {"client_name": "Bank", "profile": "fapi2", "redirect_uris": ["https://b.example/"]}

    read = document.from_document(told)

    assert read.token_endpoint_auth_method == "private_key_jwt"
    assert read.id_token_signed_response_alg == "ES256"
