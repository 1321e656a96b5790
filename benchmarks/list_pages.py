"""`python -m benchmarks.list_pages`: how long lists and searches of the administration take in the
deployment that `benchmarks.populate` made, and how long a batch of the purge is.

Every page is asked for in this process, so what is measured is the server's own work: routing,
guards, statements and the template. On a machine that others use, read the CPU time: of this
process, and of PostgreSQL where it runs on the same machine.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pyotp
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from werkzeug.test import TestResponse

from config import Settings
from idp import clock, create_app
from idp.accounts import create
from idp.authentication import password, totp
from idp.authentication.password_hash import StoredHash
from idp.extensions import db, transaction
from idp.jobs import batches, purge
from idp.models import AuditEvent, Client, EmailAddress, Role, User

OWNER, PASSWORD = "owner@scale.example", "four unrelated words here"
TARGET_MILLISECONDS = 100.0
_TURNS = 3
"""Of the purge, which removes at most 20 000 rows of a table in one."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 1 when a page takes more CPU time than the target."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.list_pages", description=__doc__)
    parser.add_argument("--times", type=int, default=9, help="how often each page is asked for")
    parser.add_argument("--purge", action="store_true", help="purge, too: it removes rows")
    told = parser.parse_args(arguments)
    app = create_app(Settings())
    visitor = _Visitor(app.test_client(), app.extensions["idp.settings"].issuer)
    _sign_in(app, visitor)
    with app.app_context():
        pages = list(_pages())
    print(f"{'page':<44} {'median ms':>9} {'worst ms':>9} {'CPU ms':>7} {'DB CPU ms':>9}")
    slowest = 0.0
    for name, path in pages:
        visitor.milliseconds(path)
        before = _cpu(app)
        taken = [visitor.milliseconds(path) for _ in range(told.times)]
        ours, database = (
            1000 * (now - then) / told.times for now, then in zip(_cpu(app), before, strict=True)
        )
        slowest = max(slowest, ours + database)
        times = f"{statistics.median(taken):>9.1f} {max(taken):>9.1f}"
        print(f"{name:<44} {times} {ours:>7.1f} {database:>9.1f}", flush=True)
    if told.purge:
        _measure_purge(app)
    return 1 if slowest > TARGET_MILLISECONDS else 0


def _cpu(app: Flask) -> tuple[float, float]:
    """Seconds of this process, and of the database's that serve it (0 where they are elsewhere)."""
    with app.app_context():
        ours = text("SELECT pid FROM pg_stat_activity WHERE application_name = 'idp'")
        pids = list(db.session.scalars(ours))
    runs = (Path(f"/proc/{pid}/schedstat") for pid in pids)
    database = sum(int(run.read_text().split()[0]) for run in runs if run.exists())
    return time.process_time(), database / 1e9


def _sign_in(app: Flask, visitor: _Visitor) -> None:
    """As an owner with an authenticator app, who is made for this."""
    with app.app_context(), transaction():
        found = password.find_user(OWNER)
        owner = found or create.create_user(OWNER, "Owner of Scale")
        if not isinstance(owner, User):
            raise TypeError(owner)
        owner.role = Role.OWNER
        db.session.flush()
        secret = totp.enrol_directly(owner).secret
        user_id = owner.id
    with app.app_context():
        prepared = password.prepare(PASSWORD)
        if not isinstance(prepared, StoredHash):
            raise TypeError(prepared)
        with transaction():
            password.store(db.session.get_one(User, user_id), prepared)
    page = visitor.follow(visitor.get("/admin/"))
    page = visitor.send(page, username=OWNER, password=PASSWORD)
    # The time step of enrolment counts as used.
    code = pyotp.TOTP(secret).at(clock.now(), counter_offset=1)
    page = visitor.send(page, code=code)
    if 'data-page="admin"' not in page:
        raise RuntimeError("signing in did not lead to the dashboard")


@dataclass(frozen=True, slots=True)
class _Visitor:
    """A browser's cookies, at the issuer's host, which alone is ours."""

    client: FlaskClient
    issuer: str

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, base_url=self.issuer)

    def follow(self, answer: TestResponse) -> str:
        """The page at the end of redirects."""
        while answer.status_code in {302, 303}:
            answer = self.get(answer.headers["Location"])
        return answer.text

    def send(self, page: str, **typed: str) -> str:
        """The form of a sign-in."""
        action = re.search(r'action="(/interaction/[^"]+)"', page)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        if action is None or token is None:
            raise RuntimeError(f"there is no form on this page: {page[:400]}")
        fields = {"csrf_token": token[1], **typed}
        return self.follow(self.client.post(action[1], data=fields, base_url=self.issuer))

    def milliseconds(self, path: str) -> float:
        began = time.perf_counter()
        response = self.get(path)
        response.get_data()
        if response.status_code != 200:
            raise RuntimeError(f"{path}: {response.status_code}")
        return 1000 * (time.perf_counter() - began)


