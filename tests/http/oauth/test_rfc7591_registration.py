"""Clients register themselves: off, by initial access token, open; and never on their own terms."""

import json
from datetime import timedelta

import pytest

from idp import clock as the_clock
from idp.clients import initial_access, registry
from idp.clients.registration_policy import Policy
from idp.extensions import transaction
from idp.models import Client, InitialAccessToken
from tests.http.oauth.conftest import refused
from tests.support.relying_party import RelyingParty
from tests.support.spec_matrix import spec

REDIRECT_URI = "https://app.example/callback"
PHOTOS = {"client_name": "Photos", "redirect_uris": [REDIRECT_URI]}
DISCOVERY = "/.well-known/openid-configuration"


@pytest.fixture
def overrides():
    return {"dynamic_registration": "open"}


@pytest.fixture
def register(client):
    """`register(document)` as a stranger, or with a token."""

    def post(document, token=None, **options):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        settings = {"content_type": "application/json"} | options
        return client.post("/register", data=body, headers=headers, **settings)

    return post


@pytest.fixture
def initial_token(app):
    """`initial_token(pkce_waived=True)`: a token with this policy."""

    def issue(uses=1, expires_in=timedelta(days=1), **policy):
        with app.app_context(), transaction():
            members = {name: value for name, value in policy.items()}
            return initial_access.issue(
                "test", members, uses=uses, expires_at=the_clock.now() + expires_in
            )

    return issue


@pytest.fixture
def found(app):
    def find(client_id):
        with app.app_context():
            return registry.find(client_id)

    return find


class TestOff:
    """The default (R77)."""

    @pytest.fixture
    def overrides(self):
        return {}

    def test_nothing_is_there(self, client, register):
        assert register(PHOTOS).status_code == 404
        for method in (client.get, client.put, client.delete):
            assert method("/register/some").status_code == 404
        assert "registration_endpoint" not in client.get(DISCOVERY).json


class TestOpen:
    """Anybody may."""

    @spec("RFC 7591", "3.2.1")
    @spec("OIDC Registration", "3.2")
    def test_the_answer_holds_everything_a_client_needs(self, register, settings, clock):
        response = register(PHOTOS)

        assert response.status_code == 201
        assert response.mimetype == "application/json"
        assert response.headers["Cache-Control"] == "no-store"
        said = response.json
        uri = f"{settings.issuer}/register/{said['client_id']}"
        assert said["registration_client_uri"] == uri
        assert said["registration_access_token"].startswith("rat_")
        assert len(said["client_secret"]) == 43
        assert said["client_secret_expires_at"] == 0
        assert said["client_id_issued_at"] == int(clock.now().timestamp())

    @spec("RFC 7591", "2")
    @spec("RFC 7591", "3.2.1")
    def test_what_was_left_out_is_told_with_its_default(self, register):
        said = register(PHOTOS).json

        assert said["redirect_uris"] == [REDIRECT_URI]
        assert said["grant_types"] == ["authorization_code"]
        assert said["response_types"] == ["code"]
        assert said["token_endpoint_auth_method"] == "client_secret_basic"
        assert said["application_type"] == "web"
        assert said["id_token_signed_response_alg"] == "RS256"
        assert said["subject_type"] == "public"
        assert "openid" in said["scope"].split()

    @spec("OIDC Discovery", "3")
    def test_discovery_names_the_endpoint(self, client, settings):
        said = client.get(DISCOVERY).json

        assert said["registration_endpoint"] == f"{settings.issuer}/register"

    def test_the_client_can_sign_somebody_in_at_once(self, register, client, settings, approve):
        said = register(PHOTOS | {"grant_types": ["authorization_code", "refresh_token"]}).json
        rp = RelyingParty(client, settings.issuer, said["client_id"], said["client_secret"])

        tokens = approve.tokens(rp, scope="openid email offline_access")

        assert rp.userinfo(tokens["access_token"]).json["email"] == "ann@example.com"
