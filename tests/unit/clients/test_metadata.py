from dataclasses import replace

import pytest
from joserfc.jwk import ECKey

from idp.clients.metadata import ProposedClient, problems
from idp.clients.redirect_uri import Deployment
from idp.clients.templates import Template, propose

PUBLIC = Deployment.PUBLIC
KEY = ECKey.generate_key("P-256").as_dict(private=False)
WEB = replace(propose(Template.WEB, "Photos"), redirect_uris=("https://app.example/cb",))
SPA = replace(propose(Template.SPA, "Photos"), redirect_uris=("https://app.example/",))
NATIVE = replace(propose(Template.NATIVE, "Photos"), redirect_uris=("com.example.app:/cb",))
MACHINE = propose(Template.MACHINE, "Nightly report")


def members(proposed: ProposedClient, deployment=PUBLIC):
    return set(problems(proposed, deployment))


@pytest.mark.parametrize("proposed", [WEB, SPA, NATIVE, MACHINE])
def test_every_template_is_a_good_start(proposed):
    assert problems(proposed, PUBLIC) == {}


def test_public_clients_rotate_and_confidential_ones_do_not():
    assert SPA.rotates_refresh_tokens
    assert NATIVE.rotates_refresh_tokens
    assert not WEB.rotates_refresh_tokens
    assert replace(WEB, rotate_refresh_tokens=True).rotates_refresh_tokens


@pytest.mark.spec("RFC 7591", "2.1")
@pytest.mark.parametrize(
    ("changes", "member"),
    [
        ({"grant_types": ()}, "grant_types"),
        ({"response_types": ()}, "response_types"),
        ({"grant_types": ("client_credentials",)}, "response_types"),
        ({"grant_types": ("refresh_token",), "response_types": ()}, "grant_types"),
        ({"grant_types": ("authorization_code", "implicit")}, "grant_types"),
        ({"grant_types": ("password",)}, "grant_types"),
        ({"grant_types": ("authorization_code",) * 2}, "grant_types"),
        ({"response_types": ("code", "id_token")}, "response_types"),
        ({"response_types": ("token",)}, "response_types"),
        ({"redirect_uris": ()}, "redirect_uris"),
    ],
)
def test_grants_and_responses_have_to_agree(changes, member):
    assert member in members(replace(WEB, **changes))


@pytest.mark.parametrize(
    ("changes", "member"),
    [
        ({"application_type": "desktop"}, "application_type"),
        ({"profile": "fapi1"}, "profile"),
        ({"token_endpoint_auth_method": "client_secret_jwt"}, "token_endpoint_auth_method"),
        ({"token_endpoint_auth_method": ""}, "token_endpoint_auth_method"),
        ({"id_token_signed_response_alg": "none"}, "id_token_signed_response_alg"),
        ({"id_token_signed_response_alg": "HS256"}, "id_token_signed_response_alg"),
        ({"id_token_signed_response_alg": "RS512"}, "id_token_signed_response_alg"),
        ({"userinfo_signed_response_alg": "none"}, "userinfo_signed_response_alg"),
        ({"redirect_uris": ("https://a.example/",) * 2}, "redirect_uris"),
        ({"redirect_uris": ("http://a.example/",)}, "redirect_uris"),
        ({"post_logout_redirect_uris": ("javascript:x",)}, "post_logout_redirect_uris"),
        ({"scope": 'openid "all"'}, "scope"),
        ({"scope": "openid  email"}, "scope"),
        ({"scope": " ".join(f"s{n}" for n in range(51))}, "scope"),
        ({"min_acr": "urn:idp:loa:3fa"}, "min_acr"),
        ({"default_acr_values": ("1", "gold")}, "default_acr_values"),
        ({"default_max_age": -1}, "default_max_age"),
        ({"default_max_age": 10**30}, "default_max_age"),
        ({"refresh_grace": 31}, "refresh_grace"),
        ({"access_token_lifetime": 1}, "access_token_lifetime"),
        ({"access_token_lifetime": 86_400}, "access_token_lifetime"),
        ({"client_name": ""}, "client_name"),
        ({"client_name": " Photos"}, "client_name"),
        ({"client_name": "x" * 101}, "client_name"),
        ({"client_name": "Pho\x00tos"}, "client_name"),
        ({"client_name": "Pho\u202etos"}, "client_name"),
        ({"client_name": "Pho\ud800tos"}, "client_name"),
        ({"metadata": {"client_name#fr": "Photos\n"}}, "client_name#fr"),
        ({"metadata": {"logo_uri": "http://a.example/logo"}}, "logo_uri"),
        ({"metadata": {"tos_uri#de": "data:text/html,x"}}, "tos_uri#de"),
        ({"metadata": {"initiate_login_uri": "com.example.app:/x"}}, "initiate_login_uri"),
        ({"metadata": {"contacts": ("nobody",)}}, "contacts"),
        ({"metadata": {"software_id": "a\x00"}}, "software_id"),
        ({"require_signed_request_object": True}, "require_signed_request_object"),
        ({"jwks": {"keys": []}}, "jwks"),
        ({"jwks": {"keys": None}}, "jwks"),
        ({"jwks": {"keys": [KEY | {"d": "AA"}]}}, "jwks"),
        ({"jwks": {"keys": [KEY | {"kid": "1"}, KEY | {"kid": "1"}]}}, "jwks"),
        ({"jwks": {"keys": [KEY]}, "jwks_uri": "https://a.example/k"}, "jwks"),
    ],
)
def test_what_we_cannot_honour_is_refused(changes, member):
    assert members(replace(WEB, **changes)) == {member}


@pytest.mark.spec("RFC 6749", "4.4")
def test_a_client_that_acts_for_itself_has_a_secret():
    public = replace(MACHINE, token_endpoint_auth_method="none")

    assert members(public) == {"token_endpoint_auth_method"}


@pytest.mark.spec("RFC 9700", "2.1.1")
def test_pkce_is_waived_for_confidential_clients_only():
    assert members(replace(WEB, pkce_waived=True)) == set()
    assert members(replace(SPA, pkce_waived=True)) == {"pkce_waived"}


@pytest.mark.spec("RFC 9700", "2.2.2")
def test_a_public_client_cannot_decline_rotation():
    assert members(replace(SPA, rotate_refresh_tokens=False)) == {"rotate_refresh_tokens"}


def test_a_name_may_be_in_any_script():
    assert members(replace(WEB, client_name="写真 🖼 صور")) == set()


def test_development_welcomes_apps_on_localhost():
    local = replace(WEB, redirect_uris=("http://localhost:5001/cb",))

    assert members(local, Deployment.LOCAL) == set()
    assert members(local) == {"redirect_uris"}


def test_a_problem_quotes_at_most_a_little_of_what_was_sent():
    bad = replace(WEB, redirect_uris=("http://" + "ü" * 5_000,))

    (problem,) = problems(bad, PUBLIC).values()
    assert problem.isascii()
    assert len(problem) < 600
