"""Deliver the mail that waits. Not with the other messages: a slow mail server holds up nobody."""

from __future__ import annotations

from datetime import datetime

from idp.jobs import deliver_outbox
from idp.mail import delivery, post


def run(now: datetime) -> int:
    """One pass. Returns how many mails the mail server took."""
    return deliver_outbox.deliver(now, {post.KIND: delivery.deliver})
