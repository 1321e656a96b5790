"""One person's whole life: what she knows, what she holds, and what she does again and again."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import pyotp

from tests.support.qr import read_qr_code

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.support.visitor import Visitor

STEP = 30
"""Seconds for which an authenticator app shows a code (RFC 6238)."""
CLOSE = 5
"""Seconds before the next step, in which nobody types the code before anymore."""


class Place(Protocol):
    """Where she lives: a deployment of the tests, or the demo."""

    @property
    def issuer(self) -> str: ...
    @property
    def app(self) -> str: ...
    @property
    def brand(self) -> str: ...


class Post(Protocol):
    """Her mail, delivered first, the earliest first."""

    def subjects(self, address: str) -> list[str]: ...
    def link(self, address: str) -> str: ...


@dataclass
class Phone:
    """An authenticator app whose owner knows that each code works once."""

    secret: str
    last_step: int = 0

    @classmethod
    def scanning(cls, page: Page) -> Phone:
        """The QR code on the page."""
        return cls(read_qr_code(page.locator(".qr")).secret)

    def code(self) -> str:
        """The earliest that is accepted and was not typed yet, waited for if need be."""
        while (step := max(self.last_step + 1, _earliest())) > _latest():
            time.sleep(0.5)
        self.last_step = step
        return pyotp.TOTP(self.secret).at(step * STEP)


def _earliest() -> int:
    now = time.time()
    return int(now + CLOSE) // STEP - 1


def _latest() -> int:
    return int(time.time()) // STEP + 1


@dataclass
class Life:
    """`visitor` is she at her laptop."""

    place: Place
    post: Post
    visitor: Visitor
    email: str
    password: str
    phones: list[Phone] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    read: Counter[str] = field(default_factory=Counter)

    # --- what she sees ----------------------------------------------------------------------

    def was_mailed(self, *subjects: str) -> None:
        """These mails have come since she last looked, and no others. `{}` is the provider."""
        found = self.post.subjects(self.email)
        new, self.read[self.email] = found[self.read[self.email] :], len(found)
        brand = self.place.brand
        assert sorted(new) == sorted(subject.format(brand) for subject in subjects)

    def proof(self) -> tuple[str, list[str]]:
        """What the app reads in the ID token about how she signed in."""
        identity = self.visitor.is_at("claims").claims("id_token")
        return identity["acr"], identity["amr"]

    # --- what she does ----------------------------------------------------------------------

    def go_to(self, path: str, page: str) -> Visitor:
        """A page of the account, by its address."""
        return self.visitor.open(f"{self.place.issuer}{path}").is_at(page)

    def begin_at_the_app(self, visitor: Visitor | None = None) -> Visitor:
        """With what she knows; what comes next depends."""
        somewhere = visitor or self.visitor
        somewhere.open(self.place.app).follow("Sign in")
        return somewhere.sign_in(self.email, self.password)

    def sign_out(self) -> None:
        """Of the app and at the provider."""
        self.visitor.open(self.place.app).is_at("claims").press("Sign out everywhere")
        self.visitor.is_at("welcome")

    def scan(self, name: str, button: str) -> None:
        """Set up an authenticator app on a phone that she will use from now on."""
        phone = Phone.scanning(self.visitor.is_at("enrol-totp").page)
        self.phones.append(phone)
        self.visitor.fill(device_name=name, code=phone.code()).press(button)

    def save_codes(self) -> None:
        """Write them down, tick, go on."""
        self.visitor.is_at("recovery-codes")
        self.codes = self.visitor.texts_of("[data-recovery-code]")
        self.visitor.tick("saved").press("Continue")

    def refreshes(self) -> str:
        """What the app says after it has used its refresh token: a notice, or the error."""
        self.visitor.open(self.place.app).is_at("claims").press("Refresh tokens")
        return self.visitor.text_of("[role=status], [data-error]")
