"""Every kind of value that we hand out, given wherever another kind is expected."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from idp.clients import initial_access
from tests.http.oauth.conftest import refused
from tests.security.purse import DEVICE_GRANT, Purse, bearer, purse, world_settings
from tests.support.factories import EMAIL, PASSWORD
from tests.support.relying_party import RelyingParty, answer

__all__ = ["purse", "world_settings"]


@pytest.fixture(autouse=True)
def nothing_is_consumed(purse: Purse) -> Iterator[None]:
    """Whatever a test did, each value still does what it is for."""
    yield
    rp, values = purse.rp, purse.values
    assert rp.userinfo(values["access token"]).status_code == 200
    assert rp.refresh(values["refresh token"]).status_code == 200
    assert rp.exchange(values["code"]).status_code == 200
    waiting_device = rp.token(grant_type=DEVICE_GRANT, device_code=values["device code"])
    assert waiting_device.json["error"] in {"authorization_pending", "slow_down"}
    values["code"] = purse.world.code(rp, purse.browser)
    assert purse.browser.open("/account/").page == "account"
    assert purse.waiting.reload().page == "sign-in"
    purse.browser.open(f"/set-password/{values['set-password link']}")
    assert purse.browser.page == "set-password"
    token, path = bearer(values["registration token"]), f"/register/{purse.registered}"
    assert purse.stranger().get(path, headers=token).status_code == 200
    with purse.world.app.app_context():
        assert initial_access.find(values["initial access token"]) is not None


Give = Callable[[Purse, str], Any]


def post(path: str, name: str) -> Give:
    """As a field beside good client credentials."""
    return lambda purse, value: purse.stranger().post(
        path, data={name: value}, headers=purse.rp.basic()
    )


TOKEN_ENDPOINT: dict[str, tuple[Give, tuple[str, ...], int, str]] = {
    "code": (lambda p, v: p.rp.exchange(v), ("code", "spent code"), 400, "invalid_grant"),
    "code_verifier": (
        lambda p, v: p.rp.exchange(p.values["code"], code_verifier=v),
        (),
        400,
        "invalid_grant",
    ),
    "refresh_token": (lambda p, v: p.rp.refresh(v), ("refresh token",), 400, "invalid_grant"),
    "device_code": (
        lambda p, v: p.rp.token(grant_type=DEVICE_GRANT, device_code=v),
        ("device code",),
        400,
        "invalid_grant",
    ),
    "client_secret by header": (
        lambda p, v: RelyingParty(p.stranger(), p.rp.issuer, p.rp.client_id, v).refresh(
            p.values["refresh token"]
        ),
        ("client secret",),
        401,
        "invalid_client",
    ),
    "client_secret by field": (
        lambda p, v: p.rp.token(
            {},
            grant_type="authorization_code",
            code=p.values["code"],
            client_id=p.rp.client_id,
            client_secret=v,
        ),
        ("client secret",),
        401,
        "invalid_client",
    ),
    "client_id": (
        lambda p, v: p.rp.token(
            {},
            grant_type="authorization_code",
            code=p.values["code"],
            client_id=v,
            client_secret=p.rp.client_secret,
        ),
        ("client id",),
        401,
        "invalid_client",
    ),
}


@pytest.mark.parametrize("place", TOKEN_ENDPOINT)
def test_no_other_value_is_good_at_the_token_endpoint(purse: Purse, place: str) -> None:
    """A79."""
    give, own, status, error = TOKEN_ENDPOINT[place]
    for kind, value in purse.others(*own):
        response = give(purse, value)
        assert (kind, response.status_code) == (kind, status)
        refused(response, status, error)


@pytest.mark.parametrize("way", ["header", "field"])
def test_no_other_value_is_an_access_token(purse: Purse, way: str) -> None:
    """A79, A86: not even our own for another purpose."""
    for kind, value in purse.others("access token"):
        given: dict[str, Any] = (
            {"headers": bearer(value)} if way == "header" else {"data": {"access_token": value}}
        )
        response = purse.stranger().post("/userinfo", **given)
        has_no_user = kind == "client's own token"
        status, error = (403, "insufficient_scope") if has_no_user else (401, "invalid_token")
        assert (kind, response.status_code) == (kind, status)
        assert response.json["error"] == error


def test_no_other_value_is_told_about(purse: Purse) -> None:
    """A79, A86."""
    for kind, value in purse.others("access token", "refresh token"):
        response = post("/introspect", "token")(purse, value)
        assert (kind, response.status_code, response.json) == (kind, 200, {"active": False})


def test_no_other_value_is_revoked(purse: Purse) -> None:
    """A79: the answer tells nothing (RFC 7009 §2.2), and nothing ends."""
    for kind, value in purse.others("access token", "refresh token"):
        assert post("/revoke", "token")(purse, value).status_code == 200, kind


@pytest.mark.parametrize("path", ["/introspect", "/revoke"])
def test_no_other_value_authenticates_a_client(purse: Purse, path: str) -> None:
    """A79."""
    data = {"token": purse.values["refresh token"], "client_id": purse.rp.client_id}
    for _kind, value in purse.others("client secret"):
        response = purse.stranger().post(path, data=data | {"client_secret": value})
        refused(response, 401, "invalid_client")


@pytest.mark.parametrize(
    ("parameter", "own", "error"),
    [
        ("id_token_hint", ("id token",), {"invalid_request"}),
        ("request", (), {"invalid_request_object", "request_not_supported"}),
        ("request_uri", (), {"invalid_request_uri", "request_uri_not_supported"}),
    ],
)
def test_no_other_value_says_anything_in_a_request(
    purse: Purse, parameter: str, own: tuple[str, ...], error: set[str]
) -> None:
    """A79."""
    for kind, value in purse.others(*own):
        response = purse.stranger().get(
            purse.rp.authorization_url(**{parameter: value, "prompt": "none"})
        )
        location = response.headers.get("Location", "")
        assert location.startswith(f"{purse.rp.redirect_uri}?"), (kind, response.status_code)
        assert answer(location)["error"] in error, kind


def test_no_other_value_signs_anybody_out(purse: Purse) -> None:
    """A79, A94: nobody is asked less or sent anywhere."""
    for kind, value in purse.others("id token"):
        purse.browser.open("/logout?" + f"id_token_hint={value}")
        assert (kind, purse.browser.page) == (kind, "sign-out")
        assert purse.browser.left_for is None


def test_no_other_value_is_a_session(purse: Purse) -> None:
    """A79."""
    for kind, value in purse.others("session cookie"):
        client = purse.world.app.test_client(use_cookies=False)
        response = client.get("/account/", headers={"Cookie": f"__Host-session={value}"})
        assert (kind, response.status_code) == (kind, 303)
        assert "/interaction/" in response.headers["Location"]


def test_no_other_value_opens_a_waiting_request(purse: Purse) -> None:
    """A66, A79: neither as the cookie nor as the address."""
    interaction = purse.values["interaction"]
    client = purse.world.app.test_client(use_cookies=False)
    for kind, value in purse.others("browser cookie"):
        response = client.get(
            f"/interaction/{interaction}/sign-in", headers={"Cookie": f"__Host-browser={value}"}
        )
        assert (kind, response.status_code) == (kind, 404)
    for kind, value in purse.others("interaction"):
        purse.waiting.open(f"/interaction/{value}/sign-in")
        assert (kind, purse.waiting.status) == (kind, 404)
    purse.waiting.open(f"/interaction/{interaction}/sign-in")


def test_no_other_value_is_a_user_code(purse: Purse) -> None:
    """A79, A100: not the device's own code either."""
    for kind, value in purse.others("user code"):
        browser = purse.world.browser().open("/device").submit(user_code=value)
        assert (kind, browser.status, browser.page) == (kind, 422, "device")


