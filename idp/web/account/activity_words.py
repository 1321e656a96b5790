"""An event of the audit as a sentence for the account's owner, from the table of sentences."""

from __future__ import annotations

import re

from idp.language import gettext as _
from idp.models import AuditEvent
from idp.web import proof_words
from idp.web.account.activity_table import SENTENCES, Kind

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
    named = event.details.get("methods") or event.details.get("amr") or []
    values = {
        "app": app or _("an app"),
        "methods": proof_words.in_words(named) or _("something that only you have or know"),
        "left": event.details.get("left", 0),
    }
    return _(_text(event, app), **values)


def _text(event: AuditEvent, app: str | None) -> str:
    cases = [f"{event.type}:{event.details[name]}" for name in _CASES if event.details.get(name)]
    if app is not None:
        cases.append(f"{event.type}+app")
    return next((_WHOLE[case] for case in cases if case in _WHOLE), _WHOLE[event.type])
