"""Addresses that could be taken for somebody else's (R90, A42). Pure.

For addresses that people choose themselves: each part is written in one script, and not only in
letters that look like Latin ones. That needs no table of confusables, which Python does not carry
and which would have to follow Unicode (docs/decisions/0011-arriving.md).
"""

from __future__ import annotations

import unicodedata

import idna

from idp.language import gettext_noop

PROBLEM = gettext_noop(
    "This address mixes letters that look alike. Use one alphabet, and its ordinary letters."
)

_TOGETHER = (
    frozenset({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC"}),
    frozenset({"CJK", "HANGUL"}),
    frozenset({"CJK", "BOPOMOFO"}),
)
"""Scripts that one language writes side by side (UTS #39 §5.2), told by names of letters."""

_LIKE_LATIN = frozenset(
    "асеорхуіјѕһԁԛԝӏѵү"  # noqa: RUF001  Cyrillic
    "αικνορυχϲϳ"
    "օսցոհյ"
)
"""A word of nothing else reads as a Latin one."""

_LATIN_DOUBLES = frozenset("ıȷɑɡɩɪɢɴʀʏʙʜʟᴀᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢǀǃƅꞌ")
"""Letters of the Latin script that are read as others of it."""


def problem(address: str) -> str | None:
    """Why nobody should get an account under this address; None is fine. Well-formed already."""
    local, _, domain = address.rpartition("@")
    parts = (*local.split("."), *_readable(domain).split("."))
    return PROBLEM if any(_is_deceptive(part.casefold()) for part in parts) else None


def _readable(domain: str) -> str:
    try:
        return idna.decode(domain, uts46=True)
    except (idna.IDNAError, UnicodeError):
        return domain


def _is_deceptive(part: str) -> bool:
    if part.isascii():
        return False
    if any(character.isnumeric() and not _is_plain(character) for character in part):
        return True
    scripts = {_script(character) for character in part if not _is_neutral(character)}
    if len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER):
        return True
    letters = {character for character in part if character.isalpha()}
    return letters <= _LIKE_LATIN or not letters.isdisjoint(_LATIN_DOUBLES)


def _is_plain(character: str) -> bool:
    return character.isascii() or unicodedata.name(character, "").startswith("CJK ")


def _is_neutral(character: str) -> bool:
    """Digits, hyphens and the like, which every script uses."""
    return character.isascii() and not character.isalpha()


def _script(character: str) -> str:
    """The first word of the letter's name: LATIN, CYRILLIC, COMBINING for a loose accent."""
    return unicodedata.name(character, "UNNAMED").split(" ", 1)[0]
