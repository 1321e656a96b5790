"""The beginning of every example, and the parts of which the rules are made."""

from __future__ import annotations

from collections import Counter
from itertools import count
from typing import Any, ClassVar
from urllib.parse import urlsplit

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from idp import clock as time
from idp import opaque
from idp.extensions import db
from idp.models import MailedLink, TotpCredential, User
from tests.security.model.books import Books
from tests.security.model.hands import WRONG_CODE, Hands
from tests.security.model.people import (
    OTHER_PASSWORDS,
    PASSWORDS,
    Account,
    How,
    Person,
    Request,
)
from tests.security.model.witness import MAILED, Journal, Witness
from tests.security.world import World
from tests.support.relying_party import RelyingParty, answer, claims
from tests.support.resets import Mail
from tests.support.time_travel import TOTP_STEP

TWO = "urn:idp:loa:2fa"
AT_REST = {None, "account", "security", "sessions", "expired", "error", "link-invalid"}
"""Pages on which nothing is asked, or nothing more."""
SCOPE = {"scope": "openid offline_access"}


class Story(RuleBasedStateMachine):
    """Ann and Mallory in a provider that other examples have used before; no rules yet."""

    world: ClassVar[World]
    reached: ClassVar[Counter[str]] = Counter()
    numbers: ClassVar[count[int]] = count(1)

    def __init__(self) -> None:
        super().__init__()
        self.books: Books | None = None
        self.apps: list[RelyingParty] = []
        self.hands: dict[str, Hands] = {}
        self.used_codes: list[tuple[RelyingParty, str]] = []
        self.refreshable: list[tuple[Person, RelyingParty, str, dict[str, Any]]] = []

    @initialize(
        ann_has_passkey=st.booleans(),
        ann_has_two_accounts=st.sampled_from([True, True, False]),
        mallory_has_phone=st.booleans(),
    )
    def two_people(
        self, *, ann_has_passkey: bool, ann_has_two_accounts: bool, mallory_has_phone: bool
    ) -> None:
        world, number = self.world, next(self.numbers)
        self._begin_at_the_same_second_of_a_step()
        self.apps = [world.a.client(), world.a.client(client_name="Bank", min_acr=TWO)]
        ann, mallory = (self._person(name, number) for name in ("ann", "mallory"))
        first = ann.accounts[0]
        self._give_phone(first)
        with world.app.app_context():
            first.codes = world.a.recovery_codes(db.session.get_one(User, first.user_id))
        if mallory_has_phone:
            self._give_phone(mallory.accounts[0])
        if ann_has_passkey:
            with world.app.app_context():
                first.device = world.a.passkey(db.session.get_one(User, first.user_id))
        if ann_has_two_accounts:
            self._give_account(ann, ann.emails[1])
        uris = tuple(app.redirect_uri for app in self.apps)
        self.books = Books(world.app, world.issuer, [ann, mallory], uris, type(self).reached)
        self.books.open()
        self.journal, self.mail = Journal(), Mail(world.app)
        for net, person in enumerate((ann, mallory)):
            client, address = world.app.test_client(), f"10.{number // 250}.{number % 250}.{net}"
            window = Witness(client, person, self.books, self.journal, address)
            self.hands[person.name] = Hands(window, ann, world.clock)
        self._open("ann", self.apps[0].authorization_url(**SCOPE))
        self._go_on("ann", How.HONESTLY, 6)
        self._open("mallory", "/account/")

    def teardown(self) -> None:
        if self.books is not None:
            self.books.close()

    # --- the parts -----------------------------------------------------------------------------

    def _open(self, who: str, url: str, **post: Any) -> Witness:
        window = self.hands[who].window
        window.open(url, **post)
        self._come_back(who)
        return window

    def _go_on(self, who: str, how: How, pages: int = 1) -> None:
        """Press what the pages are there for, until there is nothing to be done."""
        hands = self.hands[who]
        for _page in range(pages):
            button = hands.main_button()
            if button is None or (pages > 1 and hands.window.page in AT_REST):
                return
            hands.press(button, how)
            self._come_back(who)

    def _come_back(self, who: str) -> None:
        """Where a browser went to an app, the app redeems what it was given."""
        window = self.hands[who].window
        if window.left_for is None:
            return
        response = answer(window.left_for)
        if "code" not in response:
            self.reached[f"an app was answered {response['error']}"] += 1
            return
        app = next(one for one in self.apps if response["state"] == one.parameters()["state"])
        body = app.exchange(response["code"]).get_json()
        identity = claims(body["id_token"])
        self.books.says_what_was_proven(window.owner, identity)
        assert app is not self.apps[1] or "mfa" in identity["amr"]
        self.used_codes.append((app, response["code"]))
        self.refreshable.append((window.owner, app, body["refresh_token"], identity))
        self.reached["an app got tokens"] += 1
        self.books.settle()
        window.left_for = None

    def _mail_comes(self) -> None:
        self.mail.links()
        for recipient, link in self.mail.read:
            for hands in self.hands.values():
                if link and recipient in hands.person.emails:
                    hands.person.links.append(link)
        self.books.settle()

    def _open_link(self, who: str, link: str) -> None:
        """One that is used up or over opens nothing (R50)."""
        was_over = self._is_known(link)
        window = self._open(who, link)
        assert not was_over or (window.status, window.page) == (410, "link-invalid"), link

    def _open_newest(self, who: str, which: str, how: How = How.HONESTLY) -> None:
        """One's newest mail of this kind."""
        links = [
            one for one in self.hands[who].person.links if urlsplit(one).path.startswith(which)
        ]
        if links:
            self._open_link(who, links[-1])
            self._go_on(who, how, 6)

    def _is_known(self, url: str) -> bool:
        """Whether an address may lie around: it has no link in it that still works."""
        path = urlsplit(url).path
        if not path.startswith(MAILED):
            return True
        with self.world.app.app_context():
            link = db.session.get(MailedLink, opaque.digest(path.rsplit("/", 1)[-1]))
            return link is None or link.consumed_at is not None or link.expires_at <= time.now()

    def _without_what_still_works(self, old: Request, sender: Person) -> dict[str, str]:
        """Mallory has what was used up: a code that Ann typed in vain is not hers to try."""
        fields = dict(old.fields)
        if old.by is not sender and fields.get("code") not in {None, *old.by.spent}:
            fields["code"] = WRONG_CODE
        return fields

    def _begin_at_the_same_second_of_a_step(self) -> None:
        now = int(self.world.clock.now().timestamp())
        self.world.clock.advance(seconds=TOTP_STEP - now % TOTP_STEP + 10)

    def _person(self, name: str, number: int) -> Person:
        person = Person(name, (f"{name}-{number}@example.com", f"{name}-too-{number}@example.com"))
        self._give_account(person, person.emails[0])
        return person

    def _give_account(self, person: Person, email: str) -> None:
        user = self.world.a.user(email, name=person.name.title())
        passwords = OTHER_PASSWORDS if person.accounts else PASSWORDS
        person.accounts.append(Account(person, user.id, user.sub, email, passwords))

    def _give_phone(self, account: Account) -> None:
        with self.world.app.app_context():
            user = db.session.get_one(User, account.user_id)
            phone = self.world.a.phone(user)
            row = db.session.query(TotpCredential).filter_by(user_id=account.user_id).one()
            account.phones[row.id] = phone
