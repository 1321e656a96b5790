"""A new developer's broken apps: what the wire says, which is little, and what the app's owner
reads under the reference, which names the fix. One table holds the whole list.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from config import TraceSettings
from idp import clock as the_clock
from idp import opaque
from idp.accounts import app_people
from idp.clients import register, registry
from idp.extensions import transaction
from idp.models import Standing
from idp.oauth.errors import DESCRIPTIONS
from idp.oauth.rfc7523_client_assertion import TYPE
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.relying_party import REDIRECT_URI, RelyingParty, answer
from tests.support.signer import signer

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

BOB = "bob@example.com"
KEY = signer(kid="ES256")
PHONE_HOME = "http://localhost:5000/callback"


@pytest.fixture
def overrides() -> dict[str, Any]:
    """Without limits, which a table of failures would reach."""
    return {"throttling": "off", "traces": TraceSettings()}


@dataclass
class Workshop:
    """Apps of Bob's, who has no role, and a user of theirs who is signed in."""

    a: Factory
    user: Browser
    owner: Browser
    clock: Any
    apps: dict[str, RelyingParty] = field(default_factory=dict)

    def app(self, template: str = "web", **metadata: Any) -> RelyingParty:
        key = f"{template} {metadata}"
        if key not in self.apps:
            made = self.a.client(template, **{"client_name": "Photos", "trusted": True} | metadata)
            with self.a.app.app_context(), transaction():
                client = registry.read(made.client_id)
                assert client is not None
                app_people.add(client, BOB, Standing.OWNER, reason="made it")
            self.apps[key] = made
        return self.apps[key]

    def code(self, rp: RelyingParty, **parameters: Any) -> str:
        self.user.open(rp.authorization_url(**parameters))
        return answer(self.user.left_for)["code"]

    def asks(self, rp: RelyingParty, **parameters: Any) -> Browser:
        return self.user.open(rp.authorization_url(**parameters))

    def sends(self, rp: RelyingParty, path: str, fields: dict[str, str], **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return rp.client.post(path, data=fields, headers=named, base_url=rp.issuer)


def exchange(rp: RelyingParty, secret: str | None, code: str = "x") -> TestResponse:
    known, rp.client_secret = rp.client_secret, secret
    try:
        return rp.exchange(code)
    finally:
        rp.client_secret = known


def assertion(w: Workshop, **changes: Any) -> TestResponse:
    rp = w.app("machine", token_endpoint_auth_method="private_key_jwt", jwks={"keys": [KEY.jwk]})
    now = int(the_clock.now().timestamp())
    claims = {
        "iss": rp.client_id, "sub": rp.client_id, "aud": rp.issuer, "jti": opaque.make(),
        "iat": now, "exp": now + 60,
    }  # fmt: skip
    token = KEY.sign(claims | changes)
    fields = {"grant_type": "client_credentials", "client_assertion_type": TYPE}
    return w.sends(rp, "/token", fields | {"client_assertion": token})


def late(w: Workshop) -> TestResponse:
    rp = w.app()
    code = w.code(rp)
    w.clock.advance(seconds=72)
    return rp.exchange(code)


def twice(w: Workshop) -> TestResponse:
    rp = w.app()
    code = w.code(rp)
    rp.exchange(code)
    return rp.exchange(code)


def rotated(w: Workshop) -> TestResponse:
    rp = w.app(client_name="Rotated")
    with w.a.app.app_context(), transaction():
        register.rotate_secret(rp.client_id, timedelta(0))
    return rp.exchange("x")


def disabled(w: Workshop) -> TestResponse:
    rp = w.app(client_name="Disabled")
    with w.a.app.app_context(), transaction():
        register.disable(rp.client_id)
    return rp.exchange("x")


def misspelt(w: Workshop) -> TestResponse:
    rp = w.app()
    basic = rp.basic()["Authorization"]
    return w.sends(rp, "/token", {"grant_type": "authorization_code"}, Authorisation=basic)


def as_plain_basic(w: Workshop) -> TestResponse:
    rp = w.app()
    raw = f"{rp.client_id}:{rp.client_secret}"
    fields = {"grant_type": "authorization_code", "client_id": rp.client_id}
    return w.sends(rp, "/token", fields, Authorization=f"Basic {raw}")


def pinned(w: Workshop) -> TestResponse:
    return w.app(token_endpoint_auth_method="client_secret_post").exchange("x")


def as_json(w: Workshop) -> TestResponse:
    rp = w.app()
    body = {"grant_type": "authorization_code", "code": "x"}
    return rp.client.post("/token", json=body, headers=rp.basic(), base_url=rp.issuer)


def by_another_name(w: Workshop) -> TestResponse:
    rp = w.app()
    fields = {"grant_type": "authorization_code", "client_id": rp.client_id}
    return rp.client.post("/token", data=fields, base_url="http://127.0.0.1:8000")


def old_access_token(w: Workshop) -> TestResponse:
    rp = w.app()
    token = rp.exchange(w.code(rp)).json["access_token"]
    w.clock.advance(minutes=11)
    return rp.userinfo(token)


def another_issuers_token(w: Workshop) -> TestResponse:
    rp = w.app()
    now = int(the_clock.now().timestamp())
    token = KEY.sign({"iss": f"{rp.issuer}/", "client_id": rp.client_id, "exp": now + 60})
    return rp.userinfo(token)


def id_token(w: Workshop) -> TestResponse:
    rp = w.app()
    return rp.userinfo(rp.exchange(w.code(rp)).json["id_token"])


def two_apps(w: Workshop) -> TestResponse:
    return w.app(client_name="Other").exchange(w.code(w.app()))


def unexpected_verifier(w: Workshop) -> TestResponse:
    rp = w.app(client_name="Old", pkce_waived=True)
    return rp.exchange(w.code(rp, code_challenge=None, code_challenge_method=None))


def slipped_into(uri: str, **metadata: Any) -> Callable[[Workshop], Browser]:
    return lambda w: w.asks(w.app(**metadata), redirect_uri=uri)


CLIENT, GRANT = (401, "invalid_client"), (400, "invalid_grant")
PAGE, REQUEST = (400, "invalid_request"), (400, "invalid_request")
LOCAL = {"redirect_uris": [PHONE_HOME]}
HASH = hashlib.sha256(b"secret").hexdigest()

BROKEN: dict[str, tuple[Callable[[Workshop], Any], tuple[int, str], tuple[str, ...]]] = {
    # --- addresses
    "a slash too many": (
        slipped_into(f"{REDIRECT_URI}/"), PAGE, ("slash at its end", "remove or add the slash"),
    ),
    "http behind a proxy": (
        slipped_into(REDIRECT_URI.replace("https", "http")), PAGE, ("X-Forwarded-Proto",),
    ),
    "another port": (
        slipped_into("https://app.example:8443/callback"), PAGE, ("another port", "public one"),
    ),
    "capital letters": (
        slipped_into("https://app.example/Callback"), PAGE, ("capital letters", "same letters"),
    ),
    "encoded twice": (
        slipped_into("https%3A%2F%2Fapp.example%2Fcallback"), PAGE, ("encoded", "parameter once"),
    ),
    "localhost for 127.0.0.1": (
        slipped_into(PHONE_HOME.replace("localhost", "127.0.0.1"), **LOCAL),
        PAGE, ("different names", "register the other one"),
    ),
    "a query of its own": (
        slipped_into(f"{REDIRECT_URI}?tenant=7"), PAGE, ("question mark", "in state"),
    ),
    "another path": (slipped_into("https://app.example/cb"), PAGE, ("Register exactly",)),
    "another address at the exchange": (
        lambda w: w.app().exchange(w.code(w.app()), redirect_uri=f"{REDIRECT_URI}/"),
        GRANT, ("not the one of the authorization request", "same redirect_uri in both"),
    ),
    "wrong issuer": (
        by_another_name, (400, "invalid_request"), ("another address than the", "127.0.0.1"),
    ),
    "a method that is not POST": (
        lambda w: w.app().client.get("/token", headers=w.app().basic(), base_url=w.app().issuer),
        (405, "invalid_request"), ("POST only", "redirect on the way"),
    ),
    # --- secrets
    "a hash pasted": (
        lambda w: exchange(w.app(), HASH), CLIENT, ("looks like a hash", "secret itself"),
    ),
    "a line break": (
        lambda w: exchange(w.app(), f"{w.app().client_secret}\n"), CLIENT, ("white space",),
    ),
    "the id as secret": (
        lambda w: exchange(w.app(), w.app().client_id), CLIENT, ("settings are mixed up",),
    ),
    "another secret": (lambda w: exchange(w.app(), "nonsense"), CLIENT, ("Copy the secret again",)),
    "no secret": (lambda w: exchange(w.app(), None), CLIENT, ("empty environment variable",)),
    "a secret that was rotated": (rotated, CLIENT, ("has ended", "Configure the new secret")),
    "wrong method": (pinned, CLIENT, ("client_secret_post", "authentication method")),
    "a misspelt header": (misspelt, CLIENT, ("authorisation", "Name the header Authorization")),
    "Basic without base64": (as_plain_basic, CLIENT, ("not base64", "without line breaks")),
    "a secret of an app without": (
        lambda w: exchange(w.app("spa"), "s"), CLIENT, ("cannot keep any", "Remove the"),
    ),
    "disabled": (disabled, CLIENT, ("disabled by an administrator", "Ask the administrator")),
    # --- assertions
    "a clock that is fast": (
        lambda w: assertion(w, iat=int(the_clock.now().timestamp()) + 300),
        CLIENT, ("in the future", "300 s ahead of our clock", "NTP"),
    ),
    "a clock that is slow": (
        lambda w: assertion(w, exp=int(the_clock.now().timestamp()) - 90),
        CLIENT, ("has expired by our clock", "90 s behind our clock", "NTP"),
    ),
    "an assertion for another audience": (
        lambda w: assertion(w, aud="https://idp.example/"), CLIENT, ("no slash at the end",),
    ),
    # --- codes
    "expired code": (late, GRANT, ("72 seconds", "exchanged once, at once")),
    "a code used twice": (twice, GRANT, ("exchanged at", "handled twice")),
    "a code of another app": (two_apps, GRANT, ("another application", "that asked for it")),
    "a code of nobody": (lambda w: w.app().exchange("made-up"), GRANT, ("another provider",)),
    "a verifier that differs": (
        lambda w: w.app().exchange(w.code(w.app()), code_verifier="w" * 43),
        GRANT, ("does not belong", "one verifier per sign-in"),
    ),
    "a verifier that is lost": (
        lambda w: w.app().exchange(w.code(w.app()), code_verifier=None),
        GRANT, ("no code_verifier came", "SameSite"),
    ),
    "a verifier without a challenge": (
        unexpected_verifier, GRANT, ("no code_challenge", "S256"),
    ),
    # --- PKCE, grants, scopes
    "missing PKCE": (
        lambda w: w.asks(w.app(), code_challenge=None, code_challenge_method=None),
        (303, "invalid_request"), ("must use PKCE", "Switch PKCE on"),
    ),
    "plain PKCE": (
        lambda w: w.asks(w.app(), code_challenge_method="plain"),
        (303, "invalid_request"), ("not by S256", "code_challenge_method=S256"),
    ),
    "a grant that is not registered": (
        lambda w: w.app().token(grant_type="client_credentials"),
        (400, "unauthorized_client"), ("not registered for this grant_type", "grant added"),
    ),
    "a grant that nobody offers": (
        lambda w: w.app().token(grant_type="password", username="ann", password="hers"),
        (400, "unsupported_grant_type"), ("Passwords are never taken", "authorization_code"),
    ),
    "JSON for a form": (as_json, REQUEST, ("application/x-www-form-urlencoded",)),
    "a scope that is not registered": (
        lambda w: w.asks(w.app(), scope="reports:read"),
        (303, "invalid_scope"), ("No requested scope is allowed", "have more registered"),
    ),
    # --- access tokens
    "an access token that is old": (
        old_access_token, (401, "invalid_token"), ("has expired", "refresh token"),
    ),
    "an ID token at UserInfo": (id_token, (401, "invalid_token"), ("Send the access_token",)),
    "a token of another issuer": (
        another_issuers_token, (401, "invalid_token"), ("somebody else", "byte for byte"),
    ),
}  # fmt: skip


@pytest.fixture
def workshop(a: Factory, browser: Browser, clock: Any) -> Workshop:
    a.user()
    phone = a.phone(a.user(BOB, name="Bob"))
    owner = Browser(a.app.test_client(), browser.issuer)
    owner.open("/account/").submit(username=BOB, password=PASSWORD).submit(code=phone.code())
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD)
    assert (owner.page, browser.page) == ("account", "account")
    return Workshop(a, browser, owner, clock)


