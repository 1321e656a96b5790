"""A client manages its own registration by its own token, and nobody else's."""

import json

import pytest

from idp.clients import register as registration
from idp.clients import registry
from idp.extensions import transaction
from idp.models import Client
from tests.http.oauth.conftest import refused
from tests.support.relying_party import RelyingParty
from tests.support.spec_matrix import spec

PHOTOS = {
    "client_name": "Photos",
    "redirect_uris": ["https://app.example/callback"],
    "grant_types": ["authorization_code", "refresh_token"],
}


@pytest.fixture
def overrides():
    return {"dynamic_registration": "open"}


@pytest.fixture
def register(client):
    """A newly registered client, as it was told."""

    def post(**changes):
        response = client.post("/register", json=PHOTOS | changes)
        assert response.status_code == 201, response.json
        return response.json

    return post


@pytest.fixture
def manage(client):
    """`manage("GET", said)`: with the token and at the address of that registration."""

    def call(method, said, document=None, *, token=None, uri=None):
        token = said["registration_access_token"] if token is None else token
        return client.open(
            uri or f"/register/{said['client_id']}",
            method=method,
            headers={"Authorization": f"Bearer {token}"} if token else {},
            data=None if document is None else json.dumps(document),
            content_type=None if document is None else "application/json",
        )

    return call


def current(said, **changes):
    """The document of an update: everything that was told, with changes (RFC 7592 §2.2)."""
    told = {"registration_access_token", "registration_client_uri", "client_id_issued_at"}
    told |= {"client_secret_expires_at"}
    kept = {member: value for member, value in said.items() if member not in told}
    return kept | changes


@spec("RFC 7592", "2.1")
@spec("RFC 7592", "3")
def test_reading_gives_the_current_metadata(register, manage):
    said = register(initiate_login_uri="https://app.example/start")

    response = manage("GET", said)

    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    secret = said.pop("client_secret")
    assert response.json == said
    assert secret not in response.text


@spec("RFC 7592", "2.2")
def test_updating_replaces_everything(register, manage):
    said = register(client_uri="https://app.example/", contacts=["ops@app.example"])

    changed = current(said, client_name="Pictures")
    del changed["contacts"]
    response = manage("PUT", said, changed)

    assert response.status_code == 200
    assert response.json["client_name"] == "Pictures"
    assert response.json["client_uri"] == "https://app.example/"
    assert "contacts" not in response.json
    assert response.json["registration_access_token"] == said["registration_access_token"]
    read = manage("GET", said).json
    assert read == response.json


@spec("RFC 7592", "2.2")
def test_the_secret_goes_on_working(register, manage, client, settings, approve):
    said = register()
    assert manage("PUT", said, current(said, client_name="Pictures")).status_code == 200
    rp = RelyingParty(client, settings.issuer, said["client_id"], said["client_secret"])

    assert rp.exchange(approve.code(rp)).status_code == 200


def test_who_begins_to_use_a_secret_is_given_one(register, manage):
    said = register(token_endpoint_auth_method="none")

    basic = current(said, token_endpoint_auth_method="client_secret_basic")

    assert len(manage("PUT", said, basic).json["client_secret"]) == 43


@spec("RFC 7592", "2.2")
@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "other"},
        {"client_id": None},
        {"client_secret": "wrong"},
        {"client_secret": 1},
        {"client_secret": "é"},
        {"client_secret": "\ud800"},
        {"grant_types": ["password"]},
        {"client_name": ""},
        {"contacts": 1},
    ],
    ids=str,
)
def test_an_update_is_judged_like_a_registration(register, manage, change):
    said = register()
    before = manage("GET", said).json

    refused(manage("PUT", said, current(said, **change)), 400, "invalid_client_metadata")

    assert manage("GET", said).json == before


def test_an_update_widens_nothing(register, manage, app):
    said = register(scope="openid")

    wishes = {
        "scope": "openid email",
        "trusted": True,
        "pkce_waived": True,
        "resource": "https://x",
    }
    response = manage("PUT", said, current(said, **wishes))

    assert response.json["scope"] == "openid"
    with app.app_context():
        client = registry.find(said["client_id"])
        assert not client.trusted
        assert not client.pkce_waived
        assert "resource" not in client.metadata


