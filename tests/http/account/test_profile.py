"""Name, language and colours: what people change about themselves."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from idp.extensions import db
from idp.models import AuditEvent, User
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory


@pytest.fixture
def signed_in(a: Factory, browser: Browser) -> Browser:
    a.user()
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD)
    return browser.open("/account/profile")


def stored(a: Factory) -> User:
    with a.app.app_context():
        return db.session.scalars(select(User)).one()


def changes(a: Factory) -> list[list[str]]:
    with a.app.app_context():
        rows = select(AuditEvent.details).where(AuditEvent.type == "profile_changed")
        return [details["changed"] for details in db.session.scalars(rows)]


def test_name_and_language_are_kept_and_written_down(a: Factory, signed_in: Browser) -> None:
    signed_in.submit(name="  Ann   Marie ", language="de")

    assert (signed_in.status, signed_in.page) == (200, "profile")
    assert (stored(a).name, stored(a).locale) == ("Ann Marie", "de")
    assert changes(a) == [["name", "language"]]
    assert signed_in.find("html")["lang"] == "de"


def test_the_language_goes_back_to_what_each_browser_asks_for(
    a: Factory, signed_in: Browser
) -> None:
    signed_in.submit(name="Ann Example", language="fr")
    signed_in.submit(name="Ann Example", language="")

    assert stored(a).locale is None
    assert signed_in.find("html")["lang"] == "en"


def test_saving_what_is_there_writes_nothing(a: Factory, signed_in: Browser) -> None:
    before = stored(a).updated_at

    signed_in.submit(name="Ann Example", language="")

    assert (stored(a).updated_at, changes(a)) == (before, [])


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "Ann\u202eExample"}, "name"),
        ({"name": "Ann Example", "language": "tlh"}, "language"),
        ({"name": "Ann Example", "language": "../../etc"}, "language"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(
    a: Factory, signed_in: Browser, fields: dict[str, str], field: str
) -> None:
    signed_in.submit(**fields)

    assert (signed_in.status, signed_in.page) == (422, "profile")
    assert signed_in.find(f"#{field}")["aria-invalid"] == "true"
    assert stored(a).name == "Ann Example"
    assert changes(a) == []


def test_colours_belong_to_the_browser(a: Factory, signed_in: Browser) -> None:
    signed_in.submit(name="Ann Example", language="", theme="dark")
    assert signed_in.find("html")["data-theme"] == "dark"

    signed_in.submit(name="Ann Example", language="", theme="neon")
    assert signed_in.find("html")["data-theme"] == "dark"


def test_other_fields_change_nothing(a: Factory, signed_in: Browser) -> None:
    """A47."""
    before = stored(a)
    signed_in.submit(
        name="Ann Marie",
        language="en",
        role="owner",
        is_admin="true",
        sub="chosen",
        email="evil@example.com",
        email_verified="true",
        disabled_at="2026-01-01",
        second_factor_policy="never",
        claims='{"phone_number_verified": true}',
    )

    after = stored(a)
    assert after.name == "Ann Marie"
    kept = ("role", "sub", "disabled_at", "second_factor_policy", "claims")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    assert after.email is not None
    assert after.email.address == EMAIL
