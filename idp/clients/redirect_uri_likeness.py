"""Which registered address was probably meant, and how the one that came differs. For people who
compare; no decision rests on it. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from difflib import SequenceMatcher
from urllib.parse import unquote

from idp.clients.redirect_uri import LONGEST


def nearest(registered: Iterable[str], uri: str) -> str | None:
    """Of the registered ones the one that was probably meant."""
    return max(registered, key=lambda known: _likeness(known, uri), default=None)


def difference(known: str, uri: str) -> str:
    """In words, for what goes wrong most. Tells nothing else about the registered address."""
    for words, part in _KINDS:
        if part(known) == part(uri):
            return words
    return _place_difference(known, uri)


def _place_difference(known: str, uri: str) -> str:
    one, other = (_PLACE.sub(r"\1", text.partition("?")[0]) for text in (known, uri))
    if one == other:
        return "differs by its port"
    if _LOOPBACK_NAME.sub("//loopback", one) == _LOOPBACK_NAME.sub("//loopback", other):
        return "differs by localhost and 127.0.0.1"
    return "differs in its host or port"


_PLACE = re.compile(r"^([a-z]+://(?:\[[^\]]*\]|[^/:]*)):[0-9]+")
_LOOPBACK_NAME = re.compile(r"//(?:localhost|127\.0\.0\.1|\[::1\])(?=/|$)")


def _decoded(uri: str) -> str:
    """However often it was encoded, up to twice."""
    return unquote(unquote(uri))


_KINDS: tuple[tuple[str, Callable[[str], object]], ...] = (
    ("differs by a slash at the end", lambda uri: uri.rstrip("/")),
    ("differs by http and https", lambda uri: uri.partition(":")[2]),
    ("differs by capital letters", str.lower),
    ("differs by percent-encoding", _decoded),
    ("differs after the question mark", lambda uri: uri.partition("?")[0]),
    ("differs in its path", lambda uri: uri.split("/")[2:3]),
)
"""What both have in common when only this differs; the first that applies."""


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other[:LONGEST]).ratio()
