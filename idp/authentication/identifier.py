"""What one signs in with: an e-mail address, found by its one canonical form. Pure.

Canonical is NFKC and casefolded, its domain in IDNA's ASCII form. `canonical` takes whatever was
typed and never fails; `address_problem` is for an address that an account is to be given.
"""

from __future__ import annotations

import unicodedata

import idna

from idp.language import gettext_noop

LONGEST_ADDRESS = 254
"""RFC 5321 §4.5.3.1.3, less the angle brackets."""
LONGEST_TYPED = 320


def canonical(typed: str) -> str:
    """The form that is looked up and counted; the same for every way to write an address."""
    folded = _fold(typed[:LONGEST_TYPED])[:LONGEST_TYPED]
    local, at, domain = folded.rpartition("@")
    return _fold(local) + at + _ascii_domain(domain) if at else folded


def address_problem(address: str) -> str | None:
    """Why this is no address for an account, in a sentence; None is fine."""
    return next((problem for is_wrong, problem in ADDRESS_RULES if is_wrong(address)), None)


def _is_too_long(address: str) -> bool:
    return max(len(address), len(canonical(address))) > LONGEST_ADDRESS


def _is_unprintable(address: str) -> bool:
    return not address.isprintable() or any(character.isspace() for character in address)


def _has_specials(address: str) -> bool:
    return not _SPECIALS.isdisjoint(address)


def _is_disguised(address: str) -> bool:
    """Two addresses that look alike would be two accounts, or one that belongs to somebody else."""
    return unicodedata.normalize("NFKC", address) != address


def _is_malformed(address: str) -> bool:
    local, _, domain = address.rpartition("@")
    has_bad_dots = local.startswith(".") or local.endswith(".") or ".." in local
    return not local or "@" in local or has_bad_dots or not _is_domain(domain)


_SPECIALS = frozenset('"\\<>()[],;:')
ADDRESS_RULES = (
    (_is_too_long, gettext_noop("This address is too long.")),
    (_is_unprintable, gettext_noop("An address has no spaces or control characters.")),
    (
        _has_specials,
        gettext_noop("Quotes, brackets, commas and colons cannot be used in this address."),
    ),
    (_is_disguised, gettext_noop("Write this address with ordinary characters.")),
    (_is_malformed, gettext_noop("Write an email address like name@example.com.")),
)
"""The first that applies is told."""


def stored_form(address: str) -> str:
    """What is shown and mailed: as written, with the domain in its ASCII form."""
    local, at, domain = address.rpartition("@")
    return local + at + _ascii_domain(_fold(domain))


def _fold(text: str) -> str:
    """NFKC and casefold until nothing changes: one round of each is not always stable."""
    text = text.strip()
    for _ in range(4):
        folded = unicodedata.normalize(
            "NFKC", unicodedata.normalize("NFKC", text).casefold()
        ).strip()
        if folded == text:
            break
        text = folded
    return text


def _ascii_domain(domain: str) -> str:
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return domain


def _is_domain(domain: str) -> bool:
    try:
        idna.encode(domain, uts46=True, std3_rules=True)
    except (idna.IDNAError, UnicodeError):
        return False
    return True
