"""The outbox of mails: what waits, what was given up, another try, and a mail to try."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for

from idp import audit
from idp.accounts.permissions import Permission
from idp.audit import catalogue
from idp.extensions import settings
from idp.language import gettext as _
from idp.mail import upkeep
from idp.mail.post import HAS_LINK
from idp.mail.upkeep import Retry
from idp.outbox.delivery import Delivered
from idp.outbox.upkeep import Entry
from idp.web import access
from idp.web.admin import notices
from idp.web.admin.routes import blueprint, me
from idp.web.pages import FAILED_FORM, page, see_other

WRITES = access.admin_write(Permission.MAIL_WRITE, "change-mail")


@blueprint.get("/mail")
@access.access(access.admin(Permission.MAIL_READ))
def mail() -> Response:
    """To whom and what kind of mail, never what it says."""
    return _show()


@blueprint.post("/mail/<message_id>/retry")
@access.access(WRITES)
def submit_retry_mail(message_id: str) -> Response:
    """As if it were new."""
    match upkeep.retry(message_id):
        case Retry.NOT_DEAD:
            return _show(_("This mail is not given up any more."))
        case Retry.LINK_GONE:
            return _show(
                _("Its single-use link was erased with it. Its reader has to ask for a new one.")
            )
        case Retry.WAITING:
            audit.record(catalogue.MailRetried(message_id=message_id))
            return see_other(url_for("admin.mail", notice="mail-retried"))


@blueprint.post("/mail/test")
@access.access(WRITES)
def submit_test_mail() -> Response:
    """To the own address only, at once and once."""
    own = me().email
    if own is None:
        return _show(_("Your account has no email address."))
    outcome = upkeep.send_test(own.address)
    problem = None if isinstance(outcome, Delivered) else outcome.problem
    audit.record(catalogue.MailTested(problem=problem or ""))
    if problem is not None:
        return _show(_("The test mail was not sent: %(problem)s.", problem=problem))
    return see_other(url_for("admin.mail", notice="mail-sent"))


def _show(problem: str | None = None) -> Response:
    own = me().email
    return page(
        "admin/mail.html",
        FAILED_FORM if problem else 200,
        waiting=[_row(entry) for entry in upkeep.waiting()],
        dead=[_row(entry) for entry in upkeep.dead()],
        sender=settings().sender_address,
        own_address=own.address if own else None,
        problem=problem,
        notice=notices.asked_for(),
    )


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "kind": entry.payload.get("name"),
        "recipient": entry.recipient,
        "written_at": entry.created_at,
        "attempts": entry.attempts,
        "next_try_at": entry.next_try_at,
        "problem": entry.last_error,
        "has_link": bool(entry.payload.get(HAS_LINK)),
        "retry_url": url_for("admin.submit_retry_mail", message_id=entry.id),
    }