def said_on_the_wire(came: Any) -> tuple[tuple[int, str], str]:
    """Status and error, and the reference under which they are explained."""
    if isinstance(came, Browser):
        if came.left_for is not None:
            return (303, answer(came.left_for)["error"]), ""
        reference = came.find("[data-reference]").get_text(strip=True)
        return (came.status, came.find("[data-error]").get_text(strip=True)), reference
    body = came.json
    if body["error"] in {"invalid_client", "unsupported_grant_type"}:
        assert body["error_description"] == DESCRIPTIONS[body["error"]]
    assert body.keys() <= {"error", "error_description"}
    return (came.status_code, body["error"]), came.headers["X-Request-Reference"]


def missing(workshop: Workshop) -> Iterator[str]:
    for name, (breaks, wire, words) in BROKEN.items():
        said, reference = said_on_the_wire(breaks(workshop))
        if said != wire:
            yield f"{name}: the wire says {said}"
        page = workshop.owner
        if reference:
            page.open(f"/admin/requests?reference={reference}")
        else:
            newest = max(workshop.apps.values(), key=lambda rp: rp is workshop.app())
            page.open(f"/admin/clients/{newest.client_id}/requests")
        shown = page.find(".traces > li").get_text() if page.all(".traces > li") else page.text
        told = " ".join(shown.split())
        for word in (*words, "What to do"):
            if word not in told:
                yield f"{name}: {word!r} is not in {told[:700]}"


