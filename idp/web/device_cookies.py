"""The cookies by which a browser is known to accounts that have signed in with it, and trusted."""

from __future__ import annotations

from datetime import timedelta

from flask import request

from idp import carried
from idp.authentication import known_device
from idp.carried import Carried
from idp.extensions import settings
from idp.web import current


def name_of(which: Carried) -> str:
    """Without its prefix where the issuer is http, as for the other cookies."""
    if settings().is_https:
        return {Carried.DEVICE: "__Host-device", Carried.TRUST: "__Host-trusted"}[which]
    return {Carried.DEVICE: "idp_device", Carried.TRUST: "idp_trusted"}[which]


def take() -> None:
    """What this browser has brought."""
    if "HTTP_COOKIE" not in request.environ:
        carried.enter({})  # most of what programs ask
        return
    came = {which: request.cookies.get(name_of(which)) for which in Carried}
    carried.enter({which: value for which, value in came.items() if value})


def hand_over() -> None:
    """What it takes home; an empty value is taken from it."""
    for which, value in carried.handed().items():
        seconds = int(_lifetime(which).total_seconds())
        current.cookies().changes[name_of(which)] = (value or None, seconds if value else None)


def _lifetime(which: Carried) -> timedelta:
    if which is Carried.DEVICE:
        return known_device.LIFETIME
    return settings().second_factor.trust_lifetime
