"""What has to hold after every single request, whoever sent it (the invariants of the model).

The books know what each person really proved; the database only says what was believed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import pyotp
from sqlalchemy import event

from idp.authentication.evidence import AMR_VALUES, Method
from idp.extensions import db
from tests.security.model import snapshot
from tests.security.model.people import Person, Request
from tests.security.model.snapshot import Snapshot
from tests.support.factories import Phone
from tests.support.time_travel import TOTP_STEP

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

RECOVERY_CODE, LINK = "RecoveryCode.consumed_at", "MailedLink.consumed_at"
TYPING = timedelta(minutes=10)
"""Five for the proofs (R44), and as long for filling in the form that was shown meanwhile."""


@dataclass
class Books:
    """`proven`: what somebody really showed, and when it was accepted."""

    app: Flask
    issuer: str
    people: list[Person]
    registered: tuple[str, ...]
    reached: Counter[str]
    before: Snapshot | None = None
    written: bool = True
    proven: list[tuple[str, Method, datetime]] = field(default_factory=list)
    second_shown: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    """When and where a user's second factor was last accepted."""

    def open(self) -> None:
        with self.app.app_context():
            event.listen(db.engine, "before_cursor_execute", self._note_write)
        self.settle()

    def close(self) -> None:
        with self.app.app_context():
            event.remove(db.engine, "before_cursor_execute", self._note_write)

    def settle(self) -> None:
        """Something happened that was no request."""
        self.before = self._look()

    def judge(self, request: Request, response: TestResponse) -> None:
        """Compare what is believed now with what was believed before, and with the truth."""
        assert response.status_code < 500, f"{request.method} {request.url}: {response.status_code}"
        self._redirects_home(request, response)
        before, now = self.before, self._look()
        assert before is not None
        fresh = [row for id_, row in now.proofs.items() if id_ not in before.proofs]
        passwords = {person.user_id: person.password for person in self.people}
        self._nothing_comes_back(before, now)
        self._authenticators_are_those_that_were_shown(request, now)
        used = self._what_was_accepted_was_shown(request, before, now)
        self._only_the_owner_changes_factors(request, before, now)
        self._proofs_are_real(request, fresh, passwords, used)
        self._sessions_are_earned(request, before, now)
        self._nobody_holds_anothers_session(request, now)
        self._guesses_are_kept(request, fresh, before, now)
        self._nobody_reads_anothers_secrets(request, response)
        self.before = now

    def says_what_was_proven(self, person: Person, identity: dict[str, Any]) -> None:
        """`amr` ⊆ events, `auth_time` ≤ every counted event, of this person only."""
        assert identity["sub"] == person.sub, f"{person.name} got a token of somebody else"
        amr, auth_time = set(identity["amr"]), identity["auth_time"]
        mine = [(method, at) for user, method, at in self.proven if user == person.user_id]
        since = {v for how, at in mine if int(at.timestamp()) >= auth_time for v in AMR_VALUES[how]}
        assert amr - {"mfa"} <= since
        assert any(int(at.timestamp()) == auth_time for _how, at in mine)
        two = "pwd" in amr and bool(amr & {"otp", "recovery"})
        assert ("mfa" in amr) == (two or "swk" in amr)
        assert identity["acr"] != "urn:idp:loa:2fa" or two or "swk" in amr

    # --- the invariants ----------------------------------------------------------------------

    def _redirects_home(self, request: Request, response: TestResponse) -> None:
        """No redirect to an unregistered URI."""
        if "Location" not in response.headers:
            return
        target = urlsplit(urljoin(request.url, response.headers["Location"]))
        where = f"{target.scheme}://{target.netloc}{target.path}"
        is_ours = f"{target.scheme}://{target.netloc}" == self.issuer
        assert is_ours or where in self.registered, f"{request.url} led to {where}"

    def _nothing_comes_back(self, before: Snapshot, now: Snapshot) -> None:
        """Spent stays spent, ended stays ended, revoked stays revoked; counters only grow."""
        for key, mark in before.marks.items():
            assert mark is None or now.marks.get(key, mark) == mark, f"{key[0]} came back"
        for id_, count in before.counters.items():
            assert now.counters.get(id_, count) >= count, "a counter went back"

    def _only_the_owner_changes_factors(
        self, request: Request, before: Snapshot, now: Snapshot
    ) -> None:
        """By a POST, in the owner's browser, with the second factor where there was one."""
        for person in self.people:
            old, new = before.factors[person.user_id], now.factors[person.user_id]
            if old == new:
                continue
            assert request.method == "POST", f"{request.url} changed {person.name}'s factors"
            assert request.by is person, f"{request.by.name} changed {person.name}'s factors"
            if old.password != new.password:
                person.password = request.fields["password"]
                self.reached["a password was changed"] += 1
            if old.code_sets != new.code_sets:
                person.codes = list(person.shown_codes) if new.code_sets else []
                self.reached["recovery codes were saved"] += 1
            self.reached["an authenticator came"] += bool(new.phones - old.phones)
            self.reached["an authenticator went"] += bool(old.phones - new.phones)
            self.reached["a passkey came"] += bool(new.passkeys - old.passkeys)
            if old.has_second:
                self._second_was_shown(request, person)
            if urlsplit(request.url).path == "/reset":
                links = [key for key in now.marks if _is_spent(key, before, now, LINK)]
                assert links, "a password was reset and no link was spent"

    def _second_was_shown(self, request: Request, person: Person) -> None:
        """In this request or shortly before (R44); for a reset on its own pages (R55)."""
        shown_at, path = self.second_shown.get(person.user_id, (None, ""))
        assert shown_at, f"{person.name}'s factors changed without the second one"
        assert shown_at >= request.at - TYPING, f"{person.name}'s second factor was long ago"
        if urlsplit(request.url).path == "/reset":
            assert shown_at == request.at or path == "/reset/passkey"

    def _authenticators_are_those_that_were_shown(self, request: Request, now: Snapshot) -> None:
        for person in self.people:
            person.phones = {
                id_: person.phones.get(id_) or self._shown(request, person)
                for id_ in now.factors[person.user_id].phones
            }

    @staticmethod
    def _shown(request: Request, person: Person) -> Phone:
        """Which of the secrets that this person was shown has been confirmed."""
        code = request.fields.get("code", "")
        found = [p for p in person.pending if code in {p.code(step) for step in (-1, 0, 1)}]
        assert found, f"an authenticator of {person.name} holds a secret that nobody was shown"
        return found[-1]

    def _what_was_accepted_was_shown(
        self, request: Request, before: Snapshot, now: Snapshot
    ) -> set[str]:
        """Codes and passkeys, by their own rows, wherever they were asked for: real, the owner's,
        of use once. Returns the credentials.
        """
        used = {key[1] for key in now.marks if _is_spent(key, before, now, RECOVERY_CODE)}
        assert len(used) <= 1, "one code was taken for several"
        if used:
            self._recovery_code_is_real(request)
        for person in self.people:
            mine = now.factors[person.user_id]
            for id_ in mine.phones:
                if now.counters[id_] != before.counters.get(id_, 0):
                    self._code_is_real(request, person, id_, now.counters[id_])
                    used.add(id_)
            for id_ in mine.passkeys:
                is_new = id_ not in before.passkeys_used
                if is_new or now.passkeys_used[id_] != before.passkeys_used[id_]:
                    self._answer_is_real(request, person)
                    used.add(id_)
        return used

    def _code_is_real(self, request: Request, person: Person, id_: str, step: int) -> None:
        """R15, R16: of a step that is near; that the step is a later one, its counter says."""
        assert abs(step - int(request.at.timestamp()) // TOTP_STEP) <= 1
        code = pyotp.TOTP(person.phones[id_].secret).at(step * TOTP_STEP)
        assert code in request.values, "a code was accepted that was not sent"
        self._second(request, person, code)

    def _recovery_code_is_real(self, request: Request) -> None:
        found = [(p, code) for p in self.people for code in p.codes if code in request.values]
        assert len(found) == 1, "a recovery code was accepted that nobody has"
        person, code = found[0]
        person.codes.remove(code)
        self._second(request, person, code)

    def _answer_is_real(self, request: Request, person: Person) -> None:
        answer = request.fields["answer"]
        assert answer in person.answers, "a passkey was accepted that is not this person's"
        assert answer not in person.spent, "an answer was taken twice"
        self._second(request, person, answer)

    def _second(self, request: Request, person: Person, shown: str) -> None:
        person.spent.append(shown)
        self.second_shown[person.user_id] = request.at, urlsplit(request.url).path
        assert request.by is person, f"{request.by.name} had a second factor of {person.name}"

    def _proofs_are_real(
        self, request: Request, fresh: list[Any], passwords: dict[str, str], used: set[str]
    ) -> None:
        """What is written down as proven was shown in this request."""
        for row in fresh:
            method = Method(row.method)
            assert request.method == "POST", f"{request.url} proved something"
            assert row.proven_at == request.at
            if method is Method.PASSWORD:
                assert passwords[row.user_id] in request.values
            else:
                assert row.credential_id in used, f"a {method} proves without having been shown"
            self.proven.append((row.user_id, method, request.at))
            self.reached[f"{method} accepted from {request.by.name}"] += 1

    def _sessions_are_earned(self, request: Request, before: Snapshot, now: Snapshot) -> None:
        """No session without all required proofs of one user in one interaction."""
        for id_, session in now.sessions.items():
            if id_ in before.sessions:
                continue
            proofs = [row for row in now.proofs.values() if row.session_id == id_]
            methods = {row.method for row in proofs}
            assert {row.user_id for row in proofs} == {session.user_id}
            assert len({row.interaction_id for row in proofs}) == 1
            enrolled = before.factors[session.user_id].has_second
            two = Method.PASSKEY in methods or (
                Method.PASSWORD in methods and bool(methods & {Method.TOTP, Method.RECOVERY_CODE})
            )
            let_off = request.by.user_id == session.user_id and any(
                user == session.user_id and until > request.at for user, until in before.trusted
            )
            assert two or (Method.PASSWORD in methods and (not enrolled or let_off)), methods
            self.reached[f"{request.by.name} signed in"] += 1
            self.reached["a trusted browser was let off"] += enrolled and not two

    def _nobody_holds_anothers_session(self, request: Request, now: Snapshot) -> None:
        for session in now.sessions.values():
            if session.ended_at is not None or session.expires_at <= request.at:
                continue
            for person in self.people:
                if session.token_digest in person.keyrings:
                    assert session.user_id == person.user_id, f"{person.name} holds a session"

    def _guesses_are_kept(
        self, request: Request, fresh: list[Any], before: Snapshot, now: Snapshot
    ) -> None:
        """What is counted is given back only by a success of the same person."""
        lucky = {row.user_id for row in fresh} | {
            user for user, old in before.factors.items() if old != now.factors[user]
        }
        for key, old in before.buckets.items():
            new = now.buckets.get(key)
            is_kept = new is not None and new.count >= old.count and new.opens_at >= old.opens_at
            if is_kept or old.expires_at <= request.at:
                continue
            assert lucky, f"{request.method} {request.url} gave back a guess of {key}"
            for person in self.people:
                assert person.user_id not in key or person.user_id in lucky, key

    def _nobody_reads_anothers_secrets(self, request: Request, response: TestResponse) -> None:
        if not response.mimetype.startswith("text/"):
            return
        text = response.get_data(as_text=True)
        for person in self.people:
            if person is not request.by:
                assert not any(secret in text for secret in person.secrets()), person.name

    def _look(self) -> Snapshot:
        """The same as before, where nothing was written since."""
        if self.before is not None and not self.written:
            return self.before
        with self.app.app_context(), db.engine.connect() as connection:
            found = snapshot.take(connection, [one.user_id for one in self.people])
        self.written = False
        return found

    def _note_write(self, _conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        self.written = self.written or not statement.lstrip().upper().startswith("SELECT")


def _is_spent(key: tuple[str, Any], before: Snapshot, now: Snapshot, kind: str) -> bool:
    """Whether this row of this kind was spent just now."""
    return key[0] == kind and now.marks[key] is not None and before.marks.get(key) is None
