"""An event of the audit as a sentence for the account's owner, from the table of sentences."""

from __future__ import annotations

import re

from idp.language import gettext as _
from idp.language import gettext_noop, spoken_list
from idp.models import AuditEvent
from idp.web.account.activity_table import SENTENCES, Kind

_METHODS = {
    "password": gettext_noop("password"),
    "totp": gettext_noop("authenticator app"),
    "recovery_code": gettext_noop("recovery code"),
    "passkey": gettext_noop("passkey"),
}
_FROM_AMR = {
    "pwd": "password",
    "otp": "totp",
    "recovery": "recovery_code",
    "hwk": "passkey",
    "swk": "passkey",
    "pop": "passkey",
}
_CASE = re.compile("[:+]")
_CASES = ("reason", "by")
_WHOLE = {name: text for sentences in SENTENCES.values() for name, text in sentences.items()}


def types(kind: Kind | None = None) -> frozenset[str]:
    """The types of events that have words."""
    kinds = [kind] if kind else list(Kind)
    return frozenset(
        name.partition(":")[0].partition("+")[0] for k in kinds for name in SENTENCES[k]
    )


def sentence(event: AuditEvent, app: str | None) -> str:
    """What happened. `app`: the name of the app that was part of it."""
    methods = _methods(event)
    values = {
        "app": app or _("an app"),
        "methods": spoken_list(methods) if methods else _("something you have or know"),
        "left": event.details.get("left", 0),
    }
    return _(_text(event, app), **values)


def _text(event: AuditEvent, app: str | None) -> str:
    cases = [f"{event.type}:{event.details[name]}" for name in _CASES if event.details.get(name)]
    if app is not None:
        cases.append(f"{event.type}+app")
    return next((_WHOLE[case] for case in cases if case in _WHOLE), _WHOLE[event.type])


def _methods(event: AuditEvent) -> list[str]:
    named = event.details.get("methods") or event.details.get("amr") or []
    known = dict.fromkeys(_FROM_AMR.get(name, name) for name in named)
    return [_(_METHODS[name]) for name in known if name in _METHODS]
