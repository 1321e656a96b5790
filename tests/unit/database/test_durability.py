"""What is answered is on the disk: decision 0032."""

import errno
import os
import sqlite3
import threading
import time
from contextlib import closing

import pytest

from idp import clock
from idp.database import durability
from idp.extensions import db, transaction
from idp.models import Heartbeat
from tests.support.databases import EngineKind
from tests.support.race import at_once

PATIENCE = 10


@pytest.fixture
def engine_kind():
    return EngineKind.SQLITE


class Disk:
    """Stands for the kernel's. Once it is `held`, each sync of the log waits until it may go on."""

    def __init__(self):
        self.begun, self.may_go_on = threading.Semaphore(0), threading.Semaphore(0)
        self.held, self.count, self.problem = False, 0, None

    def sync(self, _file):
        if self.held:
            self.count += 1
            self.begun.release()
            assert self.may_go_on.acquire(timeout=PATIENCE)
        if self.problem:
            raise self.problem


@pytest.fixture
def disk(app, monkeypatch):
    found = Disk()
    monkeypatch.setattr(durability.os, "fdatasync", found.sync)
    yield found
    found.held, found.problem = False, None


@pytest.fixture
def commit(app):
    """Commit a row in a thread of its own, which ends when it has its answer."""

    def beat(name):
        with app.app_context(), transaction():
            db.session.add(Heartbeat(name=name, beat_at=clock.now()))

    def begin(name):
        thread = threading.Thread(target=beat, args=(name,))
        thread.start()
        return thread

    return begin


def ended(*threads):
    for thread in threads:
        thread.join(PATIENCE)
    return not any(thread.is_alive() for thread in threads)


def names(app):
    with app.app_context():
        return set(db.session.scalars(db.select(Heartbeat.name)))


def test_nobody_hears_of_a_commit_before_it_is_on_the_disk(commit, disk):
    disk.held = True
    waiting = commit("one")
    assert disk.begun.acquire(timeout=PATIENCE)

    waiting.join(0.1)
    assert waiting.is_alive()

    disk.may_go_on.release()
    assert ended(waiting)


def test_whoever_commits_while_the_disk_works_waits_for_the_next_sync_which_all_share(
    app, commit, disk
):
    disk.held = True
    first = commit("first")
    assert disk.begun.acquire(timeout=PATIENCE)
    others = [commit(f"other {number}") for number in range(5)]
    # The writers' line is free: all of them can commit while the first one waits for the disk.
    while len(names(app)) < 6:
        time.sleep(0.01)

    disk.may_go_on.release()
    assert ended(first)
    assert disk.begun.acquire(timeout=PATIENCE)
    others[0].join(0.1)
    assert all(other.is_alive() for other in others)

    disk.may_go_on.release()
    assert ended(*others)
    assert disk.count == 2


def test_when_the_disk_fails_nothing_is_answered_and_afterwards_the_log_is_written_anew(
    app, a, disk
):
    rp = a.client()
    disk.problem = OSError(errno.EIO, "Input/output error")

    refused = app.test_client().get(rp.authorization_url())
    assert (refused.status_code, "Location" in refused.headers) == (503, False)
    assert refused.headers["Retry-After"]

    disk.problem = None
    with app.app_context():
        log = f"{db.engine.url.database}-wal"
    before = os.stat(log).st_size
    assert app.test_client().get(rp.authorization_url()).status_code == 303
    assert os.stat(log).st_size < before


def test_as_long_as_the_log_cannot_be_written_anew_nothing_is_answered(app, a, disk):
    rp = a.client()
    disk.problem = OSError(errno.EIO, "Input/output error")
    app.test_client().get(rp.authorization_url())
    disk.problem = None

    with app.app_context():
        database = db.engine.url.database
    with closing(sqlite3.connect(database)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT 1 FROM heartbeats").fetchall()
        durability.PATIENCE_SECONDS, patience = 0.1, durability.PATIENCE_SECONDS
        try:
            assert app.test_client().get(rp.authorization_url()).status_code == 503
        finally:
            durability.PATIENCE_SECONDS = patience
    assert app.test_client().get(rp.authorization_url()).status_code == 303


def test_a_log_that_was_closed_away_needs_no_sync_and_a_new_one_is_found(tmp_path):
    file = tmp_path / "idp.sqlite3"
    log = durability.Log(file)

    def write():
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("CREATE TABLE IF NOT EXISTS notes (text)")
            connection.execute("INSERT INTO notes VALUES ('x')")
            log.settle()

    log.settle()
    write()
    log.settle()
    write()


def test_every_one_of_many_writers_is_answered(app, commit):
    numbers = iter(range(64))
    at_once(16, lambda: [ended(commit(f"writer {next(numbers)}")) for _ in range(4)])

    assert len(names(app)) == 64
