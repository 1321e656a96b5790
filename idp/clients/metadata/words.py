"""What people read of a client: its names, and what is kept about it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from idp.clients.metadata.proposed import (
    LONGEST_NAME,
    LONGEST_WORD,
    MOST_VALUES,
    Problem,
    ProposedClient,
)
from idp.clients.redirect_uri import Deployment

_JOINERS = "\u200c\u200d"
_UNREADABLE_CATEGORIES = {"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"}


def name_is_readable(proposed: ProposedClient, _: Deployment) -> Iterator[Problem]:
    names = {"client_name": proposed.client_name} | {
        member: name
        for member, name in proposed.metadata.items()
        if member.startswith("client_name#")
    }
    for member, name in names.items():
        if not 1 <= len(name) <= LONGEST_NAME or name != name.strip():
            yield member, f"must have 1 to {LONGEST_NAME} characters, without spaces around"
        elif any(map(_is_hidden, " " + name, name)):
            yield member, "must not have control characters"
    if len(names) > MOST_VALUES:
        yield "client_name", f"at most {MOST_VALUES} languages"


def contacts_are_addresses(proposed: ProposedClient, _: Deployment) -> Iterator[Problem]:
    contacts = proposed.metadata.get("contacts", ())
    if len(contacts) > MOST_VALUES or not all(map(_is_address, contacts)):
        yield "contacts", "must be e-mail addresses"


def kept_words_are_short(proposed: ProposedClient, _: Deployment) -> Iterator[Problem]:
    for member in ("software_id", "software_version"):
        word = proposed.metadata.get(member, "")
        if len(word) > LONGEST_WORD or not word.isprintable():
            yield member, f"at most {LONGEST_WORD} printable characters"


def _is_hidden(before: str, letter: str) -> bool:
    """Whether it changes what is read without being seen. Between letters of many scripts joiners
    are spelling; after ASCII they only make one name look like another (A65).
    """
    if letter in _JOINERS:
        return before.isascii()
    return unicodedata.category(letter) in _UNREADABLE_CATEGORIES


def _is_address(contact: str) -> bool:
    return 3 <= len(contact) <= 320 and "@" in contact[1:-1] and contact.isprintable()
