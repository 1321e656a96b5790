"""Which passwords may be chosen: long, not common, not about the user or this service.

No rules of composition, no expiry, no hints (NIST SP 800-63B-4 §3.1.1.2). Every refusal says why
and what would help.
"""

from __future__ import annotations

from functools import cache
from urllib.parse import urlsplit

from sqlalchemy import func, select

from idp import clock
from idp.authentication import breached, second_factor_policy
from idp.authentication.assurance import Assurance
from idp.authentication.password_hash import normalised
from idp.extensions import db, settings
from idp.language import gettext as _
from idp.language import gettext_noop
from idp.models import Client, User

LONGEST = 1024
"""Bytes of UTF-8, so that normalising and hashing stay cheap."""
_JUDGED = 72
"""Characters that are scored: the estimate takes the square of the length."""
_SCORE_ALONE, _SCORE_WITH_SECOND_FACTOR = 3, 2
"""Scores below these fall within a hundred million guesses, and within a million."""
LEAKED = gettext_noop("This password appears in known leaks. Choose another.")


def minimum_length(user: User) -> int:
    """Code points. Less is enough where the password can never be the only factor."""
    passwords = settings().passwords
    now = clock.now()
    of_account = second_factor_policy.policies(
        settings().second_factor,
        user=user.second_factor_policy,
        due_at=user.second_factor_due_at,
        now=now,
    )
    ruling = second_factor_policy.ruling(of_account, is_enrolled=False, now=now)
    if ruling.floor >= Assurance.TWO_FACTOR:
        return passwords.minimum_length_with_second_factor
    return passwords.minimum_length


def is_too_long(password: str) -> bool:
    """Judged before anything else is done with it."""
    return len(password) > LONGEST or len(password.encode("utf-8", "surrogatepass")) > LONGEST


def problems(password: str, user: User) -> list[str]:
    """What speaks against this password for this user; empty is fine. May ask another host, so not
    while the write lock is held.
    """
    if is_too_long(password):
        return [_("This password is too long. Use at most 1024 bytes: a few sentences.")]
    if any("\ud800" <= character <= "\udfff" for character in password):
        return [_("This password contains a character that cannot be stored. Use another one.")]
    text, shortest = normalised(password), minimum_length(user)
    found: list[str] = []
    if len(text) < shortest:
        found.append(
            _(
                "Use at least %(shortest)s characters. Several random words are easy to remember.",
                shortest=shortest,
            )
        )
    # What is too short anyway is neither scored nor asked about elsewhere.
    reason = _known_reason(text, user) or (None if found else _weakness(text, user))
    return [*found, reason] if reason else found


def _known_reason(text: str, user: User) -> str | None:
    """Compared whole, with every way to write capitals."""
    if text.casefold() in _common():
        return _("Many people use this password, so it is tried first. Choose another one.")
    if _is_about(text, user):
        return _("This password is a name that others know. Choose something unrelated to you.")
    return _(LEAKED) if breached.is_listed(text) else None


def _weakness(text: str, user: User) -> str | None:
    if _score(text, user) < _least_score(user):
        return _("This password is easy to guess. Avoid repetition, rows of keys and dates.")
    return _(LEAKED) if breached.is_in_range(text) else None


def _is_about(text: str, user: User) -> bool:
    folded = text.casefold()
    if folded in _context_words(user):
        return True
    named = select(Client.id).where(func.lower(Client.client_name) == folded).limit(1)
    return db.session.scalar(named) is not None


def _context_words(user: User) -> set[str]:
    """Compared whole: a long password may well contain a name."""
    host = urlsplit(settings().issuer).hostname or ""
    words = {user.name, *user.name.split(), host, *host.split("."), settings().brand.name}
    for address in user.email_addresses:
        local, _, domain = address.address.rpartition("@")
        words |= {address.address, local, domain, *domain.split(".")}
    for claim in ("preferred_username", "nickname", "given_name", "family_name"):
        words.add(str(user.claims.get(claim, "")))
    return {normalised(word).casefold() for word in words if word}


def _least_score(user: User) -> int:
    """A password that is never alone may be short, and short ones score less."""
    may_be_alone = minimum_length(user) >= settings().passwords.minimum_length
    return _SCORE_ALONE if may_be_alone else _SCORE_WITH_SECOND_FACTOR


def _score(text: str, user: User) -> int:
    from zxcvbn import zxcvbn  # noqa: PLC0415  12 MiB, for those who choose a password

    judged = zxcvbn(text[:_JUDGED], user_inputs=sorted(_context_words(user)), max_length=_JUDGED)
    return int(judged["score"])


@cache
def _common() -> frozenset[str]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415

    return frozenset(FREQUENCY_LISTS["passwords"])
