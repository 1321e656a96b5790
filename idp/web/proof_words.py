"""What somebody proved identity with, in words, from names of methods or values of `amr`."""

from __future__ import annotations

from collections.abc import Iterable

from idp.language import gettext as _
from idp.language import gettext_noop, spoken_list

_METHODS = {
    "password": gettext_noop("password"),
    "totp": gettext_noop("authenticator app"),
    "recovery_code": gettext_noop("recovery code"),
    "passkey": gettext_noop("passkey"),
}
_FROM_AMR = {"pwd": "password", "otp": "totp", "recovery": "recovery_code", "swk": "passkey"}
"""`mfa` and `user` only say more about what the list shows by itself."""


def in_words(names: Iterable[str]) -> str | None:
    """ "password and authenticator app"; None where there is nothing to say."""
    known = dict.fromkeys(_FROM_AMR.get(name, name) for name in names)
    methods = [_(_METHODS[name]) for name in known if name in _METHODS]
    return spoken_list(methods) if methods else None
