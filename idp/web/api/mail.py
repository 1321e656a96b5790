"""The outbox of mails: what waits, what was given up, another try, and a mail to try."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from idp import audit
from idp.accounts.permissions import Permission
from idp.audit import catalogue
from idp.mail import upkeep
from idp.mail.post import HAS_LINK
from idp.mail.upkeep import Retry
from idp.outbox.delivery import Delivered
from idp.outbox.upkeep import Entry
from idp.web import bearer
from idp.web.api.answering import Answer
from idp.web.api.model import Changed, Model
from idp.web.api.operation import operation
from idp.web.problems import Kind, Refused

WRITES = Permission.MAIL_WRITE


class State(StrEnum):
    """Of a mail that has not arrived."""

    WAITING = "waiting"
    GIVEN_UP = "given-up"


class WantedMail(Model):
    """Which mails."""

    state: State


class Mail(Model):
    """To whom, and what kind of mail; never what it says."""

    id: str
    kind: str | None = None
    recipient: str
    written_at: datetime
    attempts: int
    next_try_at: datetime
    problem: str | None = None
    has_link: bool = Field(description="A single-use link, which is erased when it is given up.")


class MailList(Model):
    """Mails, at most 500, the newest first."""

    items: list[Mail]


class Tried(Model):
    """What came of a mail to try."""

    sent_to: str


@operation("GET", "/mail", Permission.MAIL_READ, query=WantedMail, answer=MailList)
def list_mail(asked: WantedMail) -> Answer:
    """Mails that have not arrived."""
    found = upkeep.waiting() if asked.state is State.WAITING else upkeep.dead()
    return Answer(MailList(items=[_mail(entry) for entry in found]))


@operation("POST", "/mail/<message_id>/retry", WRITES, answer=Changed, refuses=(Kind.CONFLICT,))
def retry_mail(message_id: str) -> Answer:
    """Have a mail that was given up tried again."""
    match upkeep.retry(message_id):
        case Retry.NOT_DEAD:
            raise Refused(Kind.NOT_FOUND, "This mail is not given up.")
        case Retry.LINK_GONE:
            raise Refused(Kind.CONFLICT, "Its single-use link was erased with it.")
        case Retry.WAITING:
            audit.record(catalogue.MailRetried(message_id=message_id))
    return Answer(Changed(changed=True))


@operation("POST", "/test-mails", WRITES, answer=Tried, status=201, refuses=(Kind.CONFLICT,))
def send_test_mail() -> Answer:
    """Send a mail to try, to the address of the token's user and to nobody else."""
    user = bearer.caller().user
    if user is None or user.email is None:
        raise Refused(Kind.CONFLICT, "There is no user with an address to send it to.")
    outcome = upkeep.send_test(user.email.address)
    problem = None if isinstance(outcome, Delivered) else outcome.problem
    audit.record(catalogue.MailTested(problem=problem or ""))
    if problem is not None:
        raise Refused(Kind.CONFLICT, f"It was not sent: {problem}.")
    return Answer(Tried(sent_to=user.email.address))


def _mail(entry: Entry) -> Mail:
    return Mail(
        id=entry.id,
        kind=entry.payload.get("name"),
        recipient=entry.recipient,
        written_at=entry.created_at,
        attempts=entry.attempts,
        next_try_at=entry.next_try_at,
        problem=entry.last_error,
        has_link=bool(entry.payload.get(HAS_LINK)),
    )
