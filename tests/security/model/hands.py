"""How somebody fills in what a page asks for: honestly, or with what should not work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from bs4 import Tag

from tests.security.model.people import Account, How, Person
from tests.support.authenticator import Authenticator
from tests.support.factories import Phone
from tests.support.time_travel import TOTP_STEP, Clock

if TYPE_CHECKING:
    from tests.security.model.witness import Witness

OUT_OF_BOUNDS = ("/account/close", "/preferences/", "/static/", "/account/export")
"""What would end the story, or changes the words of the pages."""
WRONG_CODE, WRONG_RECOVERY_CODE = "000000", "AAAA-AAAA-AAAA-AAAA"
TICKS = {"saved", "trust_device", "keep_signed_in", "sign_out_others"}


@dataclass
class Hands:
    """`ann`: whom Mallory claims to be at times."""

    window: Witness
    ann: Person
    clock: Clock

    @property
    def person(self) -> Person:
        return self.window.owner

    @property
    def account(self) -> Account:
        """The one that the page names, else the one that is thought of."""
        everything = self.person.accounts
        mine = [one for one in everything if not one.is_closed] or everything[-1:]
        thought_of = mine[self.person.turn % len(mine)]
        named = [one for one in reversed(mine) if one.email in self.window.text]
        return thought_of if thought_of in named or not named else named[0]

    @property
    def claimed(self) -> Account:
        """Ann's account that Mallory wants: the first."""
        return self.ann.accounts[0]

    def buttons(self) -> list[Tag]:
        """Every button of the page that sends a form."""
        return [
            button
            for button in self.window.all("button")
            if button.get("type", "submit") == "submit" and self._may_send(self._form(button))
        ]

    def links(self) -> list[str]:
        """Every link of the page that leads to a page of ours."""
        found = [urljoin(self.window.url, str(a["href"])) for a in self.window.all("a[href]")]
        ours = [url for url in found if url.startswith(self.window.issuer + "/")]
        return [url for url in ours if not urlsplit(url).path.startswith(OUT_OF_BOUNDS)]

    def main_button(self) -> Tag | None:
        """What the page is there for: its first form with something to fill in, or to press."""
        buttons = [one for one in self.buttons() if one.find_parent("main")]
        allowing = [one for one in buttons if one.get("value") == "allow"]
        typed = [one for one in buttons if self._form(one).find("input", type=_is_shown)]
        return next(iter(allowing or typed or buttons), None)

    def press(self, button: Tag, how: How) -> None:
        form = self._form(button)
        if form.get("data-passkey"):
            self.use_passkey(form)
            return
        fields = self.window.fields_of(form) | self.fill(form, how)
        if button.get("name"):
            fields[str(button["name"])] = str(button.get("value", ""))
        target = urljoin(self.window.url, str(form.get("action") or self.window.url))
        self.window.open(target, method=str(form.get("method", "get")).upper(), data=fields)

    def fill(self, form: Tag, how: How) -> dict[str, str]:
        """A value for every field that the form shows."""
        claimed = self.claimed if how.is_as_ann else self.account
        known = "wrong password" if how is How.WITH_A_WRONG_PASSWORD else claimed.password
        values: dict[str, str] = {}
        for field in form.find_all("input", type=_is_shown):
            assert isinstance(field, Tag)
            match str(field.get("name", "")):
                case "username" | "email" as name:
                    values[name] = claimed.email
                case "password" if field.get("autocomplete") == "new-password":
                    values["password"] = claimed.other_password
                case "password" | "current_password" as name:
                    values[name] = known
                case "name":
                    values["name"] = self.person.name.title()
                case "code":
                    values["code"] = self._code(field, how)
                case name if name in TICKS:
                    values[name] = "yes"
        return values

    def _code(self, field: Tag, how: How) -> str:
        is_recovery = field.get("autocomplete") != "one-time-code"
        wrong = WRONG_RECOVERY_CODE if is_recovery else WRONG_CODE
        if how.has_spent_code:
            return (self.ann.spent + self.person.spent or [wrong])[-1]
        if how is How.WITH_A_WRONG_CODE:
            return wrong
        if is_recovery:
            return (self.account.codes or [wrong])[0]
        self.clock.advance(seconds=TOTP_STEP)  # each code works once
        shown = self.window.all("[data-totp-secret]")
        if shown:
            return Phone(shown[0].get_text(strip=True)).code()
        phones = list(self.account.phones.values())
        return phones[-1].code() if phones else wrong

    def use_passkey(self, form: Tag) -> None:
        account = self.account
        if account.device is None:
            account.device = Authenticator(self.window.issuer)
        self.window.use_passkey(form, account.device)

    def _may_send(self, form: Tag) -> bool:
        """Ann keeps a second factor: without one, her password is all that Mallory needs."""
        path = urlsplit(urljoin(self.window.url, str(form.get("action") or ""))).path
        if path.startswith(OUT_OF_BOUNDS):
            return False
        is_removal = path.endswith("/remove") and ("/totp/" in path or "/passkeys/" in path)
        return not is_removal or self.person is not self.ann or len(self.claimed.phones) > 1

    def _form(self, button: Tag) -> Tag:
        if button.get("form"):
            return self.window.find(f"form#{button['form']}")
        form = button.find_parent("form")
        assert isinstance(form, Tag), button
        return form


def _is_shown(kind: str | None) -> bool:
    return kind != "hidden"