def test_what_an_administrator_gave_stays(register, manage, app):
    from sqlalchemy import update

    from idp import cache
    from idp.extensions import db

    said = register()
    given = {"trusted": True, "min_acr": "urn:idp:loa:2fa", "pkce_waived": True}
    with app.app_context(), transaction():
        db.session.execute(update(Client).values(**given, metadata_={"resource": "https://api.x"}))
        cache.changed(registry.CACHE_NAME)

    assert manage("PUT", said, current(said, client_name="Mine")).status_code == 200

    with app.app_context():
        client = registry.find(said["client_id"])
        assert (client.trusted, client.min_acr, client.pkce_waived) == tuple(given.values())
        assert client.metadata == {"resource": "https://api.x"}


@spec("RFC 7592", "2.3")
def test_deleting_forgets_the_client(register, manage, client, settings, approve):
    said = register()
    rp = RelyingParty(client, settings.issuer, said["client_id"], said["client_secret"])
    tokens = approve.tokens(rp)

    response = manage("DELETE", said)

    assert (response.status_code, response.data) == (204, b"")
    assert manage("GET", said).status_code == 401
    assert rp.refresh(tokens["refresh_token"]).status_code == 401
    assert rp.userinfo(tokens["access_token"]).status_code == 401


@spec("RFC 7592", "2")
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("token", ["", "x", "rat_" + "A" * 43, "é"])
def test_a_wrong_token_opens_nothing(register, manage, records, method, token):
    """A91."""
    said = register()

    response = manage(method, said, current(said), token=token)

    refused(response, 401, "invalid_token")
    assert response.headers["WWW-Authenticate"].startswith("Bearer ")
    assert manage("GET", said).status_code == 200
    assert len(records.events("registration_refused")) == 1


@spec("RFC 7592", "2")
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_token_opens_its_own_registration_only(register, manage, method):
    """A91, R77."""
    mine, other = register(), register()

    response = manage(method, other, current(other), token=mine["registration_access_token"])
    unknown = manage(method, mine, current(mine), uri="/register/unknown")

    refused(response, 401, "invalid_token")
    assert (unknown.status_code, unknown.json) == (401, response.json)
    assert manage("GET", other).status_code == 200


def test_other_secrets_of_ours_are_no_registration_tokens(
    register, manage, client, settings, approve
):
    said = register()
    rp = RelyingParty(client, settings.issuer, said["client_id"], said["client_secret"])
    tokens = approve.tokens(rp, scope="openid offline_access")

    for value in (said["client_secret"], *map(tokens.get, ("access_token", "refresh_token"))):
        refused(manage("GET", said, token=value), 401, "invalid_token")


def test_clients_of_administrators_have_no_such_door(a, manage):
    rp = a.client()

    for token in ("", "x", rp.client_secret):
        response = manage("GET", {"client_id": rp.client_id}, token=token)
        refused(response, 401, "invalid_token")


def test_a_disabled_client_manages_nothing(register, manage, app):
    said = register()
    with app.app_context(), transaction():
        registration.disable(said["client_id"])

    for method in ("GET", "PUT", "DELETE"):
        refused(manage(method, said, current(said)), 401, "invalid_token")


def test_guessing_is_slowed_down(register, manage):
    """R36. 256 bits would be enough; this keeps the log readable."""
    said = register()

    answers = [manage("GET", said, token="x").status_code for _ in range(31)]

    assert set(answers[:29]) == {401}
    assert answers[-1] == 429
    assert manage("GET", said).status_code == 200


def test_changes_are_on_record(register, manage, records):
    said = register()
    manage("PUT", said, current(said, client_name="Mine"))
    manage("DELETE", said)

    replaced, deleted = *records.events("client_replaced"), *records.events("client_deleted")
    assert replaced.details["changed"] == ["client_name"]
    assert replaced.actor == deleted.actor == f"client:{said['client_id']}"
