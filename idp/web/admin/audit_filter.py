"""What the address of the audit page looks for: people by address, times in UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from flask import request

from idp.audit.search import Filter
from idp.authentication import password
from idp.language import gettext as _

LONGEST = 255
FIELDS = ("actor", "subject", "client", "type", "address", "sid", "reference", "since", "until")
_NOBODY = "-"
"""No row has this id."""


@dataclass(frozen=True, slots=True)
class Asked:
    """`typed`: as it stood in the address, for the form; `errors`: by field."""

    typed: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    def filter(self) -> Filter:
        """For the look-up; what cannot be read is left out, and is among the errors."""
        get = self.typed.get
        return Filter(
            actor=self._actor(),
            user_id=self._person("subject"),
            client_id=get("client"),
            type=get("type"),
            address=get("address"),
            sid=get("sid"),
            reference=get("reference"),
            since=self._instant("since"),
            until=self._instant("until"),
        )

    def _actor(self) -> str | None:
        """An address means the person; anything else stands as it is written down."""
        if "@" not in self.typed.get("actor", ""):
            return self.typed.get("actor")
        return f"user:{self._person('actor')}"

    def _person(self, name: str) -> str | None:
        typed = self.typed.get(name)
        if typed is None or "@" not in typed:
            return typed
        user = password.find_user(typed)
        if user is None:
            self.errors[name] = _("Nobody has this email address.")
            return _NOBODY
        return user.id

    def _instant(self, name: str) -> datetime | None:
        typed = self.typed.get(name)
        if typed is None:
            return None
        try:
            read = datetime.fromisoformat(typed)
        except ValueError:
            self.errors[name] = _("Type a date and a time, like 2026-03-01T12:30.")
            return None
        return read if read.tzinfo else read.replace(tzinfo=UTC)


def asked() -> Asked:
    """By the address of this page."""
    typed = {name: request.args.get(name, "").strip()[:LONGEST] for name in FIELDS}
    return Asked({name: value for name, value in typed.items() if value})
