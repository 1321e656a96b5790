"""Client authentication: one credential, by the registered method, one answer to every failure."""

import base64
from urllib.parse import quote_plus

import pytest

from idp.clients.metadata import Invalid
from tests.http.oauth.conftest import refused
from tests.support.spec_matrix import spec

FIELDS = {"grant_type": "client_credentials"}


def basic(text: str | bytes) -> dict[str, str]:
    raw = text.encode() if isinstance(text, str) else text
    return {"Authorization": "Basic " + base64.b64encode(raw).decode()}


@pytest.fixture
def machine(a):
    return a.client("machine")


@spec("RFC 6749", "2.3.1")
def test_basic_and_post_both_work_for_a_client_without_a_pinned_method(machine):
    secret = {"client_id": machine.client_id, "client_secret": machine.client_secret}

    assert machine.token(**FIELDS).status_code == 200
    assert machine.token({}, **FIELDS, **secret).status_code == 200


@spec("RFC 6749", "2.3.1")
def test_basic_halves_are_form_decoded(machine):
    identifier, secret = quote_plus(machine.client_id), machine.client_secret
    encoded = "".join(f"%{ord(character):02X}" for character in secret)

    assert machine.token(basic(f"{identifier}:{encoded}"), **FIELDS).status_code == 200


@spec("RFC 7617", "2")
def test_the_scheme_is_case_insensitive(machine):
    value = machine.basic()["Authorization"].replace("Basic", "bAsIc")

    assert machine.token({"Authorization": value}, **FIELDS).status_code == 200


@spec("RFC 6749", "2.3")
@pytest.mark.parametrize("pinned", ["client_secret_basic", "client_secret_post"])
def test_a_pinned_method_is_the_only_one(a, pinned):
    machine = a.client("machine", token_endpoint_auth_method=pinned)
    by_post = {"client_id": machine.client_id, "client_secret": machine.client_secret}
    answers = {
        "client_secret_basic": machine.token(**FIELDS),
        "client_secret_post": machine.token({}, **FIELDS, **by_post),
    }

    assert answers.pop(pinned).status_code == 200
    refused(answers.popitem()[1], 401, "invalid_client")


@spec("RFC 6749", "2.3")
def test_two_credentials_are_one_too_many(machine):
    response = machine.token(
        **FIELDS, client_id=machine.client_id, client_secret=machine.client_secret
    )

    refused(response, 400, "invalid_request")


@spec("RFC 6749", "2.3")
def test_a_client_id_beside_the_header_must_agree(machine, a):
    other = a.client("machine")

    assert machine.token(**FIELDS, client_id=machine.client_id).status_code == 200
    refused(machine.token(**FIELDS, client_id=other.client_id), 400, "invalid_request")


@spec("RFC 6749", "3.2.1")
def test_a_confidential_client_may_not_come_without_its_secret(machine):
    refused(machine.token({}, **FIELDS, client_id=machine.client_id), 401, "invalid_client")


@spec("RFC 6749", "2.3.1")
def test_a_header_without_a_secret_names_a_public_client_and_proves_nobody(machine, spa, approve):
    """As the libraries of Go and Postman begin."""
    code = approve.code(spa)

    assert spa.exchange(code, headers=basic(f"{spa.client_id}:")).status_code == 200
    refused(machine.token(basic(f"{machine.client_id}:"), **FIELDS), 401, "invalid_client")


@spec("RFC 6749", "2.3.1")
def test_a_secret_in_the_query_is_no_credential(machine):
    query = f"client_id={machine.client_id}&client_secret={machine.client_secret}"

    response = machine.client.post(f"/token?{query}", data=FIELDS)

    refused(response, 401, "invalid_client")


@spec("RFC 6749", "5.2")
def test_a_failure_names_the_scheme_and_not_its_cause(machine):
    unknown = machine.token(basic("nobody:secret"), **FIELDS)
    wrong = machine.token(basic(f"{machine.client_id}:secret"), **FIELDS)

    assert unknown.json == wrong.json
    for response in (unknown, wrong):
        assert response.headers["WWW-Authenticate"].startswith("Basic realm=")


MALFORMED_HEADERS = [
    "Basic",
    "Basic ",
    "Basic %%%",
    "Basic Zm9v",  # no colon
    "Basic Og==",  # only a colon
    "Bearer abc",
    "Digest username=x",
    "",
    "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode(),
    "Basic " + base64.b64encode("é:é".encode()).decode(),
    "Basic " + base64.b64encode(b"a\x00b:c").decode(),
    "Basic " + base64.b64encode(b"%FF%00:%FF").decode(),
    "Basic " + "A" * 5_000,
    "Basic Zm9v\u00e9",
]


@spec("RFC 6749", "5.2")
def test_a_malformed_header_is_an_unknown_client(machine):
    """A87."""
    for header in MALFORMED_HEADERS:
        refused(machine.token({"Authorization": header}, **FIELDS), 401, "invalid_client")


MALFORMED_BODIES = [
    "client_id=%FF&client_secret=%FF",
    "client_id=%00&client_secret=x",
    "client_id=&client_secret=x",
    "client_id=nobody",
    "client_id=%C3%A9&client_secret=%C3%A9",
    "client_id=" + "a" * 5_000 + "&client_secret=b",
    "",
]


def post(rp, body):
    form = "application/x-www-form-urlencoded"
    return rp.client.post("/token", data=f"grant_type=client_credentials&{body}", content_type=form)


@spec("RFC 6749", "5.2")
def test_malformed_credentials_in_the_body_are_an_unknown_client(machine):
    for body in MALFORMED_BODIES:
        refused(post(machine, body), 401, "invalid_client")


@spec("RFC 6749", "5.2")
def test_a_malformed_secret_is_a_wrong_one(machine):
    for secret in ("%FF", "%00", "%C3%A9", "wrong", "a" * 5_000):
        body = f"client_id={machine.client_id}&client_secret={secret}"
        refused(post(machine, body), 401, "invalid_client")


def test_a_disabled_client_is_an_unknown_one(machine, app):
    from idp.clients import register
    from idp.extensions import transaction

    with app.app_context(), transaction():
        assert not isinstance(register.disable(machine.client_id), Invalid)

    refused(machine.token(**FIELDS), 401, "invalid_client")


def test_a_failure_leaves_an_audit_row_without_the_secret(machine, records):
    machine.token(basic(f"{machine.client_id}:tiger"), **FIELDS)

    refusal = records.events("token_request_refused")[0]

    assert refusal.client_id == machine.client_id
    assert refusal.details == {"error": "invalid_client", "reason": "wrong secret"}


def test_many_failures_are_answered_with_a_wait(machine, records):
    """R36."""
    answers = [machine.token(basic(f"{machine.client_id}:x"), **FIELDS) for _ in range(31)]

    assert [answer.status_code for answer in answers] == [401] * 30 + [429]
    refused(answers[-1], 429, "invalid_client")
    assert "too often" in answers[-1].json["error_description"]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert len(records.events("token_request_refused")) == 30
    assert machine.token(**FIELDS).status_code == 200
