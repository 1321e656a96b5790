"""Two accounts and what their owners show for them, page by page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING

from tests.support.authenticator import Authenticator, show
from tests.support.browser import Browser
from tests.support.factories import PASSWORD, Phone

if TYPE_CHECKING:
    from idp.models import User
    from tests.support.time_travel import Clock

AT_REST = {"account", "security", "remove-passkey", "switch-account"}
"""Pages of the account on which nothing is asked."""


class By(Enum):
    """What somebody reaches for first."""

    CODE = "code"
    RECOVERY_CODE = "recovery code"
    PASSKEY = "passkey"


@dataclass(eq=False)
class Account:
    """What its owner has, and `proofs`: every one that its owner gave for it."""

    user: User
    email: str
    phones: list[Phone] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    device: Authenticator | None = None
    proofs: list[tuple[str, datetime]] = field(default_factory=list)


@dataclass(slots=True)
class Walker:
    """Does what pages ask, and writes down each proof with the account."""

    clock: Clock
    accounts: list[Account]
    at_hand: dict[int, Account] = field(default_factory=dict)
    """The account that each browser was last about."""

    def make_passkey(self, window: Browser, account: Account) -> None:
        account.device = Authenticator(window.issuer)
        self._show_passkey(window, account)

    def _show_passkey(self, window: Browser, account: Account) -> None:
        assert account.device is not None
        show(account.device, window)
        account.proofs += [("swk", self.clock.now()), ("user", self.clock.now())]

    def choose(self, window: Browser, account: Account) -> None:
        cards = window.all("button[name=sid]")
        found = [one for one in cards if account.email in one.get_text()] or cards[-1:]
        window.press(" ".join(found[0].get_text(" ").split()))
        self.at_hand[id(window)] = account

    def walk(self, window: Browser, by: By, wanted: Account) -> None:
        """Do what the pages ask, and write down each proof. The account is the one that a page
        names, else the one at hand, and where there is a choice the one that is `wanted`.
        """
        for _page in range(16):
            if window.left_for is not None or window.page in AT_REST:
                return
            account = self._account(window, wanted)
            match window.page:
                case "sign-in" if by is By.PASSKEY and account.device:
                    self._show_passkey(window, account)
                case "sign-in":
                    window.submit(username=account.email, password=PASSWORD)
                    account.proofs.append(("pwd", self.clock.now()))
                case "second-factor" if by is By.RECOVERY_CODE and account.codes:
                    window.follow("Use a recovery code").submit(code=account.codes.pop())
                    account.proofs.append(("recovery", self.clock.now()))
                case "second-factor" if not window.all("#code") or (
                    by is By.PASSKEY and account.device
                ):
                    self._show_passkey(window, account)
                case "second-factor":
                    self.clock.advance(seconds=30)  # each code works once
                    window.submit(code=account.phones[-1].code())
                    account.proofs.append(("otp", self.clock.now()))
                case "select-account":
                    self.choose(window, wanted)
                case "consent":
                    window.press("Allow")
                case _:
                    self._enrol(window, account)
        raise AssertionError("walked in circles")

    def _account(self, window: Browser, wanted: Account) -> Account:
        """Whom the page names, in words or in the field for it."""
        said = [window.text, *(str(one.get("value")) for one in window.all("[name=username]"))]
        named = [one for one in self.accounts if any(one.email in text for text in said)]
        if len(named) == 1:
            found = named[0]
        elif window.page == "sign-in":
            found = wanted
        else:
            found = self.at_hand.get(id(window), wanted)
        self.at_hand[id(window)] = found
        return found

    def _enrol(self, window: Browser, account: Account) -> None:
        match window.page:
            case "enrol-passkey":
                self.make_passkey(window, account)
            case "enrol-totp":
                phone = Phone(window.find("[data-totp-secret]").get_text(strip=True))
                window.submit(code=phone.code())
                account.phones.append(phone)
                account.proofs.append(("otp", self.clock.now()))
            case "recovery-codes":
                texts = window.all("[data-recovery-code]")
                account.codes = [text.get_text(strip=True) for text in texts]
                window.fill(saved="yes").press("Continue")
            case page:
                raise AssertionError(f"{page} ({window.status}): {window.text[:200]}")
