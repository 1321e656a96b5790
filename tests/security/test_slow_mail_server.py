"""A33: a mail server that is slow or dead delays no request, and no other message."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from idp import clock, outbox
from idp.extensions import transaction
from idp.jobs import deliver_mail, deliver_outbox, runner
from idp.mail import messages
from idp.outbox.delivery import Delivered, Message, Outcome
from tests.support.factories import Factory


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield server.getsockname()[1]


@pytest.fixture
def overrides(silent: int) -> dict[str, Any]:
    return {"mail_url": f"smtp://127.0.0.1:{silent}", "mail": {"timeout": 5}}


def test_a33_causing_a_mail_takes_no_time(app, settings) -> None:
    user = Factory(app).user()
    with app.app_context():
        started = time.perf_counter()
        with transaction():
            messages.password_reset(user, f"{settings.issuer}/reset/once")
        assert time.perf_counter() - started < 0.5


def test_a33_notices_to_apps_leave_while_the_mail_waits(app, monkeypatch) -> None:
    told, mail_began = threading.Event(), threading.Event()

    def tell(_message: Message) -> Outcome:
        told.set()
        return Delivered()

    def mails(now: Any) -> int:
        mail_began.set()
        return deliver_mail.run(now)

    def notices(now: Any) -> int:
        # Not before the mail has its connection, which answers nothing for five seconds.
        return deliver_outbox.deliver(now, {"notice": tell}) if mail_began.wait(10) else 0

    replaced = {"deliver_mail": mails, "deliver_outbox": notices}
    jobs = tuple(
        runner.Job(job.name, job.interval, replaced[job.name], job.lane)
        for job in runner.JOBS
        if job.name in replaced
    )
    monkeypatch.setattr(runner, "JOBS", jobs)
    user = Factory(app).user()
    with app.app_context(), transaction():
        messages.password_changed(user)
        outbox.put("notice", "rp", {})
    stop = threading.Event()
    loop = threading.Thread(target=runner.run_until, args=(stop, app))
    started = time.monotonic()
    loop.start()
    try:
        assert told.wait(4), f"the notice waited for the mail until {clock.now()}"
        assert time.monotonic() - started < 4
    finally:
        stop.set()
        loop.join(30)
    assert not loop.is_alive()
