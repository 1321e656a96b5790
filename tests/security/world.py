"""One provider for all tests of a file: what is refused leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from idp.extensions import db
from idp.models import AuditEvent, User
from tests.http.oauth.conftest import Approver
from tests.support import provider, run
from tests.support.browser import Browser
from tests.support.databases import EngineKind
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.relying_party import RelyingParty, answer
from tests.support.time_travel import Clock, standing_still

if TYPE_CHECKING:
    from flask import Flask


@dataclass(frozen=True, slots=True)
class World:
    """The provider, its time, and whoever makes people and clients in it."""

    app: Flask
    clock: Clock
    a: Factory

    @property
    def issuer(self) -> str:
        found: str = self.app.extensions["idp.settings"].issuer
        return found

    def browser(self) -> Browser:
        """Of somebody who has never been here."""
        return Browser(self.app.test_client(), self.issuer)

    def signed_in(self, rp: RelyingParty, email: str = EMAIL, **request: Any) -> Browser:
        """A browser that came to `rp`'s request and stands before what follows the password."""
        return (
            self.browser()
            .open(rp.authorization_url(**request))
            .submit(username=email, password=PASSWORD)
        )

    def code(self, rp: RelyingParty, browser: Browser, **request: Any) -> str:
        """What the app gets from a browser with a session, after consent where that is asked."""
        browser.open(rp.authorization_url(**request))
        if browser.left_for is None and browser.page == "consent":
            browser.press("Allow")
        return answer(browser.left_for)["code"]

    def approver(self, user: User, **facts: Any) -> Approver:
        """Answers requests as if the user had been through all pages."""
        return Approver(self.app, user, **facts)

    def events(self, type_: str) -> list[AuditEvent]:
        """What the audit says of this kind, oldest first."""
        rows = select(AuditEvent).where(AuditEvent.type == type_).order_by(AuditEvent.id)
        with self.app.app_context():
            return list(db.session.scalars(rows))


@contextmanager
def standing(
    kind: EngineKind, folder: Path, *, at: Clock | None = None, **overrides: Any
) -> Iterator[World]:
    """A provider without throttling, since attacks come by the hundred. `at`: whose time it has."""
    with ExitStack() as stack:
        clock = at or stack.enter_context(standing_still())
        url = stack.enter_context(provider.databases().migrated(kind, folder))
        values = {
            "throttling": "off",
            "mail_url": f"file://{folder / 'mail'}",
            "dynamic_registration": "open",
        }
        app = provider.build(provider.settings_for(url, run.folder(), **(values | overrides)))
        stack.callback(provider.dispose, app)
        yield World(app, clock, Factory(app))
