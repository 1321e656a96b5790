"""Deliver what waits in the outbox: to several recipients at once, to each one after the other.

A pass is short, so that the other jobs have their turn and stopping takes no time; what is left
waits for the next one. Claims are conditional updates, so any number of processes may deliver.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
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
from idp.outbox.delivery import Delivered, Deliverer, Due, Message, Outcome, TryLater, Unreachable

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
"""Who sends messages of a kind. Others are left alone: they have a job of their own, or a newer
version may have put them there."""


@dataclass(frozen=True, slots=True)
class _Pass:
    """What the threads of one pass have in common."""

    deliverers: Mapping[str, Deliverer]
    ends_at: float
    unreachable: set[str] = field(default_factory=set)
    """Kinds that have been found to reach nobody."""

    def is_over(self, kind: str) -> bool:
        """Whether no further message of this kind is begun."""
        return kind in self.unreachable or time.monotonic() >= self.ends_at


_log = structlog.get_logger(__name__)


def run(now: datetime) -> int:
    """One pass. Returns how many messages arrived."""
    return deliver(now, DELIVERERS)


def deliver(now: datetime, deliverers: Mapping[str, Deliverer]) -> int:
    """The same for other kinds."""
    with transaction():
        delivery.bury(now)
        waiting = delivery.due(now, deliverers.keys(), BATCH)
    if not waiting:
        return 0
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined] # noqa: SLF001
    this_pass = _Pass(deliverers, time.monotonic() + PASS_SECONDS)
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="outbox") as pool:
        # The circumstances of the job go along, for the logs; the database session does not.
        working = [
            pool.submit(copy_context().run, _deliver_to_one, app, this_pass, messages)
            for messages in _by_recipient(waiting)
        ]
        return sum(one.result() for one in working)


def _by_recipient(waiting: Sequence[Due]) -> list[list[Due]]:
    recipient = attrgetter("kind", "recipient")
    return [list(messages) for _, messages in groupby(sorted(waiting, key=recipient), recipient)]


def _deliver_to_one(app: Flask, this_pass: _Pass, messages: Sequence[Due]) -> int:
    """Until the first failure: the next message would only fail as well, and take as long."""
    arrived = 0
    with app.app_context():
        for due in messages:
            if this_pass.is_over(due.kind):
                break
            outcome = _attempt(this_pass.deliverers[due.kind], due)
            arrived += isinstance(outcome, Delivered)
            if isinstance(outcome, TryLater):
                with transaction():
                    delivery.pause(due.kind, due.recipient, clock.now())
                break
            if isinstance(outcome, Unreachable):
                this_pass.unreachable.add(due.kind)
                with transaction():
                    delivery.pause_all(due.kind, clock.now())
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
