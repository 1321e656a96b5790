"""Clients register themselves: off, by initial access token, open; and never on their own terms."""

import json
from datetime import timedelta

import pytest

from idp import clock as the_clock
from idp.clients import initial_access, registry
from idp.extensions import transaction
from idp.models import Client, InitialAccessToken
from tests.http.oauth.conftest import refused
from tests.support.factories import PASSWORD
from tests.support.relying_party import RelyingParty
from tests.support.spec_matrix import spec

REDIRECT_URI = "https://app.example/callback"
PHOTOS = {"client_name": "Photos", "redirect_uris": [REDIRECT_URI]}
DISCOVERY = "/.well-known/openid-configuration"
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"


@pytest.fixture
def overrides():
    return {"dynamic_registration": "open"}


@pytest.fixture
def register(client):
    """`register(document)` as a stranger, or with a token."""

    def post(document, token=None, **options):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= options.pop("headers", {})
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        settings = {"content_type": "application/json"} | options
        return client.post("/register", data=body, headers=headers, **settings)

    return post


@pytest.fixture
def initial_token(app):
    """`initial_token(pkce_waived=True)`: a token with this policy."""

    def issue(uses=1, expires_in=timedelta(days=1), **policy):
        with app.app_context(), transaction():
            expires_at = the_clock.now() + expires_in
            return initial_access.issue("test", policy, uses=uses, expires_at=expires_at)

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

    @pytest.mark.parametrize("asked", [{}, {"token_endpoint_auth_method": "client_secret_basic"}])
    @spec("RFC 6749", "2.3.1")
    def test_who_names_no_method_may_send_the_secret_either_way(
        self, register, client, settings, approve, asked
    ):
        said = register(PHOTOS | asked).json
        rp = RelyingParty(client, settings.issuer, said["client_id"], said["client_secret"])
        posted = {"client_id": rp.client_id, "client_secret": rp.client_secret}

        by_post = rp.exchange(approve.code(rp), headers={}, **posted)
        by_basic = rp.exchange(approve.code(rp))

        assert by_post.status_code == (401 if asked else 200)
        assert by_basic.status_code == 200

    @spec("RFC 7591", "3.2.1")
    @pytest.mark.parametrize("grant", ["client_credentials", DEVICE_CODE])
    def test_redirect_uris_of_a_client_that_is_never_redirected_to_are_left_out(
        self, register, grant
    ):
        response = register(PHOTOS | {"grant_types": [grant], "redirect_uris": ["com.example:/x"]})

        assert response.status_code == 201
        assert response.json["redirect_uris"] == []

    @spec("OIDC Discovery", "3")
    def test_discovery_names_the_endpoint(self, client, settings):
        said = client.get(DISCOVERY).json

        assert said["registration_endpoint"] == f"{settings.issuer}/register"

    def test_the_client_can_sign_somebody_in_at_once(self, register, client, settings, approve):
        said = register(PHOTOS | {"grant_types": ["authorization_code", "refresh_token"]}).json
        rp = RelyingParty(client, settings.issuer, said["client_id"], said["client_secret"])

        tokens = approve.tokens(rp, scope="openid email offline_access")

        assert rp.userinfo(tokens["access_token"]).json["email"] == "ann@example.com"

    @spec("RFC 7591", "2")
    @pytest.mark.parametrize(
        ("method", "extra"),
        [
            ("none", {}),
            ("private_key_jwt", {"jwks_uri": "https://app.example/keys"}),
        ],
    )
    def test_who_uses_no_secret_is_given_none(self, register, found, method, extra):
        response = register(PHOTOS | {"token_endpoint_auth_method": method} | extra)

        assert response.status_code == 201
        assert not {"client_secret", "client_secret_expires_at"} & response.json.keys()
        assert found(response.json["client_id"]).secrets == ()

    @spec("OIDC Core", "4")
    @spec("RFC 7591", "2.2")
    def test_what_is_only_kept_is_told_too(self, register):
        kept = {
            "client_name#fr": "Photos à moi",
            "contacts": ["ops@app.example"],
            "logo_uri": "https://app.example/logo.png",
            "tos_uri": "https://app.example/terms",
            "initiate_login_uri": "https://app.example/start",
            "post_logout_redirect_uris": ["https://app.example/bye"],
            "backchannel_logout_uri": "https://app.example/out",
            "backchannel_logout_session_required": True,
            "request_uris": ["https://app.example/request#hash"],
            "default_max_age": 600,
            "require_auth_time": True,
        }

        said = register(PHOTOS | kept).json

        assert kept.items() <= said.items()

    @spec("RFC 7591", "2")
    def test_unknown_members_are_ignored(self, register):
        response = register(PHOTOS | {"favourite_colour": "blue", "client_id": "mine"})

        assert response.status_code == 201
        assert "favourite_colour" not in response.json
        assert response.json["client_id"] != "mine"

    @spec("RFC 7591", "5")
    def test_policy_cannot_be_asked_for(self, register, found):
        wishes = {
            "trusted": True,
            "pkce_waived": True,
            "profile": "fapi2",
            "min_acr": "urn:idp:loa:2fa",
            "refresh_grace": 30,
            "access_token_lifetime": 3600,
            "resource": "https://api.example",
            "resources": ["https://api.example"],
            "scope": "openid payments:write",
        }

        said = register(PHOTOS | wishes).json

        client = found(said["client_id"])
        assert not client.trusted
        assert not client.pkce_waived
        assert client.profile == "standard"
        assert client.min_acr is None
        assert client.refresh_grace == 0
        assert client.access_token_lifetime is None
        assert not {"resource", "resources"} & client.metadata.keys()
        assert client.scopes == {"openid"}
        assert not (wishes.keys() - {"scope"}) & said.keys()

    def test_nothing_of_the_scope_left_is_an_error(self, register):
        refused(register(PHOTOS | {"scope": "payments:write"}), 400, "invalid_client_metadata")

    def test_the_registration_is_on_record(self, register, records):
        client_id = register(PHOTOS).json["client_id"]

        assert [event.client_id for event in records.events("client_registered")] == [client_id]


