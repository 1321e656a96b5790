"""For whoever looks after the mail: what has not arrived, another try, a test."""

from __future__ import annotations

from enum import Enum, auto

from idp import clock, opaque
from idp.language import current
from idp.mail import delivery
from idp.mail.name import Name
from idp.mail.post import HAS_LINK, KIND
from idp.outbox import upkeep
from idp.outbox.delivery import Message, Outcome
from idp.outbox.upkeep import Entry


class Retry(Enum):
    """What came of trying a dead mail again."""

    WAITING = auto()
    NOT_DEAD = auto()
    LINK_GONE = auto()
    """Its single-use link was erased when it died: only its reader can ask for another."""


def dead() -> list[Entry]:
    """Mails that nobody tries any more."""
    return upkeep.dead(KIND)


def waiting() -> list[Entry]:
    """Mails that are still tried."""
    return upkeep.waiting(KIND)


def retry(message_id: str) -> Retry:
    """Have a dead mail tried again by the jobs."""
    entry = upkeep.find_dead(KIND, message_id)
    if entry is None:
        return Retry.NOT_DEAD
    if entry.payload.get(HAS_LINK):
        return Retry.LINK_GONE
    return Retry.WAITING if upkeep.revive(message_id) else Retry.NOT_DEAD


def send_test(address: str) -> Outcome:
    """At once and only once, so that what is wrong is seen at once."""
    payload = {"name": Name.TEST.value, "language": current(), "facts": {}}
    return delivery.deliver(
        Message(opaque.identifier(), KIND, address, payload, clock.now(), attempt=1)
    )