def test_no_other_value_is_a_form_token(purse: Purse) -> None:
    """A61, A79: also one of another page."""
    url = f"/interaction/{purse.values['interaction']}/sign-in"
    for kind, value in purse.others():
        data = {"username": EMAIL, "password": PASSWORD, "csrf_token": value}
        assert purse.waiting.client.post(url, data=data).status_code == 403, kind
    purse.waiting.open(url)


def test_no_other_value_is_a_link(purse: Purse) -> None:
    """A79."""
    for kind, value in purse.others("set-password link"):
        browser = purse.world.browser().open(f"/set-password/{value}")
        assert (kind, browser.status) == (kind, 410)


def test_no_other_value_reads_or_ends_a_registration(purse: Purse) -> None:
    """A79, A91."""
    path = f"/register/{purse.registered}"
    for kind, value in purse.others("registration token"):
        for method in ("GET", "PUT", "DELETE"):
            response = purse.stranger().open(
                path, method=method, headers=bearer(value), data=json.dumps({})
            )
            assert (kind, response.status_code) == (kind, 401)


def test_no_other_value_registers_a_client(purse: Purse) -> None:
    """A79, A91."""
    document = {"client_name": "Other", "redirect_uris": ["https://other.example/cb"]}
    for kind, value in purse.others("initial access token"):
        response = purse.stranger().post("/register", json=document, headers=bearer(value))
        assert (kind, response.status_code) == (kind, 401)


def test_no_other_value_is_a_password_or_a_code(purse: Purse) -> None:
    """A79: what we hand out to apps proves no person."""
    for kind, value in purse.others():
        purse.waiting.submit(username=EMAIL, password=value)
        assert purse.waiting.page in {"sign-in", "error"}, kind
        purse.waiting.open(f"/interaction/{purse.values['interaction']}/sign-in")


def test_a_value_of_another_provider_is_none(purse: Purse) -> None:
    """A79: shaped like ours, and never issued."""
    values = purse.values
    assert purse.rp.exchange(values["code"][:-1] + "_").json["error"] == "invalid_grant"
    head, payload, _signature = values["access token"].split(".")
    assert purse.rp.userinfo(f"{head}.{payload}.{'A' * 86}").status_code == 401
    assert purse.rp.refresh(values["refresh token"] + "A").json["error"] == "invalid_grant"
    assert purse.rp.refresh(values["refresh token"].lower()).json["error"] == "invalid_grant"
