"""Deliver what waits in the outbox: to several recipients at once, to each one after the other.

A pass is short, so that the other jobs have their turn and stopping takes no time; what is left
waits for the next one. Claims are conditional updates, so any number of processes may deliver.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

import structlog
from flask import current_app

from idp import clock
from idp.accounts import logout_notices
from idp.extensions import transaction
from idp.oauth import oidc_backchannel_logout
from idp.outbox import delivery
from idp.outbox.delivery import Delivered, Deliverer, Due, Message, Outcome, TryLater

if TYPE_CHECKING:
    from flask import Flask

WORKERS = 8
BATCH = 200
"""Messages of one pass."""
PASS_SECONDS = 5.0
"""After this no further delivery is begun."""

DELIVERERS: Mapping[str, Deliverer] = {
    logout_notices.KIND: oidc_backchannel_logout.deliver,
}
"""Who sends messages of a kind. Others are left alone: a newer version may have put them there."""

_log = structlog.get_logger(__name__)


def run(now: datetime) -> int:
    """One pass. Returns how many messages arrived."""
    return deliver(now, DELIVERERS)


def deliver(now: datetime, deliverers: Mapping[str, Deliverer]) -> int:
    """The same with deliverers of one's own."""
    with transaction():
        delivery.bury(now)
        waiting = delivery.due(now, deliverers.keys(), BATCH)
    if not waiting:
        return 0
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined] # noqa: SLF001
    ends_at = time.monotonic() + PASS_SECONDS
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="outbox") as pool:
        # The circumstances of the job go along, for the logs; the database session does not.
        working = [
            pool.submit(copy_context().run, _deliver_to_one, app, deliverers, messages, ends_at)
            for messages in _by_recipient(waiting)
        ]
        return sum(one.result() for one in working)


def _by_recipient(waiting: Sequence[Due]) -> list[list[Due]]:
    recipient = attrgetter("kind", "recipient")
    return [list(messages) for _, messages in groupby(sorted(waiting, key=recipient), recipient)]


def _deliver_to_one(
    app: Flask, deliverers: Mapping[str, Deliverer], messages: Sequence[Due], ends_at: float
) -> int:
    """Until the first failure: the next message would only fail as well, and take as long."""
    arrived = 0
    with app.app_context():
        for due in messages:
            if time.monotonic() >= ends_at:
                break
            outcome = _attempt(deliverers[due.kind], due)
            arrived += isinstance(outcome, Delivered)
            if isinstance(outcome, TryLater):
                with transaction():
                    delivery.pause(due.kind, due.recipient, clock.now())
                break
    return arrived


def _attempt(deliverer: Deliverer, due: Due) -> Outcome | None:
    """None when somebody else has it."""
    with transaction():
        message = delivery.claim(due.id, clock.now())
    if message is None:
        return None
    outcome = _outcome(deliverer, message)
    with transaction():
        delivery.settle(message, outcome, clock.now())
    return outcome


def _outcome(deliverer: Deliverer, message: Message) -> Outcome:
    try:
        with transaction():
            return deliverer(message)
    except Exception as error:  # noqa: BLE001  a bug in one deliverer keeps no other message waiting
        _log.exception("outbox_deliverer_broken", message=message.id, kind=message.kind)
        return TryLater(f"broken: {type(error).__name__}")
