"""What strangers may ask for about any address: found out here whose it is, and answered by mail.

The page has written the same row for every address, so that neither its answer nor its time tells
who has an account (R54).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from idp.accounts import password_reset, registration
from idp.jobs import deliver_outbox
from idp.outbox.delivery import Deliverer

ANSWERERS: Mapping[str, Deliverer] = {
    password_reset.KIND: password_reset.answer,
    registration.KIND: registration.answer,
}
"""Who answers requests of a kind."""


def run(now: datetime) -> int:
    """One pass, before that of the mails. Returns how many were answered."""
    return deliver_outbox.deliver(now, ANSWERERS)
