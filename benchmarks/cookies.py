"""The cookies of one browser at one host (RFC 6265 §5), as far as a provider can tell: each goes to
its own paths only, and is gone when its time is over.
"""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime


class Cookies:
    """A jar."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, str], str] = {}

    def take(self, line: str, requested: str) -> None:
        """One `Set-Cookie` of an answer to a request for this path."""
        pair, *told = line.split(";")
        name, _, value = pair.strip().partition("=")
        attributes = {
            attribute.strip().lower(): setting.strip()
            for attribute, _, setting in (one.partition("=") for one in told)
        }
        path = attributes.get("path", "")
        if not path.startswith("/"):
            path = requested.rpartition("/")[0] or "/"
        if _is_over(attributes):
            self._values.pop((name, path), None)
        else:
            self._values[name, path] = value

    def header(self, path: str) -> str:
        """What `Cookie` says in a request for this path; empty without any."""
        return "; ".join(
            f"{name}={value}"
            for (name, scope), value in self._values.items()
            if path == scope or path.startswith(scope.rstrip("/") + "/")
        )


def _is_over(attributes: dict[str, str]) -> bool:
    if age := attributes.get("max-age"):
        return int(age) <= 0
    if end := attributes.get("expires"):
        now = time.time()  # noqa: TID251  a browser has a clock of its own
        return parsedate_to_datetime(end).timestamp() <= now
    return False
