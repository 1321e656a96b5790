"""Every kind of value that we hand out, given wherever another kind is expected."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from idp.accounts import password_link
from idp.clients import initial_access
from idp.extensions import db, transaction
from idp.models import User
from tests.http.oauth.conftest import refused
from tests.security.world import World
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD
from tests.support.relying_party import RelyingParty, answer, claims

HOST = "idp.example"
SCOPE = "openid offline_access"


@dataclass
class Purse:
    """One good value of each kind, and everything it takes to use one."""

    world: World
    rp: RelyingParty
    browser: Browser
    waiting: Browser
    values: dict[str, str]
    registered: str

    def others(self, *kinds: str) -> Iterator[tuple[str, str]]:
        """Everything that is not of these kinds."""
        yield from (pair for pair in self.values.items() if pair[0] not in kinds)
        yield from {"nothing": "x", "nul": "\\0", "blank": " "}.items()

    def stranger(self) -> Any:
        return self.world.app.test_client()


def bearer(value: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {value}"}


def cookie(browser: Browser, name: str) -> str:
    found = browser.client.get_cookie(name, HOST)
    assert found is not None
    return str(found.value)


@pytest.fixture(scope="module")
def world_settings() -> dict[str, Any]:
    """Whoever registers a client needs a token for it."""
    return {"dynamic_registration": "token"}


@pytest.fixture(scope="module")
def purse(world: World) -> Purse:
    user, rp = world.a.user(), world.a.client(trusted=True)
    browser = world.signed_in(rp, scope=SCOPE)
    first = answer(browser.left_for)["code"]
    tokens = rp.exchange(first).get_json()
    browser.open("/account/")
    form_token = str(browser.find("input[name=csrf_token]")["value"])
    waiting = world.browser().open(rp.authorization_url())
    machine = world.a.client("machine")
    with world.app.app_context(), transaction():
        link = password_link.issue(db.session.get_one(User, user.id))
        end = world.clock.now() + timedelta(days=1)
        initial = initial_access.issue("test", {}, uses=5, expires_at=end)
    said = world.app.test_client().post(
        "/register",
        json={"client_name": "Opaque", "redirect_uris": ["https://opaque.example/cb"]},
        headers=bearer(initial),
    )
    facts = claims(tokens["access_token"])
    values = {
        "code": world.code(rp, browser),
        "spent code": first,
        "refresh token": tokens["refresh_token"],
        "access token": tokens["access_token"],
        "id token": tokens["id_token"],
        "client's own token": machine.token(grant_type="client_credentials").json["access_token"],
        "session cookie": cookie(browser, "__Host-session"),
        "browser cookie": cookie(waiting, "__Host-browser"),
        "interaction": waiting.url.split("/")[-2],
        "form token": form_token,
        "client secret": str(rp.client_secret),
        "client id": rp.client_id,
        "set-password link": link,
        "initial access token": initial,
        "registration token": said.json["registration_access_token"],
        **{name: facts[name] for name in ("jti", "fam", "sid", "sub")},
    }
    return Purse(world, rp, browser, waiting, values, said.json["client_id"])


@pytest.fixture(autouse=True)
def nothing_is_consumed(purse: Purse) -> Iterator[None]:
    """Whatever a test did, each value still does what it is for."""
    yield
    rp, values = purse.rp, purse.values
    assert rp.userinfo(values["access token"]).status_code == 200
    assert rp.refresh(values["refresh token"]).status_code == 200
    assert rp.exchange(values["code"]).status_code == 200
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
