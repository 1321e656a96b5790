"""What people read of a client: its names, and what is kept about it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from idp.clients.metadata.proposed import LONGEST_NAME, MOST_VALUES, Problem, ProposedClient
from idp.clients.redirect_uri import Deployment

_BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNREADABLE_CATEGORIES = {"Cc", "Cs", "Cn", "Co", "Zl", "Zp"}


def name_is_readable(proposed: ProposedClient, _: Deployment) -> Iterator[Problem]:
    names = {"client_name": proposed.client_name} | {
        member: name
        for member, name in proposed.metadata.items()
        if member.startswith("client_name#")
    }
    for member, name in names.items():
        if not 1 <= len(name) <= LONGEST_NAME or name != name.strip():
            yield member, f"must have 1 to {LONGEST_NAME} characters, without spaces around"
        elif any(
            letter in _BIDI or unicodedata.category(letter) in _UNREADABLE_CATEGORIES
            for letter in name
        ):
            yield member, "must not have control characters"


def contacts_are_addresses(proposed: ProposedClient, _: Deployment) -> Iterator[Problem]:
    contacts = proposed.metadata.get("contacts", ())
    if len(contacts) > MOST_VALUES or not all(map(_is_address, contacts)):
        yield "contacts", "must be e-mail addresses"


def kept_words_are_short(proposed: ProposedClient, _: Deployment) -> Iterator[Problem]:
    for member in ("software_id", "software_version"):
        word = proposed.metadata.get(member, "")
        if len(word) > LONGEST_NAME or not word.isprintable():
            yield member, f"at most {LONGEST_NAME} printable characters"


def _is_address(contact: str) -> bool:
    return 3 <= len(contact) <= 320 and "@" in contact[1:-1] and contact.isprintable()
