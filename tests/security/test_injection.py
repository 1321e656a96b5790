"""Whatever people and apps call themselves stays text: in pages, headers, logs and the database."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr

import pytest
from bs4 import BeautifulSoup

from idp import logs
from idp.extensions import db, transaction
from idp.models import Base, User
from tests.security.world import World
from tests.support.databases import EngineKind
from tests.support.factories import EMAIL, PASSWORD
from tests.support.relying_party import RelyingParty, answer

MARK = "zq7"
EVIL_NAMES = [
    f"<script>{MARK}()</script>",
    f'"><img src=x onerror={MARK}()>',
    f"'-{MARK}()-'",
    f"</title><svg/onload={MARK}()>",
    f"{{{{ {MARK}.config }}}}{{% {MARK} %}}",
    f"javascript:{MARK}()",
    f"&lt;script&gt;{MARK}",
]
PAYLOADS = [
    *EVIL_NAMES,
    f"' OR '1'='1' -- {MARK}",
    f"'; DROP TABLE users; -- {MARK}",
    f'" UNION SELECT secret FROM x -- {MARK}',  # noqa: S608
    f"%' AND 1=1 --{MARK}",
    f"{{{{7919*7919}}}}${{7919*7919}}<%=7919*7919%>#{{7919*7919}}{MARK}",
    f"../../../../etc/passwd{MARK}",
    f"..\\..\\{MARK}",
    f"$(id)`id`;id|{MARK}",
    f"*)(uid=*{MARK}",
    f"\u202e{MARK}\u2028",
]


@pytest.fixture(scope="module")
def world_engine() -> EngineKind:
    """The one that takes an injected statement as several."""
    return EngineKind.POSTGRESQL


@pytest.fixture(scope="module")
def rp(world: World) -> RelyingParty:
    world.a.user()
    return world.a.client(trusted=True, client_name="Plain")


def is_harmless(html: str) -> bool:
    """Nothing marked became a tag, an attribute that runs, an address or a comment."""
    soup = BeautifulSoup(html, "html.parser")
    for element in soup.select("*"):
        if element.name == "script" and (not element.get("src") or MARK in element.get_text()):
            return False
        for name, value in element.attrs.items():
            text = " ".join(value) if isinstance(value, list) else str(value)
            is_address = name in {"href", "src", "action", "formaction", "srcdoc"}
            if name.startswith("on") or (is_address and text.lower().startswith("javascript")):
                return False
    return str(7919 * 7919) not in html


@pytest.mark.parametrize("name", EVIL_NAMES)
def test_names_are_text_on_every_page_they_stand_on(world: World, name: str) -> None:
    """A68: of client and person, on sign-in, enrolment, consent, account and signed-out page."""
    number = EVIL_NAMES.index(name)
    email = f"evil{number}@example.com"
    world.a.user(email, name=name, nickname=name, address={"formatted": name})
    client = world.a.client(
        client_name=name,
        min_acr="urn:idp:loa:2fa",
        client_uri="https://app.example/",
        policy_uri="https://app.example/'%22",
    )
    browser = world.browser().open(client.authorization_url(scope="openid profile address email"))
    seen = [browser.response.get_data(as_text=True)]
    browser.submit(username=email, password=PASSWORD)
    secret = browser.find("[data-totp-secret]").get_text(strip=True).replace(" ", "")
    seen.append(browser.response.get_data(as_text=True))
    browser.submit(code=world_code(secret))
    browser.fill(saved="yes").press("Continue")
    assert browser.page == "consent"
    assert name in browser.soup.get_text()
    seen.append(browser.response.get_data(as_text=True))
    browser.press("Allow").open("/account/")
    seen.append(browser.response.get_data(as_text=True))
    browser.open(f"/logout?client_id={client.client_id}")
    seen.append(browser.response.get_data(as_text=True))
    seen.append(browser.press("Sign out").response.get_data(as_text=True))

    assert all(is_harmless(html) for html in seen)
    assert sum(MARK in html for html in seen) >= 3


def world_code(secret: str) -> str:
    from tests.support.factories import Phone

    return Phone(secret).code()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_parameters_are_text_where_they_come_back(world: World, rp, payload: str) -> None:
    """A68: hints, states, names typed, addresses that lead nowhere."""
    client = world.app.test_client()
    browser = world.browser().open(rp.authorization_url(login_hint=payload, state=payload))
    assert browser.find("input[name=username]")["value"] in {payload.strip(), ""}
    seen = [browser.response.get_data(as_text=True)]
    browser.submit(username=payload, password=payload)
    assert (browser.status, browser.page) == (422, "sign-in")
    seen.append(browser.response.get_data(as_text=True))
    for path, query in (
        ("/authorize", {"client_id": payload, "redirect_uri": payload}),
        ("/authorize", {"client_id": rp.client_id, "redirect_uri": payload}),
        ("/logout", {"client_id": payload, "state": payload, "post_logout_redirect_uri": payload}),
        ("/signed-out", {"x": payload}),
        (f"/{payload.replace('%', '')}", {}),
        ("/interaction/" + payload.replace("/", "").replace("%", ""), {}),
        ("/", {payload: payload}),
    ):
        response = client.get(path, query_string=query)
        assert response.status_code < 500
        seen.append(response.text)

    assert all(is_harmless(html) for html in seen)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_form_post_carries_the_state_and_nothing_else(world: World, rp, payload: str) -> None:
    """A68, A69: byte for byte, in a field."""
    asked = rp.authorization_url(state=payload, response_mode="form_post", prompt="none")

    html = world.app.test_client().get(asked).text

    form = BeautifulSoup(html, "html.parser").select_one("main form")
    assert form is not None
    assert form["action"] == rp.redirect_uri
    assert form.select_one("input[name=state]")["value"] == payload
    assert is_harmless(html)


@pytest.mark.parametrize("crlf", ["\r\n", "\n", "\r", "%0d%0a", "\u560d\u560a", "\x85", "\u2028"])
def test_a_line_break_makes_no_header(world: World, rp: RelyingParty, crlf: str) -> None:
    """A70: in the state that comes back, in addresses, in cookies."""
    evil = f"x{crlf}Set-Cookie: {MARK}=1{crlf}{crlf}<script>{MARK}()</script>"
    client = world.app.test_client()
    answers = [
        client.get(rp.authorization_url(state=evil, prompt="none")),
        client.get(rp.authorization_url(redirect_uri=rp.redirect_uri + evil)),
        client.get("/logout", query_string={"state": evil, "client_id": evil}),
        client.post("/logout", data=f"state={evil}".encode(), content_type="text/plain"),
        client.get("/set-password/" + evil.replace("/", "").replace("%", "")),
        client.get("/account/", headers={"Cookie": f"__Host-session={evil}".encode().hex()}),
    ]

    assert answer(answers[0].headers["Location"])["state"] == evil
    for response in answers:
        assert response.status_code < 500
        assert not any(MARK in name for name in dict(response.headers))
        cookies = response.headers.getlist("Set-Cookie")
        assert not any(cookie.startswith(MARK) for cookie in cookies)
        assert not any("\n" in value or "\r" in value for _, value in response.headers)


def test_an_event_is_one_line_of_the_log(world: World, rp: RelyingParty) -> None:
    """A106: nothing that is typed or sent looks like an event of ours."""
    settings = world.app.extensions["idp.settings"].model_copy(update={"log_level": "DEBUG"})
    forged = f'x\n{{"event": "{MARK}", "level": "info"}}\r\n\x1b[31m\u2028\u202e'
    log = io.StringIO()
    with redirect_stderr(log):
        logs.configure(settings)
        client = world.app.test_client()
        client.post("/authorize", data={"client_id": forged, "redirect_uri": forged})
        client.post(
            "/token", data={"grant_type": forged, "client_id": forged, "client_secret": "x"}
        )
        client.post("/revoke", data={"token": "x", "client_id": forged, "client_secret": "x"})
        client.get("/", headers={"User-Agent": forged.replace("\n", " ").replace("\r", " ")[:40]})
        browser = world.browser().open(rp.authorization_url())
        browser.submit(username=forged, password="x")
    logs.configure(world.app.extensions["idp.settings"])

    lines = log.getvalue().splitlines()
    events = [json.loads(line) for line in lines if line.startswith("{")]
    assert len(events) >= 6
    assert MARK not in {event["event"] for event in events}
    assert not any(character in log.getvalue() for character in "\x1b\u2028\u202e\r")


def rows(world: World) -> dict[str, int]:
    with world.app.app_context():
        return {
            table.name: len(db.session.execute(table.select()).all())
            for table in Base.metadata.sorted_tables
        }


@pytest.mark.parametrize("payload", [*PAYLOADS, "\x00", f"a\x00{MARK}"], ids=ascii)
def test_the_database_takes_it_as_text(world: World, rp: RelyingParty, payload: str) -> None:
    """A107: in every place that looks something up."""
    before = rows(world)["users"]
    client = world.app.test_client()
    good = rp.basic()
    answers = [
        rp.exchange(payload),
        rp.refresh(payload),
        rp.userinfo(payload.encode("ascii", "replace").decode().replace("\x00", "")),
        client.post("/introspect", data={"token": payload}, headers=good),
        client.post("/revoke", data={"token": payload, "token_type_hint": payload}, headers=good),
        client.post("/token", data={"grant_type": "refresh_token", "client_id": payload}),
    ]
    for response in answers:
        assert response.status_code in {200, 400, 401}
    browser = world.browser().open(rp.authorization_url())
    browser.submit(username=payload, password=payload)
    assert browser.status in {400, 422}
    browser = world.browser().open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)
    assert browser.left_for is not None
    assert rows(world)["users"] == before


@pytest.mark.parametrize("payload", EVIL_NAMES)
def test_an_attribute_comes_to_the_app_as_it_is(world: World, rp: RelyingParty, payload) -> None:
    """A107: stored and told as plain text."""
    email = f"attribute{EVIL_NAMES.index(payload)}@example.com"
    user = world.a.user(email, name=payload, nickname=payload)
    with world.app.app_context(), transaction():
        assert db.session.get_one(User, user.id).claims["nickname"] == payload

    tokens = world.approver(user).tokens(rp, scope="openid profile")
    response = rp.userinfo(tokens["access_token"])

    assert (response.json["name"], response.json["nickname"]) == (payload, payload)
    assert response.mimetype == "application/json"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
