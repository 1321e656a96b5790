"""What operators do that concerns no account: mail, and the log itself."""

from __future__ import annotations

from dataclasses import dataclass

from idp.audit.catalogue.base import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class MailRetried(Event):
    """A mail that had been given up is tried again."""

    message_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MailTested(Event):
    """A test mail was sent, or could not be. `problem` is empty when it was taken."""

    problem: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LogExported(Event):
    """Somebody took a part of this log along. `filters`: what was looked for."""

    form: str
    filters: list[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimsShown(Event):
    """Somebody who administers saw what an app would be told of a person: the values of claims."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BackupRestored(Event):
    """A backup was put back: whatever had been issued ended, and new keys, `kids`, sign. `ended`
    counts by kind.
    """

    ended: dict[str, int]
    kids: list[str]
    reason: str
