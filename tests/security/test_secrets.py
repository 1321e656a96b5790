"""Secrets are planted, used in every flow at DEBUG, and looked for where they must not be.

A105, T10: logs, metrics, pages of errors, audit rows. T9 in part: a dump of the database.
"""

from __future__ import annotations

import base64
import io
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from sqlalchemy import make_url

from config import TraceSettings
from idp import traces
from idp.accounts import password_link
from idp.authentication import totp
from idp.extensions import db, settings, transaction
from idp.models import User
from idp.signing import keystore
from tests.security.world import standing
from tests.support import run
from tests.support.browser import Browser
from tests.support.databases import EngineKind
from tests.support.factories import Phone
from tests.support.relying_party import answer

PASSWORD = "canary Kx7wQ2 sings in the mine"
NEW_PASSWORD = "another canary Zr4tB9 is quiet"
HOST = "idp.example"


class Canaries(dict[str, str]):
    """The planted values by kind."""

    def found_in(self, text: str) -> set[str]:
        """The kinds whose value stands there, plainly or as something would encode it."""
        return {kind for kind, value in self.items() if any(way in text for way in ways(value))}


def ways(value: str) -> set[str]:
    raw = value.encode()
    return {
        value,
        quote(value, safe=""),
        quote_plus(value),
        base64.b64encode(raw).decode().rstrip("="),
        base64.urlsafe_b64encode(raw).decode().rstrip("="),
        raw.hex(),
    }


def cookie(browser: Browser, name: str) -> str:
    found = browser.client.get_cookie(name, HOST)
    assert found is not None
    return str(found.value)


