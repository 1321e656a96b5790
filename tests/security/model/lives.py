"""What has to hold about the beginning and the end of accounts, and about resets of factors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from idp.accounts.factor_reset import Ending
from idp.authentication.evidence import Method
from tests.security.model.people import OTHER_PASSWORDS, Account, Request
from tests.security.model.snapshot import LINK, Snapshot, spent

if TYPE_CHECKING:
    from tests.security.model.books import Books


def come_and_go(books: Books, request: Request, before: Snapshot, now: Snapshot) -> None:
    """An account comes by a form that spends the link in its owner's mail, and goes by its owner's
    own form. An address that is used again belongs to somebody else.
    """
    path = urlsplit(request.url).path
    for user_id in now.users.keys() - before.users.keys():
        row = now.users[user_id]
        assert (request.method, path) == ("POST", "/create-account/finish")
        assert row.canonical in request.by.emails, f"{request.by} has an account for {row}"
        assert spent(before, now, LINK), "an account was made and no link was spent"
        assert row.sub not in {account.sub for account in books.accounts}
        password = request.fields["password"]
        request.by.accounts.append(
            Account(request.by, user_id, row.sub, row.canonical, OTHER_PASSWORDS, password)
        )
        books.reached["an account was made"] += 1
    for account in books.accounts:
        if account.user_id in before.users and account.user_id not in now.users:
            assert (request.method, path) == ("POST", "/account/close")
            assert request.by is account.owner, f"{request.by} closed {account}"
            account.is_closed = True
            books.reached["an account was closed"] += 1
        is_disabled = account.user_id in now.users and _is_disabled(account, now)
        assert is_disabled == (account.is_disabled and not account.is_closed)


def disabled_have_nothing(accounts: Iterable[Account], now: Snapshot) -> None:
    """No session of an account that is over; a row of one that was closed is no account."""
    for account in accounts:
        assert not account.is_closed or account.user_id not in now.users, f"{account} came back"
    over = {account.user_id for account in accounts if not account.is_open}
    for session in now.sessions.values():
        assert session.user_id not in over or session.ended_at, "an account that is over is in"


def resets_go_their_way(books: Books, request: Request, before: Snapshot, now: Snapshot) -> None:
    """R56: nobody but the owner's browser takes one up, by the link; what it ends in, it earned."""
    for id_, reset in now.resets.items():
        old = before.resets.get(id_)
        account = next(one for one in books.accounts if one.user_id == reset.user_id)
        assert old is not None, f"{request.url} started a reset"
        if reset.interaction_id != old.interaction_id and reset.interaction_id is not None:
            assert urlsplit(request.url).path == "/replace-factors"
            assert request.by is account.owner, f"{request.by} took up a reset of {account}"
            assert spent(before, now, LINK), "a reset was taken up and no link was spent"
            books.reached["a reset was taken up"] += 1
        if reset.outcome != old.outcome:
            books.reached[f"a reset was {reset.outcome}"] += 1
        if reset.outcome == Ending.COMPLETED and old.outcome is None:
            _is_earned(request, reset, now)


def is_replaced(account: Account, before: Snapshot, now: Snapshot) -> bool:
    """Whether this account's factors went by way of a reset just now."""
    return any(
        reset.user_id == account.user_id
        and reset.outcome == Ending.COMPLETED
        and before.resets[id_].outcome is None
        for id_, reset in now.resets.items()
        if id_ in before.resets
    )


def _is_earned(request: Request, reset: Any, now: Snapshot) -> None:
    assert reset.effective_at <= request.at < reset.link_expires_at
    assert reset.approved_by != reset.started_by
    proofs = [row for row in now.proofs.values() if row.interaction_id == reset.interaction_id]
    assert {row.user_id for row in proofs} == {reset.user_id}
    methods = {row.method for row in proofs}
    assert Method.PASSWORD in methods, "a reset was completed without the password"
    assert methods & {Method.TOTP, Method.PASSKEY}


def _is_disabled(account: Account, now: Snapshot) -> bool:
    return now.users[account.user_id].disabled_at is not None
