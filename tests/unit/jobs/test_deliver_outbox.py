import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextvars import copy_context

import pytest
from flask import has_app_context
from sqlalchemy import select

from config import PROJECT
from idp import origin, outbox
from idp.clock import now
from idp.extensions import db, transaction
from idp.jobs import deliver_outbox, purge
from idp.jobs.deliver_outbox import deliver
from idp.models import OutboundMessage
from idp.outbox import State
from idp.outbox.delivery import Delivered, GiveUp, TryLater
from tests.support import provider
from tests.support.race import at_once
from tests.support.statements import recorded


@pytest.fixture(autouse=True)
def _stand_still(clock):
    """Before the app is entered."""


class Post:
    """Takes messages and answers as it was told, by recipient."""

    def __init__(self, answers=None, seconds=0.0):
        self.answers, self.seconds = answers or {}, seconds
        self.taken, self.lock = [], threading.Lock()

    def __call__(self, message):
        with self.lock:
            self.taken.append(message.recipient)
        time.sleep(self.seconds)
        answer = self.answers.get(message.recipient, Delivered())
        if isinstance(answer, BaseException):
            raise answer
        return answer


def put(*recipients):
    with transaction():
        for recipient in recipients:
            outbox.put("notice", recipient, {}, about="s-1")


def run(post):
    return deliver(now(), {"notice": post})


def states():
    return Counter(one.state for one in outbox.progress("s-1"))


def test_everything_that_waits_is_delivered_once(app):
    put(*(f"rp-{number}" for number in range(20)))
    post = Post()

    assert run(post) == 20
    assert run(post) == 0
    assert len(post.taken) == len(set(post.taken)) == 20
    assert states() == {State.DELIVERED: 20}


def test_two_processes_never_deliver_the_same_message(app):
    put(*(f"rp-{number}" for number in range(12)))
    post = Post(seconds=0.02)

    def one_process():
        with app.app_context():
            return run(post)

    assert sum(at_once(3, one_process)) == 12
    assert Counter(post.taken) == {f"rp-{number}": 1 for number in range(12)}


def test_messages_to_one_recipient_go_one_after_the_other(app):
    put(*["rp"] * 5)
    at_work, most = [], []

    def post(_message):
        at_work.append(1)
        most.append(len(at_work))
        time.sleep(0.01)
        at_work.pop()
        return Delivered()

    assert run(post) == 5
    assert most == [1] * 5


def test_a_dead_recipient_is_called_once_and_holds_up_nobody(app, clock):
    put("dead", "dead", "dead", "rp-1", "rp-2")
    post = Post({"dead": TryLater("timeout")})

    assert run(post) == 2
    assert post.taken.count("dead") == 1
    assert run(post) == 0
    assert post.taken.count("dead") == 1
    clock.advance(seconds=10)
    run(post)
    assert post.taken.count("dead") == 2


def test_a_recipient_that_lives_again_gets_everything(app, clock):
    put("rp", "rp", "rp")
    run(Post({"rp": TryLater("timeout")}))
    clock.advance(seconds=10)

    assert run(Post()) == 3


def test_a_hopeless_message_does_not_stop_the_next_one(app):
    put("rp", "rp")
    post = Post({"rp": GiveUp("no_such_client")})

    run(post)

    assert post.taken == ["rp", "rp"]
    assert states() == {State.DEAD: 2}


def test_a_broken_deliverer_costs_an_attempt_and_no_other_message(app, clock):
    put("broken", "rp")

    assert run(Post({"broken": ZeroDivisionError("s3cret")})) == 1
    problem = db.session.scalar(
        select(OutboundMessage.last_error).where(OutboundMessage.recipient == "broken")
    )
    assert problem == "broken: ZeroDivisionError"
    clock.advance(seconds=10)
    assert run(Post()) == 1


def test_what_a_broken_deliverer_wrote_is_rolled_back(app):
    put("rp")

    def writes_and_breaks(_message):
        outbox.put("notice", "other", {}, about="written")
        db.session.flush()
        raise ZeroDivisionError

    run(writes_and_breaks)

    assert outbox.progress("written") == []


def test_the_deliverer_works_inside_the_app_and_in_the_jobs_name(app):
    put("rp")
    seen = []

    def post(_message):
        seen.append((has_app_context(), origin.current().actor))
        return Delivered()

    def job():
        origin.enter(origin.Origin(actor="job:deliver_outbox"))
        run(post)

    copy_context().run(job)

    assert seen == [(True, "job:deliver_outbox")]


def test_a_pass_ends_in_time_and_leaves_the_rest_for_the_next(app, monkeypatch):
    monkeypatch.setattr(deliver_outbox, "PASS_SECONDS", 0.1)
    put(*["rp"] * 10)
    post = Post(seconds=0.06)

    assert 1 <= run(post) < 10
    monkeypatch.setattr(deliver_outbox, "PASS_SECONDS", 60)
    run(post)
    assert states() == {State.DELIVERED: 10}


def test_nothing_is_written_when_nothing_waits(app):
    with recorded(db.engine) as record:
        assert run(Post()) == 0

    assert record.writing_transactions == 0


DIES_DELIVERING = """
import os, signal, sys, time_machine, wsgi
from datetime import datetime
from idp.jobs.deliver_outbox import deliver
now = datetime.fromisoformat(sys.argv[1])
with time_machine.travel(now, tick=False), wsgi.app.app_context():
    deliver(now, {"notice": lambda message: os.kill(os.getpid(), signal.SIGKILL)})
"""


def test_a_process_that_dies_while_it_delivers_loses_no_message(app, settings, clock):
    put("rp")
    died = subprocess.run(
        [sys.executable, "-c", DIES_DELIVERING, clock.now().isoformat()],
        cwd=PROJECT,
        env=provider.environment(settings),
        check=False,
    )
    assert died.returncode == -signal.SIGKILL

    assert run(Post()) == 0
    clock.advance(hours=1)
    assert run(Post()) == 1
    assert outbox.progress("s-1")[0].attempts == 2


def test_what_was_delivered_or_died_is_remembered_for_a_while(app, clock):
    put("rp", "gone", "dead-host")
    run(Post({"gone": GiveUp("no_such_client"), "dead-host": TryLater("timeout")}))

    clock.advance(days=6)
    purge.run(now())
    assert len(outbox.progress("s-1")) == 3
    clock.advance(days=2)
    purge.run(now())
    assert {one.recipient for one in outbox.progress("s-1")} == {"gone", "dead-host"}
    clock.advance(days=23)
    purge.run(now())
    assert [one.recipient for one in outbox.progress("s-1")] == ["dead-host"]