class TestNames:
    """A65: whose name stands on the consent page."""

    @pytest.mark.parametrize("name", ["Photos", "PHOTOS", "P\uff48otos", "Pho tos!", "idp.example"])
    def test_the_name_of_a_known_application_is_taken(self, register, a, name):
        a.client()

        response = register(PHOTOS | {"client_name": name})

        refused(response, 400, "invalid_client_metadata")
        assert "another application" in response.json["error_description"]

    def test_also_in_another_language(self, register, a):
        a.client()

        response = register(PHOTOS | {"client_name": "Mine", "client_name#fr": "photos"})

        refused(response, 400, "invalid_client_metadata")

    def test_self_registered_ones_reserve_no_name(self, register):
        assert [register(PHOTOS).status_code for _ in range(2)] == [201, 201]

    @pytest.mark.parametrize(
        "name", ["x" * 10_000, "x" * 65, "Pho\u202etos", "Pho\u200btos", "Pho\u200ctos", "\u2066x"]
    )
    def test_what_hides_or_floods_is_refused(self, register, name):
        refused(register(PHOTOS | {"client_name": name}), 400, "invalid_client_metadata")

    def test_joiners_are_spelling_in_other_scripts(self, register):
        assert register(PHOTOS | {"client_name": "می\u200cخواهم"}).status_code == 201


