"""A code is good once, wherever it is used again: one verifier behind every page (A7, R17)."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest

from idp.models import User
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory, Phone
from tests.support.mailbox import Mailbox
from tests.support.relying_party import RelyingParty
from tests.support.time_travel import Clock

NEW = "five more unrelated words"
Use = Callable[["Places", str], bool]


class Places:
    """Where Ann is asked for a code; the browsers stand before their pages already."""

    def __init__(
        self, a: Factory, rp: RelyingParty, phone: Phone, mailbox: Mailbox, clock: Clock
    ) -> None:
        self._new = lambda: Browser(a.app.test_client(), rp.issuer)
        self._rp = rp
        stale = self._at_the_code().submit(code=phone.code())
        clock.advance(minutes=1)
        removing = self._at_the_code().submit(code=phone.code())
        clock.advance(minutes=6)
        self.step_up = stale.open("/account/totp").submit(password=PASSWORD)
        self.removal = removing.open("/account/security").follow("Remove")
        self.removal.submit(password=PASSWORD)
        self.sign_in = self._at_the_code()
        self._mailbox = mailbox

    def reset(self) -> Browser:
        """Asked for when it is needed: whoever signs in ends the link."""
        self._mailbox.clear()
        asking = self._new().open("/password-reset").submit(email=EMAIL)
        return asking.open(self._mailbox.link(EMAIL))

    def _at_the_code(self) -> Browser:
        window = self._new().open(self._rp.authorization_url())
        return window.submit(username=EMAIL, password=PASSWORD)


def sign_in(places: Places, code: str) -> bool:
    return places.sign_in.submit(code=code).left_for is not None


def step_up(places: Places, code: str) -> bool:
    return places.step_up.submit(code=code).page == "enrol-totp"


def removal(places: Places, code: str) -> bool:
    return places.removal.submit(code=code).page == "remove-totp"


def reset(places: Places, code: str) -> bool:
    return places.reset().submit(code=code, password=NEW).page == "password-set"


USES: tuple[Use, ...] = (sign_in, step_up, removal, reset)
ENDS_THE_OTHERS = {reset}
"""After a reset nobody is signed in any more, and no password proof is left."""


@pytest.fixture
def ann(a: Factory) -> User:
    return a.user()


@pytest.fixture
def phone(a: Factory, ann: User) -> Phone:
    return a.phone(ann)


@pytest.fixture
def places(a: Factory, phone: Phone, mailbox: Mailbox, clock: Clock) -> Places:
    return Places(a, a.client(trusted=True), phone, mailbox, clock)


@pytest.mark.parametrize(
    ("first", "second"),
    [(one, two) for one, two in product(USES, USES) if one is not two],
    ids=lambda use: use.__name__,
)
def test_a_code_that_was_used_is_used_up_everywhere(
    places: Places,
    phone: Phone,
    ann: User,
    recorded: Callable[[str, User], int],
    first: Use,
    second: Use,
) -> None:
    """A7: refused in general words, and noticed; where the first use ended the way, by that."""
    code = phone.code()
    assert first(places, code)

    assert not second(places, code)

    if first not in ENDS_THE_OTHERS:
        assert recorded("otp_replay", ann) == 1