def test_each_is_explained_to_its_owner_in_words_that_name_the_fix(workshop: Workshop) -> None:
    wrong = list(missing(workshop))
    assert not wrong, "\n".join(wrong)


def test_a_contact_of_another_app_reads_none_of_it(a: Factory, workshop: Workshop) -> None:
    foreign = a.client(client_name="Not Bob's")
    workshop.app()
    failed = exchange(foreign, HASH)

    reference = failed.headers["X-Request-Reference"]
    workshop.owner.open(f"/admin/requests?reference={reference}")

    assert (workshop.owner.status, workshop.owner.all(".traces > li")) == (200, [])


def test_a_misspelt_issuer_is_told_to_who_asks_for_its_discovery(a: Factory, client: Any) -> None:
    phone = a.administrator(email="root@example.com")
    root = Browser(a.app.test_client(), "https://idp.example")
    root.open("/admin/").submit(username="root@example.com", password=PASSWORD)
    root.submit(code=phone.code())
    for path in (
        "/realms/x/.well-known/openid-configuration",
        "/.well-known/openid-configuration/",
    ):
        lost = client.get(path, base_url="https://idp.example")
        assert lost.status_code == 404

        root.open(f"/admin/requests?reference={lost.headers['X-Request-Reference']}")

        assert "Configure the issuer exactly as the discovery document has it" in root.text, path


def test_nothing_that_came_as_a_secret_is_on_any_page(workshop: Workshop) -> None:
    rp = workshop.app()
    code = workshop.code(rp)
    tokens = rp.exchange(code).json
    basic = base64.b64encode(f"{rp.client_id}:{rp.client_secret}".encode()).decode()
    rp.exchange(code)
    misspelt(workshop)
    rp.userinfo(tokens["access_token"] + "x")
    rp.client.get(
        f"/logout?id_token_hint={tokens['id_token']}&post_logout_redirect_uri=https://x.example/"
        f"&client_id={rp.client_id}&logout_hint={EMAIL}",
        base_url=rp.issuer,
    )

    page = workshop.owner.open(f"/admin/clients/{rp.client_id}/requests").response.text

    assert "post_logout_redirect_uri is not registered" in workshop.owner.text
    for secret in (
        code,
        tokens["access_token"],
        tokens["id_token"],
        rp.client_secret,
        basic,
        EMAIL,
    ):
        assert secret not in page