class TestRefused:
    """A91, and whatever else cannot be a client."""

    @spec("RFC 7591", "3.2.2")
    @pytest.mark.parametrize(
        "uri",
        [
            "https://app.example/cb#x",
            "javascript:alert(1)",
            "data:text/html,x",
            "http://app.example/cb",
            "https://app.example/*",
            "https://user@app.example/cb",
            "//app.example/cb",
            "",
            "https://app.example/cb\x00",
            "https://äpp.example/cb",
            "https://app.example/" + "x" * 3_000,
        ],
    )
    def test_redirect_uris(self, register, records, uri):
        refused(register(PHOTOS | {"redirect_uris": [uri]}), 400, "invalid_redirect_uri")
        assert records.count(Client) == 0

    def test_an_address_that_no_parser_reads_is_an_address_that_is_wrong(self, register):
        """R89: a sector and a frame's origin are only looked for in what is one."""
        uris = {"redirect_uris": ["https://[::1"], "subject_type": "pairwise"}

        refused(register(PHOTOS | uris), 400, "invalid_redirect_uri")

    @spec("RFC 7591", "3.2.2")
    @pytest.mark.parametrize(
        "change",
        [
            {"grant_types": ["password"]},
            {"grant_types": "authorization_code"},
            {"grant_types": [["authorization_code"]]},
            {"response_types": ["token"]},
            {"token_endpoint_auth_method": "client_secret_jwt"},
            {"token_endpoint_auth_method": 1},
            {"token_endpoint_auth_method": "private_key_jwt"},
            {"id_token_signed_response_alg": "none"},
            {"id_token_encrypted_response_alg": "RSA-OAEP"},
            {"userinfo_signed_response_alg": "HS256"},
            {"jwks": {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}},
            {"jwks": "https://app.example/keys"},
            {"jwks": {"keys": []}},
            {"logo_uri": "javascript:alert(1)"},
            {"logo_uri": "http://app.example/logo"},
            {"initiate_login_uri": "http://app.example/start"},
            {"backchannel_logout_uri": "file:///etc/passwd"},
            {"request_uris": ["http://app.example/r"]},
            {"frontchannel_logout_uri": "https://["},
            {"subject_type": "secret"},
            {"default_max_age": -1},
            {"default_max_age": True},
            {"default_max_age": 10**40},
            {"contacts": ["nobody"]},
            {"contacts": [f"{n}@a.example" for n in range(200)]},
            {"post_logout_redirect_uris": [f"https://a.example/{n}" for n in range(200)]},
            {f"client_name#{chr(97 + n // 26)}{chr(97 + n % 26)}": "x" for n in range(150)},
            {"client_name": 7},
            {"client_name": "\ud800"},
        ],
        ids=lambda change: "-".join(list(change)[:1]) + str(next(iter(change.values())))[:12],
    )
    def test_other_members(self, register, records, change):
        refused(register(PHOTOS | change), 400, "invalid_client_metadata")
        assert records.count(Client) == 0

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"null",
            b"[]",
            b'"x"',
            b"\xff\xfe",
            b'{"redirect_uris": NaN}',
            b'{"client_name": "a", "client_name": "b"}',
            b"[" * 60_000,
            b'{"default_max_age": ' + b"9" * 5_000 + b"}",
        ],
        ids=lambda body: str(body[:16]),
    )
    def test_what_is_no_json_object(self, register, body):
        refused(register(body), 400, "invalid_client_metadata")

    @spec("RFC 7591", "3.1")
    def test_a_form_of_another_site(self, register):
        refused(register(PHOTOS, content_type="text/plain"), 400, "invalid_client_metadata")

    def test_a_document_without_end(self, register, settings):
        flood = json.dumps(PHOTOS | {"x": "x" * settings.server.maximum_body_size}).encode()

        refused(register(flood), 413, "invalid_client_metadata")

    def test_every_problem_is_told_at_once(self, register):
        said = register(PHOTOS | {"subject_type": "x", "profile": 1, "default_max_age": -1}).json

        assert "subject_type" in said["error_description"]
        assert "default_max_age" in said["error_description"]

    def test_no_page_of_another_origin_may_ask(self, register):
        response = register(PHOTOS, headers={"Origin": "https://evil.example"})

        assert "Access-Control-Allow-Origin" not in response.headers

    def test_a_hundred_thousand_clients_take_a_while(self, register, records):
        """A91, R36."""
        answers = [register(PHOTOS) for _ in range(32)]

        assert [answer.status_code for answer in answers] == [201] * 30 + [429] * 2
        refused(answers[-1], 429, "temporarily_unavailable")
        assert int(answers[-1].headers["Retry-After"]) > 0
        assert records.count(Client) == 30


