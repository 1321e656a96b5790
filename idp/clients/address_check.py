"""Addresses while they are typed: which of them would be refused, why, and what to do instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from idp.clients import redirect_uri
from idp.clients.redirect_uri import Deployment

MOST = 100
SHOWN = 120


@dataclass(frozen=True, slots=True)
class Checked:
    """One line. `says` and `instead` are None for what may be registered."""

    uri: str
    says: str | None
    instead: str | None


def check(typed: str, application_type: str, deployment: Deployment) -> list[Checked]:
    """Line by line, as the form is read when it is sent."""
    lines = [line.strip() for line in typed.splitlines() if line.strip()]
    return check_each(lines[:MOST], application_type, deployment)


def check_each(uris: Sequence[str], application_type: str, deployment: Deployment) -> list[Checked]:
    """One by one, and then those that stand there twice."""
    found = [_checked(uri, application_type, deployment) for uri in uris]
    repeated = {uri for number, uri in enumerate(uris) if uri in uris[:number]}
    return found + [
        Checked(_short(uri), "stands there twice", "Leave one of them out.")
        for uri in sorted(repeated)
    ]


def refused(checked: list[Checked]) -> list[Checked]:
    """Only what cannot be registered."""
    return [one for one in checked if one.says is not None]


def _checked(uri: str, application_type: str, deployment: Deployment) -> Checked:
    wrong = redirect_uri.fault(uri, application_type, deployment)
    return Checked(_short(uri), wrong.says if wrong else None, wrong.instead if wrong else None)


def _short(uri: str) -> str:
    return uri if len(uri) <= SHOWN else uri[: SHOWN - 1] + "…"
