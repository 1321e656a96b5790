"""Whatever a stranger sends to the registration endpoints, the answer is JSON and never a 5xx; what
is accepted can be read, sent again and deleted.
"""

import json

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as fuzz
from hypothesis import strategies as st

from idp.clients.document import CHECKED, KEPT, NOT_OFFERED, OURS

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=20)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=5,
)
MEMBER = st.sampled_from(
    [*CHECKED, *OURS, *KEPT, *NOT_OFFERED, "client_id", "client_secret", "resource", "resources"]
) | st.sampled_from(["client_name#fr", "logo_uri#xx", "client_name#", "#", "software_statement"])
URI = st.sampled_from(
    [
        "https://app.example/cb",
        "https://other.example/cb?x=1",
        "http://localhost:1/cb",
        "http://127.0.0.1/cb",
        "com.example.app:/cb",
        "https://app.example/cb#x",
        "javascript:alert(1)",
        "https://[",
    ]
)
SENSIBLE = st.fixed_dictionaries(
    {"redirect_uris": st.lists(URI, min_size=1, max_size=2)},
    optional={
        "client_name": st.text(min_size=1, max_size=70),
        "application_type": st.sampled_from(["web", "native"]),
        "token_endpoint_auth_method": st.sampled_from(
            ["client_secret_basic", "client_secret_post", "none", "private_key_jwt"]
        ),
        "grant_types": st.lists(
            st.sampled_from(["authorization_code", "refresh_token", "client_credentials"]),
            unique=True,
        ),
        "subject_type": st.sampled_from(["public", "pairwise"]),
        "id_token_signed_response_alg": st.sampled_from(["RS256", "PS256", "EdDSA", "none"]),
        "scope": st.sampled_from(["openid", "openid email", "email", "x", "", "openid  email"]),
        "default_max_age": st.integers(-1, 2**32),
        "contacts": st.lists(st.sampled_from(["a@b.c", "x", "@"]), max_size=2),
        "jwks_uri": URI,
        "sector_identifier_uri": URI,
        "frontchannel_logout_uri": URI,
    },
)
DOCUMENTS = SENSIBLE | st.builds(
    dict.__or__, SENSIBLE, st.dictionaries(MEMBER, JSON, min_size=1, max_size=3)
)
MANY = fuzz(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def overrides():
    return {"dynamic_registration": "open", "throttling": "off"}


@pytest.fixture
def send(client):
    """The status and body of an answer that is JSON whatever happened."""

    def call(method, path, body, token=None):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        response = client.open(
            path, method=method, data=body, headers=headers, content_type="application/json"
        )
        assert response.status_code < 500, response.text
        if response.status_code == 204:
            return 204, {}
        assert isinstance(response.json, dict)
        return response.status_code, response.json

    return call


@MANY
@given(document=DOCUMENTS)
def test_a_document_is_registered_or_refused(send, document):
    status, said = send("POST", "/register", json.dumps(document))

    if status == 400:
        assert said["error"] in {"invalid_redirect_uri", "invalid_client_metadata"}
        assert said["error_description"].isascii()
        return
    assert status == 201
    assert not said.keys() & {"trusted", "pkce_waived", "min_acr", "resource"}
    path, token = f"/register/{said['client_id']}", said["registration_access_token"]
    told = {member: value for member, value in said.items() if member != "client_secret"}
    assert send("GET", path, None, token) == (200, told)
    assert send("PUT", path, json.dumps(said), token) == (200, told)
    assert send("DELETE", path, None, token)[0] == 204


@MANY
@given(body=st.binary(max_size=60) | ANY_TEXT.map(json.dumps).map(str.encode))
def test_any_bytes_are_answered(send, body):
    assert send("POST", "/register", body)[0] in {201, 400}


@MANY
@given(document=DOCUMENTS)
def test_an_update_is_taken_whole_or_not_at_all(send, document):
    first = json.dumps({"client_name": "First", "redirect_uris": ["https://app.example/cb"]})
    _, said = send("POST", "/register", first)
    path, token = f"/register/{said['client_id']}", said["registration_access_token"]
    before = send("GET", path, None, token)

    changed = json.dumps(document | {"client_id": said["client_id"]})
    status, _ = send("PUT", path, changed, token)

    assert status in {200, 400}
    if status == 400:
        assert send("GET", path, None, token) == before


@MANY
@given(token=st.text(st.characters(max_codepoint=255, exclude_categories=["Cc"]), max_size=80))
def test_no_made_up_token_opens_anything(client, token):
    response = client.get("/register/some", headers={"Authorization": f"Bearer {token}"})

    assert response.status_code == 401