class TestInitialAccessToken:
    """Only who was given a token may (RFC 7591 §3)."""

    @pytest.fixture
    def overrides(self):
        return {"dynamic_registration": "token"}

    @spec("RFC 7591", "3")
    def test_it_registers_as_often_as_it_was_made_for(self, register, initial_token):
        token = initial_token(uses=2)

        assert [register(PHOTOS, token).status_code for _ in range(3)] == [201, 201, 401]

    @spec("RFC 6750", "3.1")
    @pytest.mark.parametrize("token", [None, "", "x", "iat_" + "A" * 43, "é", "x" * 5_000])
    def test_others_learn_nothing(self, register, records, token):
        response = register(PHOTOS, token)

        refused(response, 401, "invalid_token")
        assert response.headers["WWW-Authenticate"].startswith("Bearer ")
        assert records.count(Client) == 0
        assert len(records.events("registration_refused")) == 1

    def test_an_expired_one_is_good_no_more(self, register, initial_token, clock):
        token = initial_token(expires_in=timedelta(hours=1))

        clock.advance(hours=1)

        refused(register(PHOTOS, token), 401, "invalid_token")

    def test_a_mistake_in_the_document_costs_no_use(self, register, initial_token):
        token = initial_token()

        refused(register(PHOTOS | {"redirect_uris": []}, token), 400, "invalid_redirect_uri")

        assert register(PHOTOS, token).status_code == 201

    def test_its_policy_is_what_the_client_gets(self, register, initial_token, found):
        token = initial_token(
            scope="openid api:read",
            pkce_waived=True,
            min_acr="urn:idp:loa:2fa",
        )

        said = register(PHOTOS | {"min_acr": "urn:idp:loa:1fa"}, token).json

        client = found(said["client_id"])
        assert client.pkce_waived
        assert client.min_acr == "urn:idp:loa:2fa"
        assert client.scopes == {"openid", "api:read"}

    def test_a_public_client_never_does_without_pkce(self, register, initial_token, found):
        token = initial_token(pkce_waived=True)

        said = register(PHOTOS | {"token_endpoint_auth_method": "none"}, token).json

        assert not found(said["client_id"]).pkce_waived

    def test_only_its_digest_is_kept(self, initial_token, records, app):
        from idp.extensions import db

        token = initial_token()

        with app.app_context():
            row = db.session.query(InitialAccessToken).one()
            assert token.encode() not in row.digest
            assert len(row.digest) == 32


class TestWithoutPkce:
    """A deployment may say that its open registration is for libraries without PKCE."""

    @pytest.fixture
    def overrides(self):
        from config import ProtocolSettings

        return {
            "dynamic_registration": "open",
            "protocol": ProtocolSettings(registration_waives_pkce=True),
        }

    def test_confidential_clients_do_without(self, register, client, settings, approve):
        said = register(PHOTOS).json
        rp = RelyingParty(client, settings.issuer, said["client_id"], said["client_secret"])

        code = approve.code(rp, code_challenge=None, code_challenge_method=None)

        assert rp.exchange(code, code_verifier=None).status_code == 200

    def test_public_ones_do_not(self, register, found):
        said = register(PHOTOS | {"token_endpoint_auth_method": "none"}).json

        assert not found(said["client_id"]).pkce_waived


def test_the_default_wants_pkce_of_everybody(register, found):
    assert not found(register(PHOTOS).json["client_id"]).pkce_waived


def test_users_see_that_nobody_here_knows_it(register, a, browser, client, settings):
    """A65."""
    a.user()
    said = register(PHOTOS | {"client_name": "Harmless"}).json
    rp = RelyingParty(client, settings.issuer, said["client_id"])
    known = a.client(client_name="Known")

    browser.open(rp.authorization_url()).submit(username="ann@example.com", password=PASSWORD)
    assert "New app" in browser.text
    assert "Verified app" not in browser.text
    assert "app.example" in browser.text

    browser.open(known.authorization_url())
    assert "Known" in browser.text
    assert "New app" not in browser.text
    assert "Verified app" in browser.text
