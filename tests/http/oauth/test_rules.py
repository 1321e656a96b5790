"""The order of judgement, what is shown instead of redirected, sizes; no input is a 5xx."""

from dataclasses import fields
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idp.oauth import rules
from idp.oauth.request import AuthorizationRequest
from tests.http.oauth.conftest import error_of
from tests.support.databases import EngineKind
from tests.support.relying_party import answer
from tests.support.spec_matrix import spec

FORM = "application/x-www-form-urlencoded"


def is_shown(response):
    return response.status_code == 400 and "Location" not in response.headers


def test_every_field_of_a_request_has_a_judge():
    judged = [field for field, _ in rules.AUTHORIZATION_REQUEST if field]

    trusted = {"client", "redirect_uri", "state", "is_trial", "pushed_as"}
    assert {field.name for field in fields(AuthorizationRequest)} == trusted | set(judged)
    assert len(judged) == len(set(judged))


@spec("RFC 6749", "4.1.2.1")
def test_an_unknown_client_is_shown(rp, records):
    for client_id in ("nobody", "", None, "\u00e9", "a" * 1_000, rp.client_id.upper()):
        assert is_shown(rp.client.get(rp.authorization_url(client_id=client_id)))
    assert len(records.events("authorization_refused")) == 6


@spec("RFC 6749", "3.1")
def test_a_repeated_parameter_is_refused(rp):
    """A56."""
    for name, value in rp.parameters(prompt="none", max_age="5", unknown="x").items():
        response = rp.client.get(rp.authorization_url(prompt="none") + f"&{name}=&{name}={value}")

        if name in {"client_id", "redirect_uri", "state"}:
            assert is_shown(response), name
        else:
            assert answer(response.headers["Location"])["error"] == "invalid_request", name


@spec("RFC 6749", "3.1")
def test_a_post_is_read_from_its_body_only(rp):
    url = rp.authorization_url(prompt="none")
    query = url.partition("?")[2]

    assert is_shown(rp.client.post(url))
    assert rp.client.post("/authorize", data=query, content_type=FORM).status_code == 303


@spec("RFC 6749", "3.1.1")
def test_unknown_parameters_are_ignored(rp):
    assert error_of(rp, foo="bar", code="x", client_secret="y") == "login_required"


@spec("RFC 6749", "3.1.1")
def test_a_response_type_is_needed_and_must_be_code(rp):
    assert error_of(rp, response_type=None) == "invalid_request"
    for unsupported in ("token", "id_token", "code id_token", "CODE", '"', "\\", "é"):
        assert error_of(rp, response_type=unsupported) == "unsupported_response_type"


@spec("RFC 6749", "4.1.2.1")
def test_state_comes_back_exactly_and_none_is_invented(rp):
    """A69."""
    for state in ("x" * 2048, "a+b %20&\"'<>\\é", "\r\nSet-Cookie: a=b", "-._~0aZ" * 54):
        response = rp.client.get(rp.authorization_url(prompt="none", state=state))
        assert answer(response.headers["Location"])["state"] == state
    response = rp.client.get(rp.authorization_url(prompt="none", state=None))
    assert "state" not in answer(response.headers["Location"])


@spec("RFC 6749", "4.1.2.1")
def test_a_state_that_cannot_come_back_is_shown(rp):
    assert is_shown(rp.client.get(rp.authorization_url(state="x" * 2049)))
    assert is_shown(rp.client.get(rp.authorization_url(state="é" * 1025)))


def test_nul_and_bytes_that_are_no_text_are_refused(rp):
    """R92."""
    good = urlencode(rp.parameters())
    for bad in ("%00", "a%00b", "%FF", "%ED%A0%80", "%C3"):
        for body in (f"{good}&x={bad}", f"{good}&{bad}=x"):
            assert is_shown(rp.client.post("/authorize", data=body, content_type=FORM)), bad
            assert is_shown(rp.client.get(f"/authorize?{body}")), bad


