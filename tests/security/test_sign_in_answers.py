"""The sign-in page: the same answer to everybody, the whole password, one counter per account."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from idp.accounts import create, disable
from idp.accounts.invalid import Invalid
from idp.authentication import password as passwords
from idp.authentication.identifier import canonical
from idp.authentication.password_hash import StoredHash
from idp.extensions import db, transaction
from idp.models import User
from tests.security.world import World, standing
from tests.support.databases import EngineKind
from tests.support.factories import EMAIL, PASSWORD
from tests.support.relying_party import RelyingParty

COMPOSED = "caf\u00e9 cr\u00e8me brul\u00e9e please"
LONG = "x" * 72 + " and the rest of it"


@pytest.fixture(scope="module")
def rp(world: World) -> RelyingParty:
    world.a.user()
    return world.a.client(trusted=True)


def with_password(world: World, email: str, password: str) -> User:
    with world.app.app_context(), transaction():
        prepared = passwords.prepare(password)
        user = create.create_user(email, "Somebody")
        assert isinstance(user, User)
        assert isinstance(prepared, StoredHash)
        passwords.store(user, prepared)
        return user


def tried(world: World, rp: RelyingParty, username: str, password: str):
    """The page after one try."""
    return world.browser().open(rp.authorization_url()).submit(username=username, password=password)


def shape(browser, username: str) -> tuple[object, ...]:
    """Everything of the answer but what differs each time, and the name that was typed."""
    html = browser.response.get_data(as_text=True).replace(username, "NAME")
    html = re.sub(r'value="[\w-]{43}"', "TOKEN", re.sub(r"/?interaction[/=][\w-]+", "HERE", html))
    headers = {
        (name, "REFERENCE" if name == "X-Request-Reference" else value)
        for name, value in browser.response.headers
        if name not in {"Set-Cookie", "Date", "Content-Length"}
    }
    cookies = sorted(
        cookie.partition("=")[0] for cookie in browser.response.headers.getlist("Set-Cookie")
    )
    return browser.status, frozenset(headers), tuple(cookies), html


def test_the_answer_tells_nothing_about_the_account(world: World, rp: RelyingParty) -> None:
    """A31: wrong, unknown, disabled, without a password, with a second factor."""
    gone = world.a.user("disabled@example.com")
    world.a.phone(world.a.user("two@example.com"))
    with world.app.app_context(), transaction():
        disable.disable(db.session.get_one(User, gone.id))
        create.create_user("without@example.com", "Without")
    names = [
        EMAIL,
        "nobody@example.com",
        "disabled@example.com",
        "without@example.com",
        "two@example.com",
        "no address at all",
        "a@b",
    ]

    shapes = {shape(tried(world, rp, name, "not the password"), name) for name in names}
    assert len(shapes) == 1
    assert next(iter(shapes))[0] == 422
    right = shape(tried(world, rp, "disabled@example.com", PASSWORD), "disabled@example.com")
    assert right in shapes


@pytest.fixture(scope="module")
def people(world: World) -> None:
    with_password(world, "accents@example.com", COMPOSED)
    with_password(world, "long@example.com", LONG)


class TestWholePassword:
    """Nothing is cut, folded or trimmed (A40)."""

    def test_one_password_on_every_keyboard(self, world, rp, people) -> None:
        """A40, R4: composed and decomposed are one; case and spaces are not."""
        decomposed = unicodedata.normalize("NFD", COMPOSED)
        assert decomposed != COMPOSED
        for good in (COMPOSED, decomposed):
            assert tried(world, rp, "accents@example.com", good).left_for is not None
        for wrong in (COMPOSED.upper(), COMPOSED + " ", " " + COMPOSED, COMPOSED[:-1]):
            assert tried(world, rp, "accents@example.com", wrong).left_for is None

    def test_beyond_72_bytes_every_byte_counts(self, world, rp, people) -> None:
        """A40: bcrypt alone would look at 72."""
        assert tried(world, rp, "long@example.com", LONG).left_for is not None
        for wrong in (LONG[:72], LONG[:-1], LONG + "x", "x" * 73):
            assert tried(world, rp, "long@example.com", wrong).left_for is None

    @pytest.mark.parametrize(
        "odd", ["\x00", "a\x00b", "\ud800", "x" * 1_025, "x" * 60_000, "é" * 900]
    )
    def test_odd_ones_are_refused(self, world, rp, people, odd) -> None:
        """A40: never a 5xx, and nobody is in."""
        browser = world.browser().open(rp.authorization_url())
        token = browser.find("main input[name=csrf_token]")["value"]
        fields = {"username": EMAIL, "password": odd, "csrf_token": token}
        encoded = {
            name: str(value).encode("utf-8", "surrogatepass") for name, value in fields.items()
        }

        response = browser.client.post(browser.url, data=encoded)

        assert response.status_code in {400, 413, 422}

    def test_a_megabyte_is_not_even_read(self, world, rp, people) -> None:
        """A40, R88."""
        browser = world.browser().open(rp.authorization_url())

        browser.submit(username=EMAIL, password="x" * 2**20)

        assert browser.status == 413


@settings(max_examples=300, deadline=None)
@given(typed=st.text(max_size=40) | st.emails())
def test_the_canonical_form_is_a_fixed_point(typed: str) -> None:
    """A42, A36."""
    once = canonical(typed)

    assert canonical(once) == once


@pytest.mark.parametrize(
    "other",
    [
        "ANN@example.com",
        "Ann@EXAMPLE.com",
        "\uff41nn@example.com",
        "ann@\uff45xample.com",
        " ann@example.com",
    ],
)
def test_one_address_is_one_account_however_it_is_written(world: World, rp, other: str) -> None:
    """A36, A42: nobody gets a second one that looks the same."""
    with world.app.app_context():
        made = create.create_user(other, "Second")
        db.session.rollback()

    assert isinstance(made, Invalid)


@pytest.mark.parametrize(
    "other", ["\u0131nn@example.com", "\u0430nn@example.com", "ann@example.com."]
)
def test_an_address_that_only_looks_alike_finds_nobody(world: World, rp, other: str) -> None:
    """A42, A43: a dotless i does not reach the address with a dot."""
    with world.app.app_context():
        found = passwords.find_user(other)

    assert found is None
    assert tried(world, rp, other, PASSWORD).left_for is None


class TestCounted:
    """With throttling on, and a database that may go away."""

    @pytest.fixture
    def counting(self, tmp_path) -> Iterator[World]:
        with standing(EngineKind.SQLITE, tmp_path, throttling="on") as world:
            world.a.user()
            yield world

    @pytest.mark.parametrize(
        "header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Client-IP", "True-Client-IP"]
    )
    def test_no_header_makes_another_address(self, counting: World, header: str) -> None:
        """A25, A34, R39: the eleventh name of one peer waits, whatever each request says."""
        rp = counting.a.client()
        statuses = []
        for number in range(11):
            browser = counting.browser().open(rp.authorization_url())
            token = browser.find("main input[name=csrf_token]")["value"]
            fields = {"username": f"n{number}@example.com", "password": "x", "csrf_token": token}
            spoofed = {header: f"198.51.100.{number}", "X-Original-URL": "/healthz"}
            response = browser.client.post(browser.url, data=fields, headers=spoofed)
            statuses.append(response.status_code)

        assert statuses == [422] * 10 + [429]

    def test_however_a_name_is_written_it_is_one_counter(self, counting: World) -> None:
        """A36."""
        rp = counting.a.client()
        ways = ["ann@example.com", "ANN@example.com", " ann@EXAMPLE.com ", "\uff21nn@example.com"]
        for number in range(10):
            browser = counting.browser()
            browser.client.environ_base["REMOTE_ADDR"] = f"198.51.100.{number + 1}"
            browser.open(rp.authorization_url()).submit(username=ways[number % 4], password="x")
            assert browser.status == 422

        browser = counting.browser()
        browser.client.environ_base["REMOTE_ADDR"] = "198.51.100.99"
        browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)

        assert (browser.status, browser.left_for) == (429, None)

    @pytest.mark.parametrize("table", ["buckets", "passwords", "authentication_events", "sessions"])
    def test_without_its_database_nobody_gets_in(self, counting: World, table: str) -> None:
        """A39: 503, no guess is evaluated, and it recovers by itself."""
        rp = counting.a.client(trusted=True)
        browser = counting.browser().open(rp.authorization_url())
        rename(counting, table, f"{table}_away")

        browser.submit(username=EMAIL, password=PASSWORD)

        assert (browser.status, browser.left_for) == (503, None)
        assert int(browser.response.headers["Retry-After"]) > 0
        assert browser.client.get_cookie("__Host-session", "idp.example") is None
        assert counting.events("session_begun") == []
        rename(counting, f"{table}_away", table)
        browser = counting.browser().open(rp.authorization_url())
        assert browser.submit(username=EMAIL, password=PASSWORD).left_for is not None


def rename(world: World, table: str, name: str) -> None:
    """The nearest thing to a database that does not answer."""
    with world.app.app_context(), transaction():
        db.session.execute(text("PRAGMA legacy_alter_table=ON"))
        db.session.execute(text(f"ALTER TABLE {table} RENAME TO {name}"))
