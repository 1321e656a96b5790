"""Anything, anywhere: no input is a 5xx, leads away, or gets an answer of another kind or size.

`FUZZ_EXAMPLES=20000 make security T=fuzz` tries more than the suite has time for (T7).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idp.accounts import password_link
from idp.extensions import db, transaction
from idp.models import User
from idp.web import access
from idp.web.access import Door
from tests.security.world import World
from tests.support.browser import Browser
from tests.support.databases import EngineKind
from tests.support.factories import EMAIL, PASSWORD
from tests.support.relying_party import RelyingParty

FORM = "application/x-www-form-urlencoded"
LARGEST = 64 * 1024
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "250"))
FUZZ = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
NO_ENDPOINT = {301, 308, 405}
"""Of the router, which knows no endpoint whose kind of answer it could give."""
JSON_ENDPOINTS = {
    "token_endpoint",
    "userinfo_endpoint",
    "introspection_endpoint",
    "revocation_endpoint",
    "registration_endpoint",
    "device_authorization_endpoint",
    "pushed_authorization_request_endpoint",
}


@pytest.fixture(scope="module")
def world_engine() -> EngineKind:
    """The stricter of the two: it refuses NUL and lone surrogates."""
    return EngineKind.POSTGRESQL


@dataclass
class Target:
    """The provider as its discovery document and its routes describe it."""

    world: World
    rp: RelyingParty
    endpoints: dict[str, str]
    values: list[str]
    standing: dict[str, Browser] = field(default_factory=dict)

    def check(self, response: Any, *, is_json: bool) -> None:
        """What holds for every answer."""
        assert response.status_code < 500
        assert len(response.data) <= LARGEST
        assert b"Traceback" not in response.data
        location = response.headers.get("Location")
        if location is not None:
            assert self.is_expected(location), location
        if is_json and response.data and response.status_code not in NO_ENDPOINT:
            assert response.mimetype == "application/json", response.data[:200]
            json.loads(response.data)
        assert not any("\n" in value or "\r" in value for _name, value in response.headers)

    def is_expected(self, location: str) -> bool:
        """A page of ours, or an address that the client has registered."""
        if location.startswith("/"):
            return not location.startswith(("//", "/\\"))
        is_ours = urlsplit(location).netloc == urlsplit(self.rp.issuer).netloc
        return is_ours or location.startswith(f"{self.rp.redirect_uri}?")


@pytest.fixture(scope="module")
def target(world: World) -> Target:
    rp, user = world.a.client(), world.a.user()
    approver = world.approver(user)
    tokens = approver.tokens(rp, scope="openid offline_access")
    document = world.app.test_client().get("/.well-known/openid-configuration").json
    endpoints = {
        name: urlsplit(url).path
        for name, url in document.items()
        if name.endswith(("_endpoint", "jwks_uri"))
    }
    values = [
        *(tokens["access_token"], tokens["refresh_token"], tokens["id_token"]),
        *(approver.code(rp), rp.client_id, str(rp.client_secret), rp.redirect_uri),
    ]
    return Target(world, rp, endpoints, values)


NAMES = (
    *("client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "prompt"),
    *("code_challenge", "code_challenge_method", "max_age", "claims", "acr_values", "login_hint"),
    *("id_token_hint", "response_mode", "resource", "request", "request_uri", "registration"),
    *("ui_locales", "claims_locales", "display", "grant_type", "code", "code_verifier"),
    *("refresh_token", "client_secret", "access_token", "token", "token_type_hint", "device_code"),
    *("user_code", "client_assertion", "client_assertion_type", "post_logout_redirect_uri"),
    *("logout_hint", "username", "password", "assertion", "dpop_jkt", "audience", "iss"),
)
TEXTS = st.one_of(
    st.text(max_size=40),
    st.binary(max_size=20).map(lambda raw: raw.decode("latin-1")),
    st.sampled_from(["", " ", "\x00", "a\x00b", "\r\nSet-Cookie: a=b", '"', "\\", "'", "<x>"]),
    st.sampled_from(["none", "login", "none login", "create", "openid", "S256", "plain", "code"]),
    st.sampled_from(["authorization_code", "refresh_token", "client_credentials", "password"]),
    st.sampled_from(["urn:ietf:params:oauth:grant-type:device_code", "form_post", "fragment"]),
    st.sampled_from(["urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "code id_token"]),
    st.sampled_from(["-1", "9" * 400, "1e5", "0x1", "\u0661", "[" * 500, "{" * 500, "true"]),
    st.sampled_from(['{"id_token":{"acr":1}}', '{"a":NaN}', '{"a":1e999}', '{"a":"\\ud800"}']),
    st.sampled_from(["e30.e30.e30", "e30.e30.", "..", ".....", "eyJhbGciOiJub25lIn0.e30."]),
    st.sampled_from(["https://evil.example/", "//evil.example", "javascript:alert(1)", "a" * 5000]),
    st.sampled_from(["' OR 1=1 --", "{{7*7}}", "${7*7}", "../../etc/passwd", "%00", "%", "\ufffd"]),
)
RAW = st.binary(max_size=60) | st.sampled_from(
    [b"&" * 300, b"a=b&" * 300, b"%", b"\xff=\xff", b"="]
)
METHODS = st.sampled_from(["GET", "POST", "POST", "POST", "OPTIONS", "PUT", "DELETE", "HEAD"])
TYPES = st.sampled_from([FORM, FORM, FORM, f"{FORM}; charset=utf-7", "application/json", "", "x"])


def header_value(text: str) -> str:
    """As a server would let it through: one line of bytes."""
    return (
        "".join(character for character in text if character not in "\r\n\0")
        .encode("utf-8", "replace")
        .decode("latin-1")
    )


@FUZZ
@given(data=st.data())
def test_the_protocol_endpoints(target: Target, data: st.DataObject) -> None:
    """R89, A107, T7: all that discovery names, with all parameters."""
    member = data.draw(st.sampled_from(sorted(target.endpoints)))
    value = TEXTS | st.sampled_from(target.values)
    start = data.draw(st.sampled_from([{}, target.rp.parameters(), {"token": "x"}]))
    fields = data.draw(st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=8), value))
    encoded = urlencode(start | fields, errors="surrogatepass").encode()
    body = data.draw(st.just(encoded) | st.just(encoded) | RAW)
    method, content_type = data.draw(METHODS), data.draw(TYPES)
    headers = data.draw(st.sampled_from([{}, target.rp.basic()]))
    if method in {"GET", "HEAD", "OPTIONS"}:
        sent: dict[str, Any] = {"query_string": body.decode("latin-1")[:7_000]}
    else:
        sent = {"data": body, "content_type": content_type}

    response = target.world.app.test_client().open(
        target.endpoints[member], method=method, headers=headers, **sent
    )

    is_json = member in JSON_ENDPOINTS and method not in {"OPTIONS", "HEAD"}
    target.check(response, is_json=is_json)


HEADERS = st.sampled_from(
    [
        *("Authorization", "Cookie", "Accept", "Accept-Language", "Origin", "Referer", "DPoP"),
        *("User-Agent", "X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "If-None-Match"),
        *("Sec-Fetch-Site", "Access-Control-Request-Method", "Range", "X-HTTP-Method-Override"),
    ]
)
COOKIE = st.builds(
    "{}={}".format, st.sampled_from(["__Host-session", "__Host-browser", "x"]), TEXTS
)
CREDENTIAL = st.builds(
    "{} {}".format, st.sampled_from(["Basic", "Bearer", "bearer", "DPoP"]), TEXTS
)


@FUZZ
@given(
    member=st.integers(0, 99),
    given_headers=st.dictionaries(HEADERS, TEXTS | COOKIE | CREDENTIAL, max_size=4),
)
def test_the_headers(target: Target, member: int, given_headers: dict[str, str]) -> None:
    """A25, R89."""
    paths = [*target.endpoints.values(), "/", "/account/", "/signed-out", "/set-password", "/x"]
    path = paths[member % len(paths)]
    headers = {name: header_value(value) for name, value in given_headers.items()}

    client = target.world.app.test_client(use_cookies=False)
    for response in (client.get(path, headers=headers), client.post(path, headers=headers)):
        target.check(response, is_json=False)


DOCUMENT = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
MEMBERS = st.sampled_from(
    [
        *(
            "redirect_uris",
            "client_name",
            "client_name#fr",
            "grant_types",
            "response_types",
            "jwks",
        ),
        *("scope", "contacts", "logo_uri", "client_uri", "jwks_uri", "token_endpoint_auth_method"),
        *(
            "application_type",
            "subject_type",
            "default_max_age",
            "default_acr_values",
            "software_id",
        ),
        *("id_token_signed_response_alg", "post_logout_redirect_uris", "request_uris", "tos_uri"),
        *("backchannel_logout_uri", "initiate_login_uri", "require_auth_time", "sector_identifier"),
    ]
)


@FUZZ
@given(changes=st.dictionaries(MEMBERS | TEXTS, DOCUMENT, max_size=5))
def test_the_registration_document(target: Target, changes: dict[str, Any]) -> None:
    """A91, A108, R89."""
    document = {"redirect_uris": ["https://fuzz.example/cb"]} | changes

    response = target.world.app.test_client().post("/register", json=document)

    target.check(response, is_json=True)
    assert response.status_code in {201, 400, 413}, response.data


# --- the forms of the pages ----------------------------------------------------------------------


def at_sign_in(target: Target) -> Browser:
    return target.world.browser().open(target.rp.authorization_url())


def at_second_factor(target: Target) -> Browser:
    return at_sign_in(target).submit(username="two@example.com", password=PASSWORD)


def at_enrolment(target: Target) -> Browser:
    rp = target.world.a.client(min_acr="urn:idp:loa:2fa", client_name="Bank")
    browser = target.world.browser().open(rp.authorization_url())
    return browser.submit(username=EMAIL, password=PASSWORD)


def at_consent(target: Target) -> Browser:
    return at_sign_in(target).submit(username=EMAIL, password=PASSWORD)


def at_account(target: Target) -> Browser:
    browser = target.world.browser().open("/account/")
    return browser.submit(username="account@example.com", password=PASSWORD)


def at_set_password(target: Target) -> Browser:
    with target.world.app.app_context(), transaction():
        user = db.session.query(User).filter(User.name == "Linked").one()
        link = password_link.issue(user)
    return target.world.browser().open(f"/set-password/{link}")


PAGES: dict[str, tuple[Callable[[Target], Browser], Door]] = {
    "sign-in": (at_sign_in, Door.INTERACTION),
    "second-factor": (at_second_factor, Door.INTERACTION),
    "enrol-totp": (at_enrolment, Door.INTERACTION),
    "consent": (at_consent, Door.INTERACTION),
    "account": (at_account, Door.SIGNED_IN),
    "set-password": (at_set_password, Door.PUBLIC),
}
FIELDS = st.sampled_from(
    [
        *("username", "password", "code", "decision", "saved", "scope", "name", "theme", "choice"),
        *("return_to", "client_id", "redirect_uri", "state", "current_password", "user_code"),
        *("credential_id", "post_logout_redirect_uri", "sub", "user_id", "interaction_id"),
    ]
)


@pytest.fixture(scope="module")
def people(target: Target) -> Target:
    target.world.a.phone(target.world.a.user("two@example.com"))
    target.world.a.user("account@example.com")
    target.world.a.user("linked@example.com", name="Linked")
    return target


def form_paths(target: Target, door: Door, browser: Browser) -> list[str]:
    """Every address behind this door that takes a form, from the routes."""
    views, known = target.world.app.view_functions, {"credential_id": "0" * 26}
    if door is Door.INTERACTION:
        known["interaction_id"] = browser.url.split("/")[-2]
    found = []
    for rule in target.world.app.url_map.iter_rules():
        marker = access.of(views[rule.endpoint])
        if marker is None or marker.door is not door or "POST" not in (rule.methods or ()):
            continue
        if rule.arguments <= set(known) and rule.rule not in LEAVING:
            path = rule.rule
            for name, value in known.items():
                path = path.replace(f"<{name}>", value)
            found.append(path)
    return sorted(found)


LEAVING = {
    "/account/sign-out",
    "/account/sign-out/all",
    "/account/recovery-codes",
    "/account/recovery-codes/download",
    "/account/recovery-codes/new",
    "/interaction/<interaction_id>/cancel",
}
"""They look at hardly a field, and end what the others are about, or leave codes to be saved."""


@pytest.mark.parametrize("page", PAGES)
@settings(FUZZ, max_examples=max(EXAMPLES // 6, 30))
@given(data=st.data())
def test_the_forms_of_the_pages(people: Target, page: str, data: st.DataObject) -> None:
    """R89, A26, A40, A107: with a good form token, so that the fields are what is judged."""
    begin, door = PAGES[page]
    browser = people.standing.get(page)
    if browser is None or browser.reload().page != page:
        browser = people.standing[page] = begin(people)
        assert browser.page == page
    standing_at = browser.url
    path = data.draw(st.sampled_from(form_paths(people, door, browser)))
    fields = data.draw(st.dictionaries(FIELDS | st.text(max_size=8), TEXTS, max_size=5))
    token = str(browser.find("form:not(.theme-switch) input[name=csrf_token]")["value"])
    body = urlencode(fields | {"csrf_token": token}, errors="surrogatepass")

    response = browser.client.post(path, data=body, content_type=FORM, base_url=browser.issuer)

    people.check(response, is_json=False)
    browser.url = standing_at
