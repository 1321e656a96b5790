"""Which passwords may be chosen: long, not common, not about the user or this service.

No rules of composition, no expiry, no hints (NIST SP 800-63B-4 §3.1.1.2). Every refusal says why
and what would help.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from sqlalchemy import func, select
from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from idp import clock
from idp.authentication import second_factor_policy
from idp.authentication.assurance import Assurance
from idp.authentication.password_hash import normalised
from idp.extensions import db, settings
from idp.models import Client, User

LONGEST = 1024
"""Bytes of UTF-8, so that normalising and hashing stay cheap."""
_COMMON = frozenset(FREQUENCY_LISTS["passwords"])
_JUDGED = 72
"""Characters that are scored: the estimate takes the square of the length."""
_TOO_EASY = 2
"""Scores below this fall within a million guesses."""


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
    """What speaks against this password for this user; empty is fine."""
    if is_too_long(password):
        return ["This password is too long. Use at most 1024 bytes: a few sentences."]
    if any("\ud800" <= character <= "\udfff" for character in password):
        return ["This password contains a character that cannot be stored. Use another one."]
    found: list[str] = []
    text, shortest = normalised(password), minimum_length(user)
    if len(text) < shortest:
        found.append(
            f"Use at least {shortest} characters. Several random words are easy to remember."
        )
    if text.casefold() in _COMMON:
        found.append("Many people use this password, so it is tried first. Choose another one.")
    elif _is_about(text, user):
        found.append("This password is a name that others know. Choose something unrelated to you.")
    elif len(text) >= shortest and _is_easy(text, user):
        found.append("This password is easy to guess. Avoid repetition, rows of keys and dates.")
    return found


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


def _is_easy(text: str, user: User) -> bool:
    judged = zxcvbn(text[:_JUDGED], user_inputs=sorted(_context_words(user)), max_length=_JUDGED)
    return int(judged["score"]) < _TOO_EASY
