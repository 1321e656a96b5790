"""What has to hold after every single request, whoever sent it (the invariants of the model).

The books know what each person really proved; the database only says what was believed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pyotp
from sqlalchemy import event

from idp.authentication.evidence import AMR_VALUES, Method
from idp.extensions import db
from tests.security.model import answers, lives, snapshot
from tests.security.model.people import Account, Person, Request
from tests.security.model.snapshot import LINK, Snapshot, spent
from tests.support.factories import Phone
from tests.support.time_travel import TOTP_STEP

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

RECOVERY_CODE = "RecoveryCode.consumed_at"
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
    first_shown: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    """The same of a factor that came with this request."""
    interactions: dict[str, Person] = field(default_factory=dict)
    """Whose browser each of them was first shown to."""
    writes: list[str] = field(default_factory=list)
    """How each statement began that was no question, since somebody last wanted to know."""

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
        lives.disabled_have_nothing(self.accounts, self.before)

    @property
    def accounts(self) -> list[Account]:
        return [account for person in self.people for account in person.accounts]

    def judge(self, request: Request, response: TestResponse) -> None:
        """Compare what is believed now with what was believed before, and with the truth."""
        assert response.status_code < 500, f"{request.method} {request.url}: {response.status_code}"
        answers.leads_home(self, request, response)
        before, now = self.before, self._look()
        assert before is not None
        fresh = [row for id_, row in now.proofs.items() if id_ not in before.proofs]
        passwords = {account.user_id: account.password for account in self.accounts}
        answers.stays_in_its_browser(self, request, response)
        lives.come_and_go(self, request, before, now)
        self._nothing_comes_back(before, now)
        self._authenticators_are_those_that_were_shown(request, now)
        used = self._what_was_accepted_was_shown(request, before, now)
        self._only_the_owner_changes_factors(request, before, now)
        self._proofs_are_real(request, fresh, passwords, used)
        self._sessions_are_earned(request, before, now)
        self._nobody_holds_anothers_session(request, now)
        lives.disabled_have_nothing(self.accounts, now)
        lives.resets_go_their_way(self, request, before, now)
        self._guesses_are_kept(request, fresh, before, now)
        answers.tells_nothing_of_others(self, request, response)
        self.before = now

    def says_what_was_proven(self, person: Person, identity: dict[str, Any]) -> None:
        """`amr` ⊆ events, `auth_time` ≤ every counted event, of this person only."""
        account = person.account_of(identity["sub"])
        assert account is not None, f"{person} got a token of somebody else"
        assert account.is_open, f"{account} is over and an app got a token"
        amr, auth_time = set(identity["amr"]), identity["auth_time"]
        mine = [(method, at) for user, method, at in self.proven if user == account.user_id]
        since = {v for how, at in mine if int(at.timestamp()) >= auth_time for v in AMR_VALUES[how]}
        assert amr - {"mfa"} <= since
        assert any(int(at.timestamp()) == auth_time for _how, at in mine)
        two = "pwd" in amr and bool(amr & {"otp", "recovery"})
        assert ("mfa" in amr) == (two or "swk" in amr)
        assert identity["acr"] != "urn:idp:loa:2fa" or two or "swk" in amr

    # --- the invariants ----------------------------------------------------------------------

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
        for account in self.accounts:
            old, new = before.factors_of(account.user_id), now.factors_of(account.user_id)
            if old == new:
                continue
            assert request.method == "POST", f"{request.url} changed {account}'s factors"
            assert request.by is account.owner, f"{request.by} changed {account}'s factors"
            if old.password != new.password and new.password:
                account.password = request.fields["password"]
                self.reached["a password was changed"] += bool(old.password)
            if old.code_sets != new.code_sets:
                account.codes = list(account.owner.shown_codes) if new.code_sets else []
                self.reached["recovery codes were saved"] += 1
            self.reached["an authenticator came"] += bool(new.phones - old.phones)
            self.reached["an authenticator went"] += bool(old.phones - new.phones)
            self.reached["a passkey came"] += bool(new.passkeys - old.passkeys)
            if old.has_second and not lives.is_replaced(account, before, now):
                self._second_was_shown(request, account)
            if urlsplit(request.url).path == "/reset":
                assert spent(before, now, LINK), "a password was reset and no link was spent"
        self.second_shown |= self.first_shown
        self.first_shown = {}

    def _second_was_shown(self, request: Request, account: Account) -> None:
        """In this request or shortly before (R44); for a reset on its own pages (R55)."""
        shown_at, path = self.second_shown.get(account.user_id, (None, ""))
        assert shown_at, f"{account}'s factors changed without the second one"
        assert shown_at >= request.at - TYPING, f"{account}'s second factor was long ago"
        if urlsplit(request.url).path == "/reset":
            assert shown_at == request.at or path == "/reset/passkey"

    def _authenticators_are_those_that_were_shown(self, request: Request, now: Snapshot) -> None:
        for account in self.accounts:
            account.phones = {
                id_: account.phones.get(id_) or self._shown(request, account.owner)
                for id_ in now.factors_of(account.user_id).phones
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
        used = spent(before, now, RECOVERY_CODE)
        assert len(used) <= 1, "one code was taken for several"
        if used:
            self._recovery_code_is_real(request)
        for account in self.accounts:
            old, mine = before.factors_of(account.user_id), now.factors_of(account.user_id)
            for id_ in mine.phones:
                if now.counters[id_] != before.counters.get(id_, 0):
                    is_new = id_ not in old.phones
                    self._code_is_real(request, account, id_, now.counters[id_], is_new=is_new)
                    used.add(id_)
            for id_ in mine.passkeys:
                is_new = id_ not in before.passkeys_used
                if is_new or now.passkeys_used[id_] != before.passkeys_used[id_]:
                    self._answer_is_real(request, account, is_new=is_new)
                    used.add(id_)
        return used

    def _code_is_real(
        self, request: Request, account: Account, id_: str, step: int, *, is_new: bool
    ) -> None:
        """R15, R16: of a step that is near; that the step is a later one, its counter says."""
        assert abs(step - int(request.at.timestamp()) // TOTP_STEP) <= 1
        code = pyotp.TOTP(account.phones[id_].secret).at(step * TOTP_STEP)
        assert code in request.values, "a code was accepted that was not sent"
        self._second(request, account, code, is_new=is_new)

    def _recovery_code_is_real(self, request: Request) -> None:
        found = [(a, code) for a in self.accounts for code in a.codes if code in request.values]
        assert len(found) == 1, "a recovery code was accepted that nobody has"
        account, code = found[0]
        account.codes.remove(code)
        self._second(request, account, code, is_new=False)

    def _answer_is_real(self, request: Request, account: Account, *, is_new: bool) -> None:
        answer = request.fields["answer"]
        assert answer in account.owner.answers, "a passkey was accepted that is somebody else's"
        assert answer not in account.owner.spent, "an answer was taken twice"
        self._second(request, account, answer, is_new=is_new)

    def _second(self, request: Request, account: Account, shown: str, *, is_new: bool) -> None:
        """A factor that is new does not speak for the change by which it came."""
        account.owner.spent.append(shown)
        noted = self.first_shown if is_new else self.second_shown
        noted[account.user_id] = request.at, urlsplit(request.url).path
        assert request.by is account.owner, f"{request.by} had a second factor of {account}"

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
            enrolled = before.factors_of(session.user_id).has_second
            two = Method.PASSKEY in methods or (
                Method.PASSWORD in methods and bool(methods & {Method.TOTP, Method.RECOVERY_CODE})
            )
            let_off = session.user_id in request.by.user_ids and any(
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
                    assert session.user_id in person.user_ids, f"{person} holds a session"

    def _guesses_are_kept(
        self, request: Request, fresh: list[Any], before: Snapshot, now: Snapshot
    ) -> None:
        """What is counted is given back only by a success of the same person."""
        lucky = {row.user_id for row in fresh} | {
            user for user, old in before.factors.items() if old != now.factors_of(user)
        }
        for key, old in before.buckets.items():
            new = now.buckets.get(key)
            is_kept = new is not None and new.count >= old.count and new.opens_at >= old.opens_at
            if is_kept or old.expires_at <= request.at:
                continue
            assert lucky, f"{request.method} {request.url} gave back a guess of {key}"
            for account in self.accounts:
                assert account.user_id not in key or account.user_id in lucky, key

    def _look(self) -> Snapshot:
        """The same as before, where nothing was written since."""
        if self.before is not None and not self.written:
            return self.before
        with self.app.app_context(), db.engine.connect() as connection:
            emails = [email for person in self.people for email in person.emails]
            found = snapshot.take(connection, emails, [one.user_id for one in self.accounts])
        self.written = False
        return found

    def _note_write(self, _conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        words = statement.split(maxsplit=3)
        if words[0].upper() != "SELECT":
            self.written = True
            self.writes.append(" ".join(words[:3]))