def test_too_many_parameters_are_refused(rp, records):
    assert is_shown(rp.client.get("/authorize?" + "&" * 500))
    assert is_shown(rp.client.post("/authorize", data="a=b&" * 500, content_type=FORM))
    assert len(records.events("authorization_refused")) == 2


def test_a_body_beyond_the_limit_is_refused(rp):
    for path in ("/authorize", "/token", "/userinfo"):
        response = rp.client.post(path, data="a=" + "x" * 70_000, content_type=FORM)
        assert response.status_code == 413, path


@spec("RFC 6749", "3.2")
def test_a_body_that_is_no_form_holds_nothing(rp):
    for content_type in ("application/json", "multipart/form-data; boundary=x", "text/plain", None):
        response = rp.client.post(
            "/token", data="grant_type=client_credentials", content_type=content_type
        )
        assert response.status_code == 400
        assert response.json["error"] == "invalid_request"
        assert "application/x-www-form-urlencoded" in response.json["error_description"]


def test_a_refusal_leaves_an_audit_row_and_nothing_else(rp, records):
    error_of(rp, code_challenge=None)

    refusal = records.events("authorization_refused")[0]

    assert refusal.client_id == rp.client_id
    assert refusal.details["error"] == "invalid_request"


NAMES = (
    *("response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge"),
    *("code_challenge_method", "prompt", "max_age", "claims", "acr_values", "login_hint"),
    *("id_token_hint", "response_mode", "resource", "request", "ui_locales", "display"),
    *("grant_type", "code", "code_verifier", "refresh_token", "client_secret", "access_token"),
)
VALUES = st.one_of(
    st.text(max_size=40),
    st.binary(max_size=20).map(lambda raw: raw.decode("latin-1")),
    st.sampled_from(["", "none", "login", "\x00", "\ud800".encode("utf-8", "replace").decode()]),
    st.sampled_from(["-1", "9" * 99, "1e5", "[" * 500, '{"id_token":{"acr":1}}', '{"a":NaN}']),
    st.sampled_from(["authorization_code", "refresh_token", "client_credentials", "form_post"]),
    st.sampled_from(["e30.e30.e30", "a" * 5_000, '"', "\\", "\r\n", "%", "+", "&", "="]),
)
CHANGES = st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=8), VALUES, max_size=6)
FUZZ = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class TestFuzz:
    """No input gives a 5xx, and none a redirect to an address that is not registered."""

    @pytest.fixture(params=[EngineKind.POSTGRESQL])
    def engine_kind(self, request):
        """The stricter of the two: it refuses NUL and lone surrogates."""
        return request.param

    @FUZZ
    @given(changes=CHANGES)
    def test_the_authorization_endpoint(self, rp, changes):
        data = urlencode(rp.parameters() | changes, errors="replace")

        for response in (
            rp.client.get(f"/authorize?{data}"),
            rp.client.post("/authorize", data=data, content_type=FORM),
        ):
            assert response.status_code < 500
            location = response.headers.get("Location", "")
            assert location.startswith((f"{rp.redirect_uri}?", "/interaction/")) or not location
            assert "\n" not in location

    @FUZZ
    @given(changes=CHANGES)
    def test_the_token_endpoint(self, rp, changes):
        body = urlencode({"grant_type": "refresh_token", "refresh_token": "x"} | changes)

        response = rp.client.post("/token", data=body, headers=rp.basic(), content_type=FORM)

        assert response.status_code in {400, 401, 429}
        assert response.json["error_description"].isascii()

    @FUZZ
    @given(header=VALUES, body=CHANGES)
    def test_userinfo(self, rp, header, body):
        headers = {"Authorization": header.encode("utf-8", "replace").decode("latin-1")}
        if "\r" in header or "\n" in header:
            headers = {}

        response = rp.client.post(
            "/userinfo", data=urlencode(body), headers=headers, content_type=FORM
        )

        assert response.status_code in {400, 401}