def _pages() -> Iterator[tuple[str, str]]:
    """Each list, each search and each filter, also in the middle and where nothing is found."""
    some = db.session.scalar(select(User.id).order_by(User.id).offset(1000).limit(1))
    address = db.session.scalar(select(EmailAddress.canonical).where(EmailAddress.user_id == some))
    yield "dashboard", "/admin/"
    yield "people, newest", "/admin/users"
    yield "people, in the middle", f"/admin/users?after={_middle(User)}"
    yield "people, by an address that exists", f"/admin/users?q={quote(str(address))}"
    for typed in ("a", "ann", "ann nguyen", "zarah.zhang", "nobody-like-this"):
        yield f"people, by “{typed}”", f"/admin/users?q={quote(typed)}"
    yield "one person", f"/admin/users/{some}"
    yield "apps, newest", "/admin/clients"
    yield "apps, in the middle", f"/admin/clients?before={_middle(Client)}"
    for typed in ("App", "App 4711", "nothing like it", "app-99"):
        yield f"apps, by “{typed}”", f"/admin/clients?q={quote(typed)}"
    for only in ("plain-http", "without-pkce", "disabled"):
        yield f"apps, {only}", f"/admin/clients?show={only}"
    yield "requests that failed", "/admin/requests"
    yield from _audit_pages(str(some), str(address))
    yield "mail", "/admin/mail"
    yield "keys", "/admin/keys"


def _audit_pages(user_id: str, address: str) -> Iterator[tuple[str, str]]:
    one = db.session.scalar(
        select(AuditEvent).where(AuditEvent.user_id == user_id, AuditEvent.client_id.is_not(None))
    )
    if one is None:
        return
    then = one.happened_at
    filters = {
        "about somebody": f"subject={quote(address)}",
        "done by somebody": f"actor={quote(address)}",
        "of an app that many use": f"client={_first_client()}",
        "of a kind that is frequent": "type=tokens_issued",
        "of a kind that is rare": "type=totp_rejected",
        "of a kind that is unknown": "type=nothing",
        "from an address": f"address={one.address}",
        "of a session": f"sid={one.sid}",
        "by a reference": f"reference={one.reference}",
        "since a day": f"since={_at(clock.now() - timedelta(days=1))}",
        "until 60 days ago": f"until={_at(clock.now() - timedelta(days=60))}",
        "of one hour": f"since={_at(then - timedelta(hours=1))}&until={_at(then)}",
    }
    yield "events, newest", "/admin/audit"
    yield "events, in the middle", f"/admin/audit?before={_middle(AuditEvent)}"
    for name, query in filters.items():
        yield f"events {name}", f"/admin/audit?{query}"
    client, kind = f"client={one.client_id}", "type=totp_rejected"
    yield "events of an app, a kind it never has", f"/admin/audit?{client}&{kind}"
    busy = f"client={_first_client()}"
    yield "events of a busy app, a kind it never has", f"/admin/audit?{busy}&{kind}"
    yield "events of a busy app, about somebody", f"/admin/audit?{busy}&subject={user_id}"
    yield "events of a kind, about somebody", f"/admin/audit?{kind}&subject={user_id}"
    frequent = "type=tokens_issued"
    yield "events of a kind, of an app", f"/admin/audit?{frequent}&{client}"
    yield "events of a kind, from an address", f"/admin/audit?{frequent}&address={one.address}"
    yield "events of a kind, from nowhere", f"/admin/audit?{frequent}&address=192.0.2.1"
    yield "events of a kind, 60 days ago", f"/admin/audit?{frequent}&{filters['until 60 days ago']}"
    yield "events of an app, 60 days ago", f"/admin/audit?{busy}&{filters['until 60 days ago']}"
    yield "evidence of a session", f"/admin/audit/evidence?of={one.sid}"


def _middle(model: type[User | Client | AuditEvent]) -> str:
    """A row id between the first and the last."""
    first, last = db.session.execute(select(func.min(model.id), func.max(model.id))).one()
    return f"{first[:4]}{chr((ord(first[4]) + ord(last[4])) // 2)}{last[5:]}"


def _first_client() -> str:
    return str(db.session.scalar(select(Client.client_id).order_by(Client.id).limit(1)))


def _at(moment: object) -> str:
    return quote(f"{moment:%Y-%m-%dT%H:%M}")


def _measure_purge(app: Flask) -> None:
    """A few turns of the job: how long one batch is, which is how long others may wait."""
    with app.app_context(), _timed_transactions() as taken:
        began, removed = time.monotonic(), 0
        for _ in range(_TURNS):
            removed += purge.run(clock.now())
        seconds = time.monotonic() - began
    taken.sort()
    print(
        f"purge: {removed:,} rows in {seconds:.0f} s; a batch of at most {batches.BATCH}: "
        f"median {statistics.median(taken):.1f} ms, 99 of 100 within "
        f"{taken[len(taken) * 99 // 100]:.1f} ms, worst {taken[-1]:.1f} ms"
    )


@contextmanager
def _timed_transactions() -> Iterator[list[float]]:
    taken: list[float] = []
    original = batches.in_batches

    def timed(do_some: batches.Batch, most: int) -> int:
        def one(rows: int) -> int:
            began = time.perf_counter()
            removed = do_some(rows)
            db.session.commit()
            taken.append(1000 * (time.perf_counter() - began))
            return removed

        return original(one, most)

    batches.in_batches = timed
    try:
        yield taken
    finally:
        batches.in_batches = original


if __name__ == "__main__":
    sys.exit(main())