class Walk:
    """One person and one app through everything there is, right and wrong."""

    def __init__(self, world) -> None:
        self.world = world
        self.canaries = Canaries()
        self.pages: list[str] = []

    def go(self) -> None:
        self.choose_a_password()
        browser = self.sign_in()
        self.use_tokens(browser)
        self.step_up_with_a_recovery_code()
        self.trust_a_browser()
        self.fail_everywhere()
        self.sign_out(browser)
        with self.world.app.app_context():
            for alg in ("RS256", "ES256"):
                key = keystore.active(alg).key.as_dict(private=True)
                self.canaries[f"private key {alg}"] = key["d"]

    def choose_a_password(self) -> None:
        world, canaries = self.world, self.canaries
        self.user = world.a.user("canary@example.com")
        with world.app.app_context(), transaction():
            canaries["link"] = password_link.issue(db.session.get_one(User, self.user.id))
        browser = world.browser().open(f"/set-password/{canaries['link']}")
        browser.submit(password=PASSWORD)
        assert browser.status == 200
        canaries["password"] = PASSWORD

    def sign_in(self) -> Browser:
        world, canaries = self.world, self.canaries
        self.rp = world.a.client(min_acr="urn:idp:loa:2fa")
        canaries["client secret"] = str(self.rp.client_secret)
        browser = world.browser().open(self.rp.authorization_url(scope="openid offline_access"))
        canaries["browser id"] = cookie(browser, "__Host-browser")
        canaries["interaction"] = browser.url.split("/")[-2]
        browser.submit(username="canary@example.com", password=PASSWORD)
        secret = browser.find("[data-totp-secret]").get_text(strip=True)
        self.phone = Phone(secret.replace(" ", ""))
        canaries["totp secret"] = self.phone.secret
        canaries["totp secret, raw"] = base64.b32decode(self.phone.secret).hex()
        browser.submit(code=self.phone.code())
        codes = [one.get_text(strip=True) for one in browser.all("[data-recovery-code]")]
        canaries["recovery code"] = codes[0]
        canaries["recovery code, bare"] = codes[0].replace("-", "")
        canaries["recovery code, unused"] = codes[1]
        browser.fill(saved="yes").press("Continue").press("Allow")
        canaries["session"] = cookie(browser, "__Host-session")
        canaries["code"] = answer(browser.left_for)["code"]
        return browser

    def use_tokens(self, browser: Browser) -> None:
        rp, canaries = self.rp, self.canaries
        tokens = rp.exchange(canaries["code"]).get_json()
        for kind in ("access_token", "refresh_token", "id_token"):
            canaries[kind] = tokens[kind]
        canaries["access token's signature"] = tokens["access_token"].rpartition(".")[2]
        assert rp.userinfo(tokens["access_token"]).status_code == 200
        assert rp.refresh(tokens["refresh_token"]).status_code == 200
        for kind in ("access_token", "refresh_token"):
            rp.client.post("/introspect", data={"token": tokens[kind]}, headers=rp.basic())
        canaries["verifier"] = rp.verifier
        spa = self.world.a.client("spa", trusted=True, client_name="Page")
        code = self.world.code(spa, browser)
        canaries["rotated refresh token"] = spa.exchange(code).json["refresh_token"]
        said = spa.refresh(canaries["rotated refresh token"]).json
        canaries["next refresh token"] = said["refresh_token"]

    def step_up_with_a_recovery_code(self) -> None:
        browser = self.world.browser().open(self.rp.authorization_url())
        browser.submit(username="canary@example.com", password=PASSWORD)
        browser.follow("Use a recovery code").submit(code=self.canaries["recovery code"])
        canary = self.canaries
        canary["second session"] = cookie(browser, "__Host-session")

    def trust_a_browser(self) -> None:
        rp = self.world.a.client(trusted=True, client_name="Diary")
        browser = self.world.browser().open(rp.authorization_url())
        browser.submit(username="canary@example.com", password=PASSWORD)
        browser.submit(code=self.phone.code(1), trust_device="yes")
        self.canaries["device"] = cookie(browser, "__Host-device")
        self.canaries["trust"] = cookie(browser, "__Host-trusted").partition(".")[2]
        assert len(self.canaries["trust"]) == 43
        browser.client.delete_cookie("__Host-session", domain=HOST)
        browser.open(rp.authorization_url())
        browser.submit(username="canary@example.com", password=PASSWORD)
        assert browser.left_for is not None
        self.canaries["next trust"] = cookie(browser, "__Host-trusted").partition(".")[2]

    def fail_everywhere(self) -> None:
        """Each secret where it is refused, so that whatever complains might repeat it."""
        rp, canaries, world = self.rp, self.canaries, self.world
        for value in list(canaries.values()):
            browser = world.browser().open(rp.authorization_url())
            browser.submit(username="canary@example.com", password=value + "x")
            self.pages.append(browser.response.get_data(as_text=True))
            answers = [
                rp.exchange(value),
                rp.refresh(value),
                rp.userinfo(value),
                rp.token({}, grant_type="client_credentials", client_secret=value),
                rp.client.post("/authorize", data={"client_id": mistaken(value), "code": value}),
                rp.client.post("/register", data=value, headers={"Authorization": value}),
            ]
            self.pages += [answer.text for answer in answers]
            # Only for the log: what stands in an address, the browser knows.
            rp.client.get("/authorize?client_id=" + quote(mistaken(value), safe=""))
            escaped = quote(value, safe="")
            for path in ("/set-password/", "/nothing/", "/logout?state="):
                rp.client.get(path + escaped)
        browser = world.browser().open(rp.authorization_url())
        browser.submit(username="canary@example.com", password=PASSWORD)
        world.clock.advance(seconds=30)
        self.canaries["wrong one-time code"] = "913572"
        browser.submit(code="913572")
        self.pages.append(browser.response.get_data(as_text=True))
        self.meet_a_bug(browser)

    def meet_a_bug(self, browser: Browser) -> None:
        """Its traceback is the worst that a log can be told about."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(totp, "verify", broken)
            browser.submit(code=self.phone.code())
        assert browser.status == 500
        self.pages.append(browser.response.get_data(as_text=True))

    def sign_out(self, browser: Browser) -> None:
        browser.open(f"/logout?id_token_hint={self.canaries['id_token']}")
        self.pages.append(browser.response.get_data(as_text=True))
        metrics = self.world.app.test_client().get("/metrics")
        assert metrics.status_code == 200
        self.pages.append(metrics.text)


def mistaken(value: str) -> str:
    """What somebody sends as `client_id` who mixes up two lines of an `.env` file. What a person
    types, and nothing else would send there, cannot be told from the name of an app.
    """
    return value if len(value) >= 40 else "some-app"


def broken(*_arguments: object, **_named: object) -> None:
    password, secret = PASSWORD, NEW_PASSWORD
    raise RuntimeError(f"{len(password)} {len(secret)}")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Walk, str]]:
    """The walk, and everything that was logged on the way."""
    log, root = io.StringIO(), logging.getLogger()
    handler, before = logging.StreamHandler(log), root.level
    with redirect_stderr(log), redirect_stdout(log):
        folder = tmp_path_factory.mktemp("canaries")
        with standing(
            EngineKind.SQLITE, folder, log_level="DEBUG", traces=TraceSettings(enabled=True)
        ) as world:
            root.addHandler(handler)
            root.setLevel(logging.DEBUG)
            try:
                walk = Walk(world)
                walk.go()
            finally:
                root.removeHandler(handler)
                root.setLevel(before)
            yield walk, log.getvalue()


def test_no_secret_is_logged(told: tuple[Walk, str]) -> None:
    """A105, T10: at DEBUG, also in the traceback of a bug."""
    walk, log = told

    assert len(walk.canaries) >= 20
    assert "unexpected error" in log
    assert "password_rejected" in log
    assert walk.canaries.found_in(log) == set()


def test_no_secret_stands_on_a_page_of_errors_or_in_the_metrics(told: tuple[Walk, str]) -> None:
    """A105, T10. The name that was typed comes back, what was typed as a secret does not."""
    walk, _log = told
    shown = {"interaction"}  # the address of the page itself

    for page in walk.pages:
        assert walk.canaries.found_in(page) <= shown, page[:500]


def test_no_secret_is_in_the_audit(told: tuple[Walk, str]) -> None:
    """A105, R95."""
    walk, _log = told

    audit = "\n".join(line for line in dump(walk).splitlines() if "audit_events" in line)

    assert "password_rejected" in audit
    assert walk.canaries.found_in(audit) == set()


def test_no_secret_is_in_a_trace_of_a_request(told: tuple[Walk, str]) -> None:
    """T10: traces show what apps sent; of what is secret, that it was there."""
    walk, _log = told
    with walk.world.app.app_context():
        traces.flush()

    shown = "\n".join(line for line in dump(walk).splitlines() if '"request_traces"' in line)

    assert "characters)" in shown
    assert walk.canaries.found_in(shown) == set()


def test_a_dump_of_the_database_holds_no_secret(told: tuple[Walk, str]) -> None:
    """T9, R40, R98: neither in a row nor in what SQLite leaves in its pages."""
    walk, _log = told
    walk.canaries.pop("interaction")  # a name of a row, useless without the browser's cookie

    assert walk.canaries.found_in(dump(walk)) == set()
    for file in database(walk).parent.glob(f"{database(walk).name}*"):
        text = file.read_bytes().decode("latin-1")
        assert walk.canaries.found_in(text) == set(), file.name


def test_the_key_ring_is_not_in_the_database(told: tuple[Walk, str]) -> None:
    """R81, R98: what opens the sealed values lies in a folder of its own."""
    walk, _log = told
    with walk.world.app.app_context():
        folder = settings().keys_dir
    pages = database(walk).read_bytes()

    assert folder.is_relative_to(run.folder())
    for file in folder.glob("*.key"):
        raw = file.read_bytes().strip()
        assert raw not in pages
        assert file.stat().st_mode & 0o077 == 0


def database(walk: Walk) -> Path:
    url = walk.world.app.extensions["idp.settings"].database_url
    return Path(str(make_url(url).database))


def dump(walk: Walk) -> str:
    """What `sqlite3 .dump` prints: every row of every table."""
    with sqlite3.connect(database(walk)) as connection:
        return "\n".join(connection.iterdump())
